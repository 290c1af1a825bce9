"""The root type Mutation, composed of the mutations of each noun."""

import strawberry

from schema.types.alerts import AlertMutations
from schema.types.backfills.mutations import BackfillMutations
from schema.types.nodes.faults import FaultMutations
from schema.types.nodes.mutations import NodeMutations
from schema.types.queues.mutations import QueueMutations
from schema.types.schedules.calendars import CalendarMutations
from schema.types.schedules.creation import ScheduleCreationMutations
from schema.types.schedules.mutations import ScheduleMutations
from schema.types.schedules.selections import ScheduleSelectionMutations
from schema.types.scheduling import SchedulingMutations
from schema.types.tasks.mutations import TaskMutations
from schema.types.tasks.restoring import RestoreMutations
from schema.types.tasks.saved_views import SavedViewMutations
from schema.types.tokens import TokenMutations
from schema.webhooks.mutations import WebhookMutations


@strawberry.type(description="The root of mutations.")
class Mutation(
    TaskMutations,
    RestoreMutations,
    SavedViewMutations,
    ScheduleMutations,
    ScheduleCreationMutations,
    ScheduleSelectionMutations,
    BackfillMutations,
    CalendarMutations,
    NodeMutations,
    FaultMutations,
    QueueMutations,
    SchedulingMutations,
    TokenMutations,
    WebhookMutations,
    AlertMutations,
):
    """Each mutation calls one service, as the REST API does."""
