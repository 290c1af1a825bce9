"""Query: what can be asked."""

from enum import Enum
from typing import Annotated, Any
from uuid import UUID

import strawberry
import strawberry_django
from django.db.models import Model, QuerySet

from schema.core.enums import ClusterEventKind
from schema.core.pagination import (
    After,
    Before,
    Connection,
    First,
    Last,
    Order,
    Page,
    paginate,
)
from schema.core.payloads import attempt
from schema.core.prefetch import fetch_selected, prefetch_for, selects
from schema.core.relay import (
    BadInputError,
    Node,
    parse_id,
    split_id,
)
from schema.types.cluster import Cluster
from schema.types.events import EventBatch, event_batch, parse_cursor
from schema.types.inputs import NewScheduleInput
from schema.types.nodes import Queue, WorkerNode
from schema.types.payloads import (
    SchedulePreview,
)
from schema.types.schedules import UPCOMING_MAX, TaskSchedule
from schema.types.task_filter import TaskWhere, text, to_q
from schema.types.tasks import Task
from schema.types.tokens import TokenQueries
from tasks_app import models
from tasks_app.log import events
from tasks_app.log.events import PAGE_EVENTS_MAX
from tasks_app.services import schedules

NODES_MAX = 100
NEWEST_FIRST = Order("CREATED_AT DESC")
NODE_TYPES: dict[str, type[Model]] = {
    "Task": models.Task,
    "TaskResult": models.TaskResult,
    "TaskSchedule": models.TaskSchedule,
    "ScheduleTick": models.ScheduleTick,
    "Queue": models.Queue,
    "WorkerNode": models.WorkerNode,
}

Id = Annotated[strawberry.ID, strawberry.argument(description="A global id, or a plain UUID.")]
Name = Annotated[str, strawberry.argument(description="Its name.")]
NodeId = Annotated[strawberry.ID, strawberry.argument(description="A global id.")]


@strawberry.enum(description="What tasks can be ordered by.")
class TaskOrderField(Enum):
    CREATED_AT = strawberry.enum_value("", description="When they were created.")
    FINISHED_AT = strawberry.enum_value(
        "finished_at", description="When they reached an end. Those that have not are left out."
    )


@strawberry.enum(description="Which end of an order comes first.")
class OrderDirection(Enum):
    ASC = strawberry.enum_value("ASC", description="The smallest, or the oldest.")
    DESC = strawberry.enum_value("DESC", description="The greatest, or the newest.")


@strawberry.input(description="An order of tasks. Ties are broken by age.")
class TaskOrder:
    field: TaskOrderField = strawberry.field(description="By what.")
    direction: OrderDirection = strawberry.field(
        default=OrderDirection.DESC, description="Which end comes first."
    )


@strawberry.type(description="A page of tasks.")
class TaskConnection(Connection[Task]):
    log_cursor: strawberry.Private[events.Cursor | None]

    @strawberry.field(
        description=(
            "Where the log stood just before this page was read: whatever is not in it yet comes"
            " after this cursor. Some of what is in it may come again, under the version it has."
        )
    )
    def cursor(self) -> str:
        assert self.log_cursor is not None  # read because it is selected
        return self.log_cursor.encode()


