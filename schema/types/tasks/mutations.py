"""The mutations of tasks, with their inputs and payloads."""

from collections.abc import Callable
from datetime import datetime
from enum import Enum
from typing import Annotated, Protocol, TypeVar

import strawberry
import strawberry_django
from django.core.exceptions import ValidationError
from django.db.models import Q

from schema.core.bulk import list_key_field, set_row_keys
from schema.core.options import option
from schema.core.pagination import PAGE_DEFAULT, PAGE_MAX
from schema.core.payloads import (
    INPUT,
    UserError,
    attempt,
    errors_field,
    mutation_input,
    mutation_payload,
    user_errors,
)
from schema.core.prefetch import prefetch_for
from schema.core.relay import ID_OR_UUID, check_size, global_id, parse_id
from schema.core.scalars import BigInt
from schema.types.tasks.filters import TaskWhere, checked_q
from schema.types.tasks.types import Task
from tasks_app import models
from tasks_app.services import tasks
from tasks_app.services.tasks import BULK_MAX, NewTask


@strawberry.input(description="The parameters of a task to create.")
class NewTaskInput:
    a: BigInt = option("a")
    b: BigInt = option("b")
    queue: str = option("queue")
    priority: int = option("priority")
    run_at: datetime | None = option("run_at")
    expires_at: datetime | None = option("expires_at")
    duration_ms: int = option("duration_ms")
    slots: int = option("slots")
    max_attempts: int = option("max_attempts")
    fail_attempts: int = option("fail_attempts")
    retry_backoff_ms: int = option("retry_backoff_ms")
    concurrency_key: str = option("concurrency_key")
    concurrency_limit: int = option("concurrency_limit")
    idempotency_key: str | None = option("idempotency_key", default=None)

    def to_request(self) -> NewTask:
        """Return what the service takes."""
        return NewTask(
            a=self.a,
            b=self.b,
            queue=self.queue,
            priority=self.priority,
            run_at=self.run_at,
            expires_at=self.expires_at,
            duration_ms=self.duration_ms,
            slots=self.slots,
            max_attempts=self.max_attempts,
            fail_attempts=self.fail_attempts,
            retry_backoff_ms=self.retry_backoff_ms,
            concurrency_key=self.concurrency_key,
            concurrency_limit=self.concurrency_limit,
            idempotency_key=self.idempotency_key or "",
        )


@mutation_input
class CreateTaskInput(NewTaskInput): ...


@strawberry.enum(description="What happens to the valid rows if other rows are not valid.")
class ErrorPolicy(Enum):
    REJECT_ALL = strawberry.enum_value(
        "REJECT_ALL", description="No task is created if one row is not valid."
    )
    REJECT_FAILED_ROWS = strawberry.enum_value(
        "REJECT_FAILED_ROWS", description="Tasks are created for the rows that are valid."
    )


@mutation_input
class CreateTasksInput:
    tasks: list[NewTaskInput] = strawberry.field(
        description=f"The rows: the parameters of up to {BULK_MAX:,} tasks."
    )
    error_policy: ErrorPolicy = strawberry.field(
        default=ErrorPolicy.REJECT_ALL,
        description="What happens if a row is not valid. Default `REJECT_ALL`.",
    )
    idempotency_key: str | None = list_key_field()

    def to_requests(self) -> list[NewTask]:
        """Return what the service takes."""
        set_row_keys(self.tasks, self.idempotency_key)
        return [task.to_request() for task in self.tasks]


@strawberry.input
class TaskInput:
    id: strawberry.ID = strawberry.field(description=ID_OR_UUID)


@mutation_input
class CancelTaskInput(TaskInput): ...


@mutation_input
class RetryTaskInput(TaskInput): ...


@strawberry.input
class TasksInput:
    where: TaskWhere = strawberry.field(description="The condition that the tasks match.")
    dry_run: bool = strawberry.field(
        default=False, description="Whether to count the tasks only. Default false."
    )


@mutation_input
class CancelTasksInput(TasksInput): ...


@mutation_input
class RetryTasksInput(TasksInput): ...


@strawberry.type
class TaskPayload:
    task: Task | None = strawberry.field(
        description="The task after the mutation. Null if the mutation failed."
    )
    errors: list[UserError] = errors_field()


@mutation_payload
class CreateTaskPayload(TaskPayload): ...


@mutation_payload
class CancelTaskPayload(TaskPayload): ...


@mutation_payload
class RetryTaskPayload(TaskPayload): ...


