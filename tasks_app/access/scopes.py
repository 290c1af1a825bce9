"""What a scoped token reaches: a task, a schedule with its tasks and backfills, or a queue.

The APIs read rows through `visible`, services check the object of an action by `check`, and
subscriptions filter changes by `task_filter`. Without a scope, all rows are visible.
"""

from functools import reduce
from operator import or_
from typing import NamedTuple, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from tasks_app.access import actors
from tasks_app.models import Backfill, Queue, Scope, ScopeKind, Task, TaskSchedule

M = TypeVar("M", bound=Model)

# The columns that may hold the key of the scope. Other models are not visible.
_COLUMNS: dict[tuple[ScopeKind, type[Model]], tuple[str, ...]] = {
    (ScopeKind.TASK, Task): ("pk",),
    (ScopeKind.SCHEDULE, Task): ("schedule_id", "overlap_of_id", "backfill_of_id"),
    (ScopeKind.SCHEDULE, TaskSchedule): ("pk",),
    (ScopeKind.SCHEDULE, Backfill): ("schedule_id",),
    (ScopeKind.QUEUE, Task): ("queue_id",),
    (ScopeKind.QUEUE, Queue): ("name",),
}
_MODELS: dict[ScopeKind, type[Model]] = {
    ScopeKind.TASK: Task,
    ScopeKind.SCHEDULE: TaskSchedule,
    ScopeKind.QUEUE: Queue,
}


def visible(rows: QuerySet[M]) -> QuerySet[M]:
    """Return the rows that the scope of the current actor contains."""
    scope = actors.current().scope
    return rows if scope is None else rows.filter(_condition(scope, rows.model))


def check(model: type[Model], key: UUID) -> None:
    """Raise the model's DoesNotExist if the scope of the current actor does not contain a row."""
    if actors.current().scope is not None:
        visible(model._default_manager.all()).get(pk=key)


class TaskFilter(NamedTuple):
    """What limits changes of tasks: tasks, the schedule that runs them, or their queue."""

    task_ids: frozenset[UUID] | None = None
    schedule_id: UUID | None = None
    queue: str | None = None


def task_filter() -> TaskFilter:
    """Return what limits changes of tasks for the current actor."""
    scope = actors.current().scope
    if scope is None:
        return TaskFilter()
    if scope.kind == ScopeKind.QUEUE:
        return TaskFilter(queue=scope.key)
    if scope.kind == ScopeKind.SCHEDULE:
        return TaskFilter(schedule_id=UUID(scope.key))
    return TaskFilter(task_ids=frozenset([UUID(scope.key)]))


def exists(scope: Scope) -> bool:
    """Return whether there is an object that the scope names."""
    model = _MODELS[scope.kind]
    return model._default_manager.filter(_condition(scope, model)).exists()


def refusal(scope: Scope) -> str:
    """Return the error message of a request that a scope does not permit."""
    return f"The token is limited to the {scope.kind.lower()} {scope.key}."


def _condition(scope: Scope, model: type[Model]) -> Q:
    columns = _COLUMNS.get((scope.kind, model), ())
    return reduce(or_, (Q(**{column: scope.key}) for column in columns), Q(pk__in=[]))