@strawberry.type(description="What can be asked.")
class Query(TokenQueries):
    @strawberry_django.field(description="Any object, by its global id; null if it is not there.")
    def node(self, info: strawberry.Info, id: NodeId) -> Node | None:
        return _nodes(info, [id])[0]

    @strawberry_django.field(
        description=f"At most {NODES_MAX} objects by their global ids, each null if not there."
    )
    def nodes(
        self,
        info: strawberry.Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="Global ids.")],
    ) -> list[Node | None]:
        return _nodes(info, ids)

    @strawberry_django.field(description="A task; null if it is not there.")
    def task(self, info: strawberry.Info, id: Id) -> Task | None:
        task = models.Task.objects.filter(pk=parse_id(id, "Task")).first()
        prefetch_for(info, [task] if task else [])
        return task

    @strawberry_django.field(description="Tasks, the newest first if no order is given.")
    def tasks(
        self,
        info: strawberry.Info,
        where: Annotated[
            TaskWhere | None, strawberry.argument(description="Which; all if left out.")
        ] = None,
        order_by: Annotated[
            TaskOrder | None, strawberry.argument(description="In which order.")
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> TaskConnection:
        log_cursor = events.head() if selects(info, "cursor") else None
        rows = models.Task.objects.filter(to_q(where))
        order = _order(order_by)
        if order.column:
            rows = rows.exclude(**{order.column: None})
        edges, page_info = paginate(rows, order, Page(first, after, last, before))
        _load_page(info, edges)
        return TaskConnection(edges=edges, page_info=page_info, rows=rows, log_cursor=log_cursor)  # type: ignore[arg-type]

    @strawberry_django.field(description="A schedule; null if it is not there.")
    def task_schedule(self, info: strawberry.Info, id: Id) -> TaskSchedule | None:
        row = models.TaskSchedule.objects.filter(pk=parse_id(id, "TaskSchedule")).first()
        prefetch_for(info, [row] if row else [])
        return row

    @strawberry_django.field(description="Schedules, the newest first.")
    def task_schedules(
        self,
        info: strawberry.Info,
        paused: Annotated[
            bool | None, strawberry.argument(description="Only those that are paused, or are not.")
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[TaskSchedule]:
        rows = models.TaskSchedule.objects.all()
        if paused is not None:
            rows = rows.filter(paused_at__isnull=not paused)
        edges, page_info = paginate(
            rows, Order("CREATED_AT DESC"), Page(first, after, last, before)
        )
        _load_page(info, edges)
        return Connection(edges=edges, page_info=page_info, rows=rows)  # type: ignore[arg-type]

    @strawberry_django.field(description="The ticks that a schedule would have.")
    def schedule_preview(
        self,
        input: Annotated[NewScheduleInput, strawberry.argument(description="The schedule to be.")],
        count: Annotated[int, strawberry.argument(description="How many ticks, at most 100.")] = 10,
    ) -> SchedulePreview:
        if not 1 <= count <= UPCOMING_MAX:
            raise BadInputError(f"`count` is from 1 to {UPCOMING_MAX}.")
        ticks, errors = attempt(lambda: schedules.preview(input.to_request(), count))
        return SchedulePreview(ticks=ticks or [], errors=errors)

    @strawberry_django.field(description="All queues, by name.")
    def queues(self, info: strawberry.Info) -> list[Queue]:
        return fetch_selected(info, models.Queue.objects.order_by("name"))

    @strawberry_django.field(description="A queue; null if it is not there.")
    def queue(self, info: strawberry.Info, name: Name) -> Queue | None:
        return next(iter(fetch_selected(info, models.Queue.objects.filter(name=text(name)))), None)

    @strawberry_django.field(description="All worker nodes that ever joined, by name.")
    def worker_nodes(self, info: strawberry.Info) -> list[WorkerNode]:
        return fetch_selected(info, models.WorkerNode.objects.order_by("name"))

    @strawberry_django.field(description="A worker node; null if it never joined.")
    def worker_node(self, info: strawberry.Info, name: Name) -> WorkerNode | None:
        return next(
            iter(fetch_selected(info, models.WorkerNode.objects.filter(name=text(name)))), None
        )

    @strawberry_django.field(
        description=(
            "The log backwards: the last lines, or those before the line with a cursor. In order;"
            " the subscription clusterEvents goes on from their cursor."
        )
    )
    def cluster_events(
        self,
        before: Annotated[
            str | None,
            strawberry.argument(description="The cursor of a line; the end if left out."),
        ] = None,
        count: Annotated[
            int, strawberry.argument(description=f"How many lines, at most {PAGE_EVENTS_MAX}.")
        ] = 50,
        kinds: Annotated[
            list[ClusterEventKind] | None,
            strawberry.argument(description="Only lines of these kinds."),
        ] = None,
    ) -> EventBatch:
        if not 1 <= count <= PAGE_EVENTS_MAX:
            raise BadInputError(f"`count` is from 1 to {PAGE_EVENTS_MAX}.")
        end = events.head() if before is None else parse_cursor("before", before)
        lines = events.read_back(end, count, kinds)
        return event_batch(lines, end, caught_up=before is None)

    @strawberry_django.field(description="Counts and rates.")
    def cluster(self) -> Cluster:
        return Cluster()


def _load_page(info: strawberry.Info, edges: list[Any]) -> None:
    rows = [edge.node for edge in edges]
    prefetch_for(info, rows, "nodes")
    prefetch_for(info, rows, "edges", "node")


def _order(order: TaskOrder | None) -> Order:
    if order is None:
        return NEWEST_FIRST
    name = f"{order.field.name} {order.direction.name}"
    return Order(name, str(order.field.value), descending=order.direction is OrderDirection.DESC)


def _nodes(info: strawberry.Info, ids: list[strawberry.ID]) -> list[Any]:
    if len(ids) > NODES_MAX:
        raise BadInputError(f"`ids` has more than {NODES_MAX}.")
    wanted = [split_id(id) for id in ids]
    found: dict[tuple[str, UUID], Model] = {}
    for name in {name for name, _ in wanted}:
        if name not in NODE_TYPES:
            raise BadInputError(f"There is no type {name[:100]!r} with ids.")
        rows: QuerySet[Any] = NODE_TYPES[name]._default_manager.all()
        some = list(rows.filter(pk__in=[pk for type_name, pk in wanted if type_name == name]))
        prefetch_for(info, some)
        found |= {(name, row.pk): row for row in some}
    return [found.get(key) for key in wanted]