@mutation_payload
class CreateTasksPayload:
    count: int = strawberry.field(description="The number of rows that have a task now.")
    task_ids: list[strawberry.ID | None] = strawberry.field(
        description="The global ID of the task of each row, in order. Null for a rejected row."
    )
    errors: list[UserError] = strawberry.field(
        description=(
            "The errors of the rejected rows. The path names the row, as in `input`, `tasks`, `17`,"
            " `a`."
        )
    )

    @strawberry.field(description="The tasks that were created, in order.")
    def tasks(
        self,
        info: strawberry.Info,
        first: Annotated[
            int,
            strawberry.argument(
                description=f"Returns the first n tasks, 0 to {PAGE_MAX}. Default {PAGE_DEFAULT}."
            ),
        ] = PAGE_DEFAULT,
    ) -> list[Task]:
        check_size("first", first, PAGE_MAX)
        ids = [parse_id(id, "Task") for id in self.task_ids if id][:first]
        rows = models.Task.objects.in_bulk(ids)
        found = [rows[id] for id in ids if id in rows]
        prefetch_for(info, found)
        return found


@strawberry.type
class TasksPayload:
    count: int = strawberry.field(
        description="The number of tasks that were changed, or with `dryRun` that would be."
    )
    errors: list[UserError] = errors_field()


@mutation_payload
class CancelTasksPayload(TasksPayload):
    pending_count: int = strawberry.field(
        default=0,
        description=(
            "How many of these tasks were pending. They are cancelled at once. The others were"
            " running: their nodes stop them, and `restoreTasks` does not bring them back."
        ),
    )
    restorable_events: list[str] = strawberry.field(
        default_factory=list,
        description=(
            "The cursors of the events with the tasks that were pending, for `restoreTasks`. Empty"
            " with `dryRun`."
        ),
    )


@mutation_payload
class RetryTasksPayload(TasksPayload): ...


P = TypeVar("P", bound=TaskPayload)
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


@strawberry.type
class TaskMutations:
    @strawberry_django.mutation(description="Create a task.")
    def create_task(
        self, info: strawberry.Info, input: Annotated[CreateTaskInput, INPUT]
    ) -> CreateTaskPayload:
        return task_payload(CreateTaskPayload, info, lambda: tasks.create_task(input.to_request()))

    @strawberry_django.mutation(description=f"Create up to {BULK_MAX:,} tasks in one transaction.")
    def create_tasks(self, input: Annotated[CreateTasksInput, INPUT]) -> CreateTasksPayload:
        partly = input.error_policy is ErrorPolicy.REJECT_FAILED_ROWS
        created, errors = attempt(lambda: tasks.create_tasks(input.to_requests(), partly=partly))
        if created is None:
            return CreateTasksPayload(count=0, task_ids=[], errors=errors)
        return CreateTasksPayload(
            count=len(created.ids) - created.ids.count(None),
            task_ids=[global_id("Task", id) if id else None for id in created.ids],
            errors=user_errors(ValidationError(created.errors), at=["input"]),
        )

    @strawberry_django.mutation(
        description=(
            "Cancel a task. A pending task is cancelled at once. A running task is asked to stop,"
            " and is cancelled within about a second."
        )
    )
    def cancel_task(
        self, info: strawberry.Info, input: Annotated[CancelTaskInput, INPUT]
    ) -> CancelTaskPayload:
        id = parse_id(input.id, "Task")
        return task_payload(CancelTaskPayload, info, lambda: tasks.cancel_task(id))

    @strawberry_django.mutation(description="Start a new run of a failed or cancelled task.")
    def retry_task(
        self, info: strawberry.Info, input: Annotated[RetryTaskInput, INPUT]
    ) -> RetryTaskPayload:
        id = parse_id(input.id, "Task")
        return task_payload(RetryTaskPayload, info, lambda: tasks.retry_task(id))

    @strawberry_django.mutation(
        description="Cancel the pending and running tasks that match a condition."
    )
    def cancel_tasks(self, input: Annotated[CancelTasksInput, INPUT]) -> CancelTasksPayload:
        done, errors = _bulk(input, tasks.cancel_tasks)
        if done is None:
            return CancelTasksPayload(count=0, errors=errors)
        return CancelTasksPayload(
            count=done.count,
            pending_count=done.pending_count,
            restorable_events=done.events,
            errors=[],
        )

    @strawberry_django.mutation(
        description="Start a new run of the failed and cancelled tasks that match a condition."
    )
    def retry_tasks(self, input: Annotated[RetryTasksInput, INPUT]) -> RetryTasksPayload:
        count, errors = _bulk(input, tasks.retry_tasks)
        return RetryTasksPayload(count=count or 0, errors=errors)


class _Change(Protocol[R_co]):
    def __call__(self, condition: Q, *, dry_run: bool) -> R_co: ...


def _bulk(input: TasksInput, change: _Change[R]) -> tuple[R | None, list[UserError]]:
    """Change or count the tasks that match a condition."""
    return attempt(lambda: change(checked_q(input.where), dry_run=input.dry_run))


def task_payload(payload: type[P], info: strawberry.Info, service: Callable[[], models.Task]) -> P:
    """Call a service that returns a task; return the payload."""
    task, errors = attempt(service)
    if task:
        prefetch_for(info, [task], "task")
    return payload(task=task, errors=errors)  # type: ignore[arg-type]
