"""The query that counts tasks by status, by queue or by priority."""

from enum import Enum
from typing import Annotated

import strawberry
import strawberry_django

from schema.core.enums import TaskStatus
from schema.core.pagination import PAGE_MAX
from schema.core.relay import BadInputError
from schema.types.tasks.filters import TaskWhere, to_q
from tasks_app.services.tasks import counts
from tasks_app.services.tasks.counts import COUNTED_MAX

GROUPS_DEFAULT = 50


@strawberry.enum(description="The properties by which tasks can be counted.")
class TaskCountKey(Enum):
    STATUS = strawberry.enum_value("status", description="The status of the tasks.")
    QUEUE = strawberry.enum_value("queue_id", description="The queue of the tasks.")
    PRIORITY = strawberry.enum_value("priority", description="The priority of the tasks.")


@strawberry.type(description="The number of tasks that have the same status, queue or priority.")
class TaskCountGroup:
    status: TaskStatus | None = strawberry.field(
        description="The status of the tasks. Null if they are not grouped by status."
    )
    queue: str | None = strawberry.field(
        description="The name of the queue of the tasks. Null if they are not grouped by queue."
    )
    priority: int | None = strawberry.field(
        description="The priority of the tasks. Null if they are not grouped by priority."
    )
    count: int = strawberry.field(description="The number of tasks in the group.")


@strawberry.type(description="The numbers of tasks that match a condition.")
class TaskCounts:
    groups: list[TaskCountGroup] = strawberry.field(
        description=(
            "The groups with the most tasks, largest first. Groups without tasks are left out. If"
            " the sum of their counts is less than `totalCount`, there are more groups."
        )
    )
    total_count: int = strawberry.field(
        description="The number of tasks in all groups, also in those that are not returned."
    )
    is_lower_bound: bool = strawberry.field(
        description=(
            f"Whether more than {COUNTED_MAX:,} tasks match. The other tasks are not counted, so"
            " all numbers are lower bounds."
        )
    )


@strawberry.type
class TaskCountQueries:
    @strawberry_django.field(
        description=(
            "The number of tasks that match a condition, by status, queue or priority. The time"
            " that it takes grows with the number of tasks. Without a condition, `cluster` and"
            " `queues` have the same numbers in `statusCounts`, which take no longer with more"
            " tasks."
        )
    )
    def task_counts(
        self,
        where: Annotated[
            TaskWhere | None,
            strawberry.argument(
                description="Counts the tasks that match this condition. Null for all."
            ),
        ] = None,
        group_by: Annotated[
            TaskCountKey,
            strawberry.argument(description="The property to count by. Default `STATUS`."),
        ] = TaskCountKey.STATUS,
        first: Annotated[
            int,
            strawberry.argument(
                description=(
                    f"Returns the first n groups, 1 to {PAGE_MAX}. Default {GROUPS_DEFAULT}."
                )
            ),
        ] = GROUPS_DEFAULT,
    ) -> TaskCounts:
        if not 1 <= first <= PAGE_MAX:
            raise BadInputError(f"`first` must be between 1 and {PAGE_MAX}.")
        found = counts.count_tasks(to_q(where), by=str(group_by.value), limit=first)
        return TaskCounts(
            groups=[_group(group_by, key, count) for key, count in found.groups],
            total_count=found.total,
            is_lower_bound=found.is_lower_bound,
        )


def _group(by: TaskCountKey, key: str, count: int) -> TaskCountGroup:
    return TaskCountGroup(
        status=TaskStatus(key) if by is TaskCountKey.STATUS else None,
        queue=key if by is TaskCountKey.QUEUE else None,
        priority=int(key) if by is TaskCountKey.PRIORITY else None,
        count=count,
    )
