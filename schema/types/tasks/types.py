"""The types of tasks and of their results."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry
import strawberry_django
from django.db.models import Model, Prefetch, prefetch_related_objects

from schema.core.enums import PendingReason, TaskStatus
from schema.core.prefetch import Arguments, Loaded, prefetches
from schema.core.relay import Node, check_size, described
from schema.core.scalars import BigInt
from schema.types.nodes.types import WorkerNode
from schema.types.queues.types import Queue
from schema.types.tasks import pending as pending_
from schema.types.tasks.history import TaskEvent, history_of
from schema.types.tasks.pending import Pending
from tasks_app import models
from tasks_app.options import TASK_OPTIONS

if TYPE_CHECKING:
    from schema.types.backfills.types import Backfill
    from schema.types.schedules.types import TaskSchedule

RESULTS_DEFAULT, RESULTS_MAX = 10, 100
HISTORY_MAX = 100

_loaded_results = Loaded[list[models.TaskResult]]("results")


@strawberry_django.type(models.TaskResult, description="The result of one run of a task.")
class TaskResult(Node):
    result: BigInt = described("The exact sum of the task's integers.")
    run: int = described("The number of the run, from 1.")
    attempt: int = described("The number of the attempt that computed the result, from 1.")
    created_at: datetime = described("The time at which the result was stored.")

    @strawberry.field(
        description="The worker node that computed the result. Null if it is unknown."
    )
    def worker_node(self: models.TaskResult) -> WorkerNode | None:
        return self.node


@strawberry_django.type(models.Task, description="A unit of work that adds two integers.")
class Task(Node):
    a: BigInt = described("The first integer, of 64 bits with a sign.")
    b: BigInt = described("The second integer, of 64 bits with a sign.")
    status: TaskStatus = described("The status of the current run.")
    priority: int = described("The priority, 0 to 9. Tasks with a higher priority start first.")
    run_at: datetime | None = described(
        "The time before which the task does not start. Null if it was to start at once."
    )
    expires_at: datetime | None = described(
        "The time at which the task fails if it has not started. Null if it does not expire."
    )
    duration_ms: int = described("The simulated duration of the work, in milliseconds.")
    slots: int = described("The number of slots that the task occupies while it runs.")
    max_attempts: int = described(TASK_OPTIONS["max_attempts"].description)
    fail_attempts: int = described(TASK_OPTIONS["fail_attempts"].description)
    retry_backoff_ms: int = described(TASK_OPTIONS["retry_backoff_ms"].description)
    concurrency_limit: int = described(TASK_OPTIONS["concurrency_limit"].description)
    version: int = described(
        "The version of the task. It grows by one with each change, so that the newer of two"
        " answers is the one with the higher version."
    )
    run: int = described(
        "The number of the current run. Each retry, and each tick of a schedule that fires, starts"
        " a new run. Zero before the first tick of a schedule."
    )
    attempt: int = described("The number of attempts that the current run has started.")
    created_at: datetime = described("The time at which the task was created.")
    updated_at: datetime = described("The time of the task's last change.")
    started_at: datetime | None = described(
        "The time at which the last attempt of the current run started. Null if none has."
    )
    finished_at: datetime | None = described(
        "The time at which the current run ended. Null if it has not ended."
    )
    cancel_requested_at: datetime | None = described(
        "The time at which cancellation of the current run was requested. Null if it was not."
    )
    due_at: datetime = described("The time from which the current run can be claimed.")

    @strawberry.field(description="The UUID of the task, which the REST API and the logs use.")
    def uuid(self: models.Task) -> UUID:
        return self.pk

    @strawberry.field(
        description="The sum that the current run computed. Null if it has not succeeded."
    )
    def result(self: models.Task) -> BigInt | None:
        if self.status != models.Task.Status.SUCCESS:
            return None
        results = _results(self, 1)
        return results[0].result if results else None

    @strawberry.field(description="The results of the task's runs, newest first.")
    def results(
        self: models.Task,
        first: Annotated[
            int,
            strawberry.argument(
                description=(
                    f"Returns the first n results, 0 to {RESULTS_MAX}. Default {RESULTS_DEFAULT}."
                )
            ),
        ] = RESULTS_DEFAULT,
    ) -> list[TaskResult]:
        return _results(self, first)

    @strawberry.field(
        description="Whether the current run has ended: it succeeded, failed or was cancelled."
    )
    def is_terminal(self: models.Task) -> bool:
        return self.status in models.Task.TERMINAL

    @strawberry.field(
        description="The reason for which the current run failed. Null if it did not fail."
    )
    def failed_message(self: models.Task) -> str | None:
        return self.failed_message or None

    @strawberry.field(
        description="The ID of the Celery message that last claimed the task. Null if none has."
    )
    def celery_task_id(self: models.Task) -> str | None:
        return self.celery_task_id or None

    @strawberry.field(
        description="The idempotency key with which the task was created. Null if there was none."
    )
    def idempotency_key(self: models.Task) -> str | None:
        return self.idempotency_key or None

    @strawberry.field(
        description=(
            "The concurrency key, which limits how many tasks with the same key run at the same"
            " time in the cluster. Null if the task has none."
        )
    )
    def concurrency_key(self: models.Task) -> str | None:
        return self.concurrency_key or None

    @strawberry.field(description="The queue of the task.")
    def queue(self: models.Task) -> Queue:
        return self.queue

    @strawberry.field(
        description=(
            "The schedule that the task belongs to, or that created it for an overlapping run. Null"
            " if the task was created on its own or the schedule was deleted."
        )
    )
    def schedule(
        self: models.Task,
    ) -> Annotated["TaskSchedule", strawberry.lazy("schema.types.schedules.types")] | None:
        return self.schedule or self.overlap_of

    @strawberry.field(
        description=(
            "Whether a schedule created the task for one run, because the previous one had not"
            " ended. See the overlap policy `ALLOW`."
        )
    )
    def is_overlapping(self: models.Task) -> bool:
        return self.overlap_of_id is not None

    @strawberry.field(
        description="The backfill that created the task. Null if it was created in another way."
    )
    def backfill(
        self: models.Task,
    ) -> Annotated["Backfill", strawberry.lazy("schema.types.backfills.types")] | None:
        run = backfill_run_of(self)
        return run.backfill if run else None

    @strawberry.field(
        description=(
            "The scheduled time for which a backfill, or a schedule for an overlapping run, created"
            " the task. Null for others."
        )
    )
    def scheduled_for(self: models.Task) -> datetime | None:
        if self.overlap_of_id:
            return next((tick.nominal_at for tick in self.ticks.all()), None)
        run = backfill_run_of(self)
        return run.scheduled_for if run else None

    @strawberry.field(
        description="The worker node that last claimed the current run. Null if none has."
    )
    def worker_node(self: models.Task) -> WorkerNode | None:
        return self.node

    @strawberry.field(
        description=(
            "The time from when the current run was due to when its last attempt started, in"
            " milliseconds. Null if none has started."
        )
    )
    def queue_time_ms(self: models.Task) -> int | None:
        return _milliseconds(self.due_at, self.started_at)

    @strawberry.field(
        description=(
            "The time from the start of the current run's last attempt to its end, in"
            " milliseconds. Null if it has not ended."
        )
    )
    def run_time_ms(self: models.Task) -> int | None:
        return _milliseconds(self.started_at, self.finished_at)

    @strawberry.field(
        description="The reason for which the task is pending. Null if it is not pending."
    )
    def pending_reason(self: models.Task) -> PendingReason | None:
        return pending_.reason_of(self)

    @strawberry.field(
        description=(
            "The reason for which the task is pending, with its place in the queue. Null if it is"
            " not pending."
        )
    )
    def pending(self: models.Task) -> Pending | None:
        return pending_.pending_of(self)

    @strawberry.field(
        description="The changes of the task, oldest first, as far as the event log goes back."
    )
    def history(
        self: models.Task,
        last: Annotated[
            int,
            strawberry.argument(
                description=(
                    f"Returns the last n changes, 0 to {HISTORY_MAX}. Default {HISTORY_MAX}."
                )
            ),
        ] = HISTORY_MAX,
    ) -> list[TaskEvent]:
        check_size("last", last, HISTORY_MAX)
        history = history_of(self)
        return history[-last:] if last else []


def backfill_run_of(task: models.Task) -> models.BackfillRun | None:
    """Return the scheduled time for which a backfill created a task, or None."""
    return getattr(task, "backfill_run", None)


def _milliseconds(start: datetime | None, end: datetime | None) -> int | None:
    if start is None or end is None:
        return None
    return round((end - start).total_seconds() * 1000)


def _results(task: models.Task, first: int) -> list[models.TaskResult]:
    check_size("first", first, RESULTS_MAX)
    if first > vars(task).get("loaded_results_number", -1):
        _load_results([task], {"first": first})
    return _loaded_results.of(task)[:first]


@prefetches(models.Task, "results")
def _load_results(tasks: Sequence[models.Task], arguments: Arguments) -> Iterable[Model]:
    # The value in the document, which may be a string or out of range. The resolver refuses null.
    number = max(1, min(int(arguments.get("first", RESULTS_DEFAULT) or 0), RESULTS_MAX))
    tasks = [task for task in tasks if vars(task).get("loaded_results_number", 0) < number]
    newest = models.TaskResult.objects.order_by("-run")[:number]
    for task in tasks:
        vars(task).pop(_loaded_results.attribute, None)
    prefetch_related_objects(tasks, Prefetch("results", newest, to_attr=_loaded_results.attribute))
    for task in tasks:
        vars(task)["loaded_results_number"] = number
    return [result for task in tasks for result in _loaded_results.of(task)]


@prefetches(models.Task, "result")
def _load_result(tasks: Sequence[models.Task], arguments: Arguments) -> Iterable[Model]:
    return _load_results(tasks, {"first": RESULTS_DEFAULT})


@prefetches(models.TaskResult, "workerNode")
@prefetches(models.Task, "workerNode")
def _load_node(
    rows: Sequence[models.Task | models.TaskResult], arguments: Arguments
) -> Iterable[Model]:
    # A prefetch of no rows would still run a query.
    rows = [row for row in rows if row.node_id]
    prefetch_related_objects(rows, "node")
    return [row.node for row in rows if row.node]


@prefetches(models.Task, "queue")
def _load_queue(tasks: Sequence[models.Task], arguments: Arguments) -> Iterable[Model]:
    prefetch_related_objects(tasks, "queue")
    return [task.queue for task in tasks]  # type: ignore[misc]  # django-stubs takes the type from db_default.
