"""The mutations of tasks, with their inputs and payloads."""

from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry
import strawberry_django
from django.core.exceptions import ValidationError

from schema.core.bulk import list_key_field, set_row_keys
from schema.core.mutations import IdInput, mutation
from schema.core.options import option
from schema.core.pagination import PAGE_DEFAULT, PAGE_MAX
from schema.core.payloads import (
    INPUT,
    UserError,
    attempt,
    errors_field,
    mutation_input,
    mutation_payload,
    result_field,
    user_errors,
)
from schema.core.prefetch import prefetch_for
from schema.core.relay import check_size, global_id, parse_id
from schema.types.tasks.filters import TaskWhere, checked_q
from schema.types.tasks.options import TaskOptionsInput
from schema.types.tasks.types import Task
from tasks_app import models
from tasks_app.services import tasks
from tasks_app.services.tasks import BULK_MAX, NewTask


@strawberry.input(description="The parameters of a task to create.")
class NewTaskInput(TaskOptionsInput):
    run_at: datetime | None = option("run_at")
    expires_at: datetime | None = option("expires_at")
    idempotency_key: str | None = option("idempotency_key", default=None)

    def to_request(self) -> NewTask:
        """Return what the service takes."""
        return NewTask(
            **self.shared(),
            run_at=self.run_at,
            expires_at=self.expires_at,
            idempotency_key=self.idempotency_key or "",
        )


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
class TasksInput:
    where: TaskWhere = strawberry.field(description="The condition that the tasks match.")
    dry_run: bool = strawberry.field(
        default=False, description="Whether to count the tasks only. Default false."
    )


@strawberry.type
class TaskPayload:
    task: Task | None = result_field("task")
    errors: list[UserError] = errors_field()


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
        default=0,
        description="The number of tasks that were changed, or with `dryRun` that would be.",
    )
    errors: list[UserError] = errors_field()


@strawberry.type
class CancelledTasksPayload(TasksPayload):
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


@strawberry.type
class TaskMutations:
    @mutation(TaskPayload, description="Create a task.")
    def create_task(self, input: NewTaskInput) -> models.Task:
        return tasks.create_task(input.to_request())

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

    @mutation(
        TaskPayload,
        description=(
            "Cancel a task. A pending task is cancelled at once. A running task is asked to stop,"
            " and is cancelled within about a second."
        ),
    )
    def cancel_task(self, input: IdInput) -> models.Task:
        return tasks.cancel_task(parse_id(input.id, "Task"))

    @mutation(TaskPayload, description="Start a new run of a failed or cancelled task.")
    def retry_task(self, input: IdInput) -> models.Task:
        return tasks.retry_task(parse_id(input.id, "Task"))

    @mutation(
        CancelledTasksPayload,
        description="Cancel the pending and running tasks that match a condition.",
    )
    def cancel_tasks(self, input: TasksInput) -> tasks.Cancelled:
        return tasks.cancel_tasks(checked_q(input.where), dry_run=input.dry_run)

    @mutation(
        TasksPayload,
        description="Start a new run of the failed and cancelled tasks that match a condition.",
    )
    def retry_tasks(self, input: TasksInput) -> int:
        return tasks.retry_tasks(checked_q(input.where), dry_run=input.dry_run)
