"""What can be read: types drawn from the models."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry
import strawberry_django
from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone

from schema.core.enums import ClusterEventKind, PendingReason, TaskStatus
from schema.core.prefetch import prefetches
from schema.core.relay import BadInputError, Node, described
from schema.core.scalars import BigInt
from schema.types.nodes import Queue, WorkerNode
from tasks_app import models, stats
from tasks_app.log import events
from tasks_app.services import pending

if TYPE_CHECKING:  # a schedule shows its task, and a task its schedule
    from schema.types.schedules import TaskSchedule

RESULTS_DEFAULT, RESULTS_MAX = 10, 100
HISTORY_MAX = 100


@strawberry_django.type(models.TaskResult, description="What one run of a task came to.")
class TaskResult(Node):
    result: BigInt = described("The sum, exact.")
    run: int = described("The run that found it.")
    attempt: int = described("The attempt of that run.")
    created_at: datetime = described("When it was stored.")
    node: strawberry.Private[Any]

    @strawberry.field(description="The node that found it.")
    def worker_node(self) -> WorkerNode | None:
        return self.node


@strawberry.type
class TaskChange:
    """What histories and subscriptions tell of a change."""

    cursor: str = strawberry.field(description="The place of this change in the log. Opaque.")
    at: datetime = strawberry.field(description="When.")
    previous_status: TaskStatus | None = strawberry.field(description="Null when it was created.")
    status: TaskStatus = strawberry.field(description="The status after it.")
    version: int = strawberry.field(description="The task's version after it.")
    attempt: int = strawberry.field(description="The attempt that was counted last.")
    message: str | None = strawberry.field(description="Why, where that is not plain.")


@strawberry.type(description="One change in the life of a task.")
class TaskEvent(TaskChange):
    kind: ClusterEventKind = strawberry.field(description="What happened.")
    worker_node: WorkerNode | None = strawberry.field(description="The node that did it.")


@strawberry.type(description="What a task waits for.")
class Pending:
    reason: PendingReason = strawberry.field(description="Why it is not running.")
    message: str = strawberry.field(description="Why, for people.")
    ahead: int | None = strawberry.field(
        description=(
            f"How many of its queue come before it, counted up to {pending.AHEAD_MAX}. Null if"
            " it does not only wait for its turn."
        )
    )
    estimated_start_at: datetime | None = strawberry.field(
        description=(
            "When its turn comes if its queue goes on as in the last five minutes. Null if nothing"
            " of it has ended in them, or too many come before it to be counted."
        )
    )


@strawberry.type(description="The due tasks of a queue that need the same number of slots.")
class PendingGroup:
    slots: int = strawberry.field(description="The number of slots that each of the tasks needs.")
    reason: PendingReason = strawberry.field(description="Why the first task is pending.")
    message: str = strawberry.field(description="The reason in a sentence.")
    first_task: Annotated["Task", strawberry.lazy("schema.types.tasks")] = strawberry.field(
        description="The task that a node claims first."
    )


@strawberry_django.type(models.Task, description="An addition: a + b, computed by some node.")
class Task(Node):
    a: BigInt = described("The first number, a signed integer of 64 bits.")
    b: BigInt = described("The second number, a signed integer of 64 bits.")
    status: TaskStatus = described("Where it stands.")
    priority: int = described("0 to 9; 9 is the most urgent.")
    run_at: datetime | None = described("It does not start before this time.")
    expires_at: datetime | None = described("It fails if no node has started it by then.")
    duration_ms: int = described("Simulated work: how long a node is busy with it.")
    slots: int = described("How many slots of a node it takes while it runs.")
    max_attempts: int = described("How many nodes may die over a run before it fails.")
    version: int = described("Grows by one with each change; of two answers the higher is newer.")
    run: int = described("Which go this is: each retry, and each tick of a schedule, is a new one.")
    attempt: int = described("How many nodes have tried this run so far.")
    created_at: datetime = described("When it was created.")
    updated_at: datetime = described("When it changed last.")
    started_at: datetime | None = described("When a node started the last attempt of this run.")
    finished_at: datetime | None = described("When it reached its end.")
    cancel_requested_at: datetime | None = described("When somebody asked to cancel this run.")

    due_at: datetime = described("The time from which the current run can be claimed.")

    @strawberry.field(description="The id that REST and the logs use.")
    def uuid(self: Any) -> UUID:
        return self.pk

    @strawberry.field(description="The sum, once the present run has found it.")
    def result(self) -> BigInt | None:
        if self.status != models.Task.Status.SUCCESS:
            return None
        results = _results(self, 1)
        return results[0].result if results else None

    @strawberry.field(description="What its runs came to, the newest first.")
    def results(
        self,
        first: Annotated[
            int, strawberry.argument(description=f"How many, at most {RESULTS_MAX}.")
        ] = RESULTS_DEFAULT,
    ) -> list[TaskResult]:
        return _results(self, first)

    @strawberry.field(description="Whether it has reached an end.")
    def is_terminal(self) -> bool:
        return self.status in models.Task.TERMINAL

    @strawberry.field(description="Why it ended without a result.")
    def failed_message(self: Any) -> str | None:
        return self.failed_message or None

    @strawberry.field(description="The Celery message that claimed it last.")
    def celery_task_id(self: Any) -> str | None:
        return self.celery_task_id or None

    @strawberry.field(description="The key under which its creation may be repeated.")
    def idempotency_key(self: Any) -> str | None:
        return self.idempotency_key or None

    @strawberry.field(description="The line in which it waits.")
    def queue(self: Any) -> Queue:
        return self.queue

    @strawberry.field(description="The schedule that it belongs to.")
    def schedule(
        self: Any,
    ) -> Annotated["TaskSchedule", strawberry.lazy("schema.types.schedules")] | None:
        return self.schedule

    @strawberry.field(description="The node that holds it, or held it last.")
    def worker_node(self: Any) -> WorkerNode | None:
        return self.node

    @strawberry.field(
        description="Milliseconds from when this run could have started to when it did."
    )
    def wait_ms(self: Any) -> int | None:
        return _milliseconds(self.due_at, self.started_at)

    @strawberry.field(description="Milliseconds from the last start to the end.")
    def run_ms(self: Any) -> int | None:
        return _milliseconds(self.started_at, self.finished_at)

    @strawberry.field(description="Why it is not running; null if it does not wait.")
    def pending_reason(self: Any) -> PendingReason | None:
        found = _pending(self)
        return found and found.reason

    @strawberry.field(description="What it waits for; null if it does not wait.")
    def pending(self: Any) -> Annotated["Pending", strawberry.lazy("schema.types.tasks")] | None:
        found = _pending(self)
        if found is None:
            return None
        if not hasattr(self, "loaded_place"):
            _load_places([self], {})
        ahead, estimate = self.loaded_place or (None, None)
        return Pending(
            reason=found.reason, message=found.message, ahead=ahead, estimated_start_at=estimate
        )

    @strawberry.field(description="Its changes, the oldest first, as far as the log goes back.")
    def history(
        self: Any,
        last: Annotated[
            int, strawberry.argument(description=f"How many of the latest, at most {HISTORY_MAX}.")
        ] = HISTORY_MAX,
    ) -> list[TaskEvent]:
        if not 0 <= last <= HISTORY_MAX:
            raise BadInputError(f"`last` is from 0 to {HISTORY_MAX}.")
        if not hasattr(self, "loaded_history"):
            _load_histories([self], {})
        history: list[TaskEvent] = self.loaded_history
        return history[-last:] if last else []


def _milliseconds(start: datetime | None, end: datetime | None) -> int | None:
    if start is None or end is None:
        return None
    return round((end - start).total_seconds() * 1000)


def _results(task: Any, first: int) -> list[Any]:
    if not 0 <= first <= RESULTS_MAX:
        raise BadInputError(f"`first` is from 0 to {RESULTS_MAX}.")
    if first > getattr(task, "loaded_results_number", -1):
        _load_results([task], {"first": first})
    results: list[Any] = task.loaded_results
    return results[:first]


@prefetches(models.Task, "results")
def _load_results(tasks: Sequence[Any], arguments: dict[str, Any]) -> Iterable[Any]:
    # As it stands in the document: not yet an integer, and not yet known to be one that can be.
    # Null is refused where the field is resolved.
    number = max(1, min(int(arguments.get("first", RESULTS_DEFAULT) or 0), RESULTS_MAX))
    tasks = [task for task in tasks if getattr(task, "loaded_results_number", 0) < number]
    newest = models.TaskResult.objects.order_by("-run")[:number]
    for task in tasks:
        vars(task).pop("loaded_results", None)
    prefetch_related_objects(tasks, Prefetch("results", newest, to_attr="loaded_results"))
    for task in tasks:
        task.loaded_results_number = number
    return [result for task in tasks for result in task.loaded_results]


@prefetches(models.Task, "result")
def _load_result(tasks: Sequence[Any], arguments: dict[str, Any]) -> Iterable[Any]:
    return _load_results(tasks, {"first": RESULTS_DEFAULT})


@prefetches(models.TaskResult, "workerNode")
@prefetches(models.Task, "workerNode")
def _load_node(rows: Sequence[Any], arguments: dict[str, Any]) -> Iterable[Any]:
    # Even of nothing a prefetch builds a query.
    rows = [row for row in rows if row.node_id]
    prefetch_related_objects(rows, "node")
    return [row.node for row in rows if row.node]


@prefetches(models.Task, "queue")
def _load_queue(tasks: Sequence[Any], arguments: dict[str, Any]) -> Iterable[Any]:
    prefetch_related_objects(tasks, "queue")
    return [task.queue for task in tasks]


def _pending(task: Any) -> pending.Pending | None:
    if not hasattr(task, "loaded_pending"):
        _load_pending([task], {})
    found: pending.Pending | None = task.loaded_pending
    return found


@prefetches(models.Task, "pendingReason")
def _load_pending(tasks: Sequence[Any], arguments: dict[str, Any]) -> Iterable[Any]:
    explained = pending.explain(tasks)
    for task in tasks:
        task.loaded_pending = explained.get(task.pk)
    return []


@prefetches(models.Task, "pending")
def _load_places(tasks: Sequence[Any], arguments: dict[str, Any]) -> Iterable[Any]:
    _load_pending(tasks, {})
    in_line = [task for task in tasks if task.loaded_pending and task.loaded_pending.is_in_line]
    places = pending.ahead(in_line)
    rates = stats.queue_stats(stats.Window.FIVE_MINUTES) if in_line else {}
    for task in tasks:
        ahead = places.get(task.pk)
        rate = rates[task.queue_id].per_second if task.queue_id in rates else 0
        task.loaded_place = None if ahead is None else (ahead, _estimate(ahead, rate))
    return []


def _estimate(ahead: int, rate: float) -> datetime | None:
    if not rate or ahead == pending.AHEAD_MAX:
        return None
    return timezone.now() + timedelta(seconds=ahead / rate)


@prefetches(models.Queue, "pendingGroups")
def _load_groups(queues: Sequence[Any], arguments: dict[str, Any]) -> Iterable[Any]:
    groups = pending.groups(queue.name for queue in queues)
    tasks = models.Task.objects.in_bulk([group.first_id for group in groups])
    for queue in queues:
        queue.loaded_groups = [
            PendingGroup(
                slots=group.slots,
                reason=group.pending.reason,
                message=group.pending.message,
                first_task=tasks[group.first_id],  # type: ignore[arg-type]
            )
            for group in groups
            if group.queue == queue.name and group.first_id in tasks
        ]
    return []


@prefetches(models.Task, "history")
def _load_histories(tasks: Sequence[Any], arguments: dict[str, Any]) -> Iterable[Any]:
    histories = events.histories([task.pk for task in tasks])
    for task in tasks:
        task.loaded_history = [_task_event(*line) for line in histories[task.pk]]
    return []


def _task_event(line: models.ClusterEvent, index: int) -> TaskEvent:
    return TaskEvent(
        **change_of(line, index),
        kind=ClusterEventKind(line.kind),
        worker_node=line.node,  # type: ignore[arg-type]
    )


def change_of(line: models.ClusterEvent | events.EventRow, index: int) -> dict[str, Any]:
    """The fields of TaskChange: what happened to one of the line's tasks."""
    return {
        "cursor": events.cursor_after(line, index).encode(),
        "at": line.at,
        "previous_status": TaskStatus(line.previous_status) if line.previous_status else None,
        "status": TaskStatus(line.status),
        "version": line.versions[index],
        "attempt": line.attempts[index],
        "message": line.message or None,
    }
