"""What mutations answer: what they made or changed, and what was refused."""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import Enum
from typing import Annotated, TypeVar

import strawberry
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from strawberry.utils.str_converters import to_camel_case

from schema.connections import PAGE_DEFAULT, PAGE_MAX
from schema.loading import load_for
from schema.nodes import BadInputError, parse_id
from schema.schedules import TaskSchedule
from schema.types import Task
from tasks_app import models

T = TypeVar("T")


@strawberry.enum(description="What is wrong, for programs. More codes may come.")
class UserErrorCode(Enum):
    INVALID = strawberry.enum_value("invalid", description="The value cannot be used.")
    OUT_OF_RANGE = strawberry.enum_value("out_of_range", description="Too little or too much.")
    NOT_FOUND = strawberry.enum_value("not_found", description="There is no such object.")
    ALREADY_EXISTS = strawberry.enum_value(
        "already_exists", description="There is one of this name."
    )
    NOT_ONLINE = strawberry.enum_value("not_online", description="The node is not online.")
    UNKNOWN_QUEUE = strawberry.enum_value("unknown_queue", description="There is no such queue.")
    IDEMPOTENCY_CONFLICT = strawberry.enum_value(
        "idempotency_conflict", description="The key came with other values before."
    )
    NOT_CANCELLABLE = strawberry.enum_value(
        "not_cancellable", description="The task has finished already."
    )
    NOT_TRIGGERABLE = strawberry.enum_value(
        "not_triggerable", description="The last run of the schedule's task has not finished."
    )
    NOT_RETRYABLE = strawberry.enum_value(
        "not_retryable", description="The task has neither failed nor been cancelled."
    )


@strawberry.type(description="Why something was refused.")
class UserError:
    code: UserErrorCode = strawberry.field(description="What is wrong, for programs.")
    field: list[str] = strawberry.field(description="The path to the argument at fault.")
    message: str = strawberry.field(description="What is wrong, for people.")


_CODES = {str(code.value): code for code in UserErrorCode}


def attempt(
    service: Callable[[], T], *, at: Sequence[str] = ("input",), key: str = "id"
) -> tuple[T | None, list[UserError]]:
    """The service's value, or what it refused. ``at`` is the path to what it was given.

    ``key`` is the name of the argument that says of what it was asked.
    """
    try:
        return service(), []
    except ValidationError as error:
        return None, user_errors(error, at=at)
    except ObjectDoesNotExist:
        message = "There is no such object."
        return None, [UserError(code=UserErrorCode.NOT_FOUND, field=[*at, key], message=message)]


def user_errors(error: ValidationError, *, at: Sequence[str]) -> list[UserError]:
    return [
        UserError(
            code=_CODES.get(fault.code or "", UserErrorCode.INVALID),
            field=[*at, *map(to_camel_case, name.split("."))],
            message=fault.messages[0],
        )
        for name, faults in error.error_dict.items()
        for fault in faults
    ]


@strawberry.type(description="The task, or why it is not as asked.")
class TaskPayload:
    task: Task | None = strawberry.field(description="The task as it stands now.")
    errors: list[UserError] = strawberry.field(description="What was refused, if anything.")


@strawberry.type(description="The task that was created, or why it was not.")
class CreateTaskPayload(TaskPayload):
    pass


@strawberry.type(description="The task that was cancelled, or why it was not.")
class CancelTaskPayload(TaskPayload):
    pass


@strawberry.type(description="The task that was retried, or why it was not.")
class RetryTaskPayload(TaskPayload):
    pass


@strawberry.type(description="The tasks that were created, and why others were not.")
class CreateTasksPayload:
    count: int = strawberry.field(description="How many rows have a task now.")
    task_ids: list[strawberry.ID | None] = strawberry.field(
        description="The global id of each row's task, in order; null where there is none."
    )
    errors: list[UserError] = strawberry.field(
        description="What was refused: the path names the row, as in input.tasks.17.a."
    )

    @strawberry.field(description="The tasks themselves, in order.")
    def tasks(
        self,
        info: strawberry.Info,
        first: Annotated[
            int, strawberry.argument(description=f"How many of them, at most {PAGE_MAX}.")
        ] = PAGE_DEFAULT,
    ) -> list[Task]:
        if not 0 <= first <= PAGE_MAX:
            raise BadInputError(f"`first` is from 0 to {PAGE_MAX}.")
        ids = [parse_id(id, "Task") for id in self.task_ids if id][:first]
        rows = models.Task.objects.in_bulk(ids)
        tasks = [rows[id] for id in ids if id in rows]
        load_for(info, tasks)
        return tasks


@strawberry.type(description="How many tasks it was, or would be.")
class TasksPayload:
    count: int = strawberry.field(description="How many; with dryRun, how many it would be now.")
    errors: list[UserError] = strawberry.field(description="What was refused.")


@strawberry.type(description="How many tasks were cancelled.")
class CancelTasksPayload(TasksPayload):
    pass


@strawberry.type(description="How many tasks were retried.")
class RetryTasksPayload(TasksPayload):
    pass


@strawberry.type(description="The ticks that a schedule would have, or why it cannot be.")
class SchedulePreview:
    ticks: list[datetime] = strawberry.field(description="The first ticks that would fire.")
    errors: list[UserError] = strawberry.field(description="What would be refused.")


@strawberry.type(description="The schedule, or why it is not as asked.")
class TaskSchedulePayload:
    task_schedule: TaskSchedule | None = strawberry.field(description="As it stands now.")
    errors: list[UserError] = strawberry.field(description="What was refused, if anything.")


@strawberry.type(description="The schedule that was created, or why it was not.")
class CreateTaskSchedulePayload(TaskSchedulePayload):
    pass


@strawberry.type(description="The schedule that was changed, or why it was not.")
class UpdateTaskSchedulePayload(TaskSchedulePayload):
    pass


@strawberry.type(description="The schedule that was paused, or why it was not.")
class PauseTaskSchedulePayload(TaskSchedulePayload):
    pass


@strawberry.type(description="The schedule that was resumed, or why it was not.")
class ResumeTaskSchedulePayload(TaskSchedulePayload):
    pass


@strawberry.type(description="The task that runs now, or why it does not.")
class TriggerTaskSchedulePayload(TaskPayload):
    pass


@strawberry.type(description="Which schedule was deleted, or why it was not.")
class DeleteTaskSchedulePayload:
    deleted_id: strawberry.ID | None = strawberry.field(description="The global id that it had.")
    errors: list[UserError] = strawberry.field(description="What was refused, if anything.")
