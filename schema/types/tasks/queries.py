"""The queries of tasks."""

from enum import Enum
from typing import Annotated

import strawberry
import strawberry_django

from schema.core.pagination import (
    After,
    Before,
    Connection,
    First,
    Last,
    Order,
    Page,
    paginate,
    prefetch_page,
)
from schema.core.prefetch import prefetch_for, selects
from schema.core.relay import IdOrUuid, parse_id
from schema.types.tasks.filters import TaskWhere, to_q
from schema.types.tasks.types import Task
from tasks_app import models
from tasks_app.access import scopes
from tasks_app.log import pages
from tasks_app.log.cursor import Cursor

NEWEST_FIRST = Order("CREATED_AT DESC")


@strawberry.enum(description="The properties by which tasks can be ordered.")
class TaskOrderField(Enum):
    CREATED_AT = strawberry.enum_value("", description="The time at which tasks were created.")
    FINISHED_AT = strawberry.enum_value(
        "finished_at",
        description="The time at which tasks ended. Tasks that have not ended are left out.",
    )


@strawberry.enum(description="The direction of an order.")
class OrderDirection(Enum):
    ASC = strawberry.enum_value("ASC", description="Ascending: oldest or smallest first.")
    DESC = strawberry.enum_value("DESC", description="Descending: newest or greatest first.")


@strawberry.input(description="The order of a list of tasks.")
class TaskOrder:
    field: TaskOrderField = strawberry.field(description="The property to order by.")
    direction: OrderDirection = strawberry.field(
        default=OrderDirection.DESC, description="The direction of the order. Default `DESC`."
    )


@strawberry.type(description="A page of tasks.")
class TaskConnection(Connection[Task]):
    log_cursor: strawberry.Private[Cursor | None]

    @strawberry.field(
        description=(
            "The position of the event log before the page was read. A subscription that starts"
            " after it misses no change. It may repeat changes that the page already"
            " includes; those"
            " have a version that is not higher."
        )
    )
    def cursor(self) -> str:
        assert self.log_cursor is not None  # It was read because the field is selected.
        return self.log_cursor.encode()


@strawberry.type
class TaskQueries:
    @strawberry_django.field(description="The task with this ID. Null if it does not exist.")
    def task(self, info: strawberry.Info, id: IdOrUuid) -> Task | None:
        task = scopes.visible(models.Task.objects.filter(pk=parse_id(id, "Task"))).first()
        prefetch_for(info, [task] if task else [])
        return task

    @strawberry_django.field(description="Tasks, newest first by default.")
    def tasks(
        self,
        info: strawberry.Info,
        where: Annotated[
            TaskWhere | None,
            strawberry.argument(
                description="Returns the tasks that match this condition. Null for all."
            ),
        ] = None,
        order_by: Annotated[
            TaskOrder | None,
            strawberry.argument(description="The order of the tasks. Default newest first."),
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> TaskConnection:
        log_cursor = pages.head() if selects(info, "cursor") else None
        rows = scopes.visible(models.Task.objects.filter(to_q(where)))
        order = _order(order_by)
        if order.column:
            rows = rows.exclude(**{order.column: None})
        edges, page_info = paginate(rows, order, Page(first, after, last, before))
        prefetch_page(info, edges)
        return TaskConnection(edges=edges, page_info=page_info, rows=rows, log_cursor=log_cursor)  # type: ignore[arg-type]


def _order(order: TaskOrder | None) -> Order:
    if order is None:
        return NEWEST_FIRST
    name = f"{order.field.name} {order.direction.name}"
    return Order(name, str(order.field.value), descending=order.direction is OrderDirection.DESC)
