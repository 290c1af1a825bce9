"""The queries of any object by its global ID (Relay)."""

from typing import Annotated
from uuid import UUID

import strawberry
import strawberry_django
from django.db.models import Model, QuerySet
from graphql import GraphQLError

from schema.core.prefetch import prefetch_for
from schema.core.relay import BadInputError, Node, split_id
from tasks_app import models
from tasks_app.access import actors
from tasks_app.services.saved_views import own_views
from tasks_app.services.validation import quoted

NODES_MAX = 100
NODE_TYPES: dict[str, type[Model]] = {
    "Task": models.Task,
    "TaskResult": models.TaskResult,
    "TaskSchedule": models.TaskSchedule,
    "ScheduleTick": models.ScheduleTick,
    "Backfill": models.Backfill,
    "BackfillRun": models.BackfillRun,
    "Calendar": models.Calendar,
    "Queue": models.Queue,
    "WorkerNode": models.WorkerNode,
    "Webhook": models.Webhook,
    "SavedView": models.SavedView,
    "Alert": models.Alert,
}
# The types whose objects only administrators see.
_FOR_ADMINS = {"Webhook"}


@strawberry.type
class NodeObjectQueries:
    @strawberry_django.field(
        description="The object with this global ID. Null if it does not exist."
    )
    def node(
        self,
        info: strawberry.Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The global ID.")],
    ) -> Node | None:
        return _nodes(info, [id])[0]

    @strawberry_django.field(
        description=(
            f"The objects with these global IDs, at most {NODES_MAX}, in their order. Null for"
            " those that do not exist."
        )
    )
    def nodes(
        self,
        info: strawberry.Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="The global IDs.")],
    ) -> list[Node | None]:
        return _nodes(info, ids)


def _nodes(info: strawberry.Info, ids: list[strawberry.ID]) -> list[Model | None]:
    if len(ids) > NODES_MAX:
        raise BadInputError(f"`ids` must not have more than {NODES_MAX} elements.")
    wanted = [split_id(id) for id in ids]
    found: dict[tuple[str, UUID], Model] = {}
    for name in {name for name, _ in wanted}:
        if name not in NODE_TYPES:
            raise BadInputError(f"There is no type {quoted(name)} with global IDs.")
        if name in _FOR_ADMINS and (message := actors.missing_role(models.Role.ADMIN)):
            raise GraphQLError(message, extensions={"code": "FORBIDDEN"})
        some = list(
            _rows(name).filter(pk__in=[pk for type_name, pk in wanted if type_name == name])
        )
        prefetch_for(info, some)
        found |= {(name, row.pk): row for row in some}
    return [found.get(key) for key in wanted]


def _rows(type_name: str) -> QuerySet[Model]:
    """Return the objects of a type. Of saved views, the actor sees only its own."""
    if type_name == "SavedView":
        return own_views()
    return NODE_TYPES[type_name]._default_manager.all()
