"""Payloads returned by the mutations of tasks and schedules."""

from datetime import datetime
from typing import Annotated

import strawberry

from schema.core.pagination import PAGE_DEFAULT, PAGE_MAX
from schema.core.payloads import UserError
from schema.core.prefetch import prefetch_for
from schema.core.relay import BadInputError, parse_id
from schema.types.schedules import TaskSchedule
from schema.types.tasks import Task
from tasks_app import models


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
        prefetch_for(info, tasks)
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
