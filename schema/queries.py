"""The root type Query, composed of the queries of each noun."""

import strawberry

from schema.types.alerts import AlertQueries
from schema.types.backfills.queries import BackfillQueries
from schema.types.cluster import ClusterQueries
from schema.types.events.log import EventQueries
from schema.types.forecasts.queries import ForecastQueries
from schema.types.ledger import LedgerQueries
from schema.types.nodes.runs import NodeRunQueries
from schema.types.nodes.types import NodeQueries
from schema.types.objects import NodeObjectQueries
from schema.types.past import PastQueries
from schema.types.queues.types import QueueQueries
from schema.types.schedules.calendars import CalendarQueries
from schema.types.schedules.density import ScheduleDensityQueries
from schema.types.schedules.queries import ScheduleQueries
from schema.types.tasks.counts import TaskCountQueries
from schema.types.tasks.queries import TaskQueries
from schema.types.tasks.saved_views import SavedViewQueries
from schema.types.tasks.suggestions import SearchSuggestionQueries
from schema.types.tokens import TokenQueries
from schema.types.webhooks import WebhookQueries


@strawberry.type(description="The root of queries.")
class Query(
    NodeObjectQueries,
    TaskQueries,
    TaskCountQueries,
    SearchSuggestionQueries,
    SavedViewQueries,
    ScheduleQueries,
    ScheduleDensityQueries,
    BackfillQueries,
    CalendarQueries,
    QueueQueries,
    NodeQueries,
    NodeRunQueries,
    EventQueries,
    ClusterQueries,
    PastQueries,
    ForecastQueries,
    LedgerQueries,
    TokenQueries,
    WebhookQueries,
    AlertQueries,
):
    """Each query reads through the services and models that the REST API uses."""
