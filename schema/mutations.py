"""Mutation: what can be done. Each is one call of the service that REST calls too."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import strawberry
import strawberry_django
from django.core.exceptions import ValidationError

from schema.core.payloads import attempt, user_errors
from schema.core.prefetch import prefetch_for
from schema.core.relay import global_id, parse_id
from schema.types.inputs import (
    CancelTaskInput,
    CancelTasksInput,
    CreateTaskInput,
    CreateTaskScheduleInput,
    CreateTasksInput,
    DeleteTaskScheduleInput,
    ErrorPolicy,
    PauseTaskScheduleInput,
    ResumeTaskScheduleInput,
    RetryTaskInput,
    RetryTasksInput,
    TriggerTaskScheduleInput,
    UpdateTaskScheduleInput,
)
from schema.types.node_mutations import ClusterMutations
from schema.types.payloads import (
    CancelTaskPayload,
    CancelTasksPayload,
    CreateTaskPayload,
    CreateTaskSchedulePayload,
    CreateTasksPayload,
    DeleteTaskSchedulePayload,
    PauseTaskSchedulePayload,
    ResumeTaskSchedulePayload,
    RetryTaskPayload,
    RetryTasksPayload,
    TaskPayload,
    TaskSchedulePayload,
    TriggerTaskSchedulePayload,
    UpdateTaskSchedulePayload,
)
from schema.types.task_filter import to_q
from schema.types.tokens import TokenMutations
from tasks_app import models
from tasks_app.services import schedules, tasks

P = TypeVar("P", bound=TaskPayload)
S = TypeVar("S", bound=TaskSchedulePayload)


def _input(description: str) -> Any:
    return strawberry.argument(description=description)


@strawberry.type(description="What can be done.")
class Mutation(ClusterMutations, TokenMutations):
    @strawberry_django.mutation(description="Create a task and have it run.")
    def create_task(
        self,
        info: strawberry.Info,
        input: Annotated[CreateTaskInput, _input("The task to be created.")],
    ) -> CreateTaskPayload:
        return _payload(CreateTaskPayload, info, lambda: tasks.create_task(input.to_request()))

    @strawberry_django.mutation(description="Create many tasks in one transaction.")
    def create_tasks(
        self, input: Annotated[CreateTasksInput, _input("The tasks to be created.")]
    ) -> CreateTasksPayload:
        partly = input.error_policy is ErrorPolicy.REJECT_FAILED_ROWS
        created, errors = attempt(
            lambda: tasks.create_tasks(input.to_requests(), partly=partly), at=["input", "tasks"]
        )
        if created is None:
            return CreateTasksPayload(count=0, task_ids=[], errors=errors)
        return CreateTasksPayload(
            count=len(created.ids) - created.ids.count(None),
            task_ids=[global_id("Task", id) if id else None for id in created.ids],
            errors=user_errors(ValidationError(created.faults), at=["input", "tasks"]),
        )

    @strawberry_django.mutation(
        description=(
            "Cancel a task: at once if it waits. If it runs, its node is asked to stop, and it is"
            " cancelled soon."
        )
    )
    def cancel_task(
        self,
        info: strawberry.Info,
        input: Annotated[CancelTaskInput, _input("The task to be cancelled.")],
    ) -> CancelTaskPayload:
        id = parse_id(input.id, "Task")
        return _payload(CancelTaskPayload, info, lambda: tasks.cancel_task(id))

    @strawberry_django.mutation(description="Give a failed or cancelled task a new run.")
    def retry_task(
        self,
        info: strawberry.Info,
        input: Annotated[RetryTaskInput, _input("The task to be retried.")],
    ) -> RetryTaskPayload:
        id = parse_id(input.id, "Task")
        return _payload(RetryTaskPayload, info, lambda: tasks.retry_task(id))

    @strawberry_django.mutation(description="Cancel all that match and have not finished.")
    def cancel_tasks(
        self, input: Annotated[CancelTasksInput, _input("Which tasks.")]
    ) -> CancelTasksPayload:
        which = to_q(input.where)
        count = tasks.cancellable(which).count() if input.dry_run else tasks.cancel_tasks(which)
        return CancelTasksPayload(count=count, errors=[])

    @strawberry_django.mutation(
        description="Give all that match and have failed or been cancelled a new run."
    )
    def retry_tasks(
        self, input: Annotated[RetryTasksInput, _input("Which tasks.")]
    ) -> RetryTasksPayload:
        which = to_q(input.where)
        count = tasks.retryable(which).count() if input.dry_run else tasks.retry_tasks(which)
        return RetryTasksPayload(count=count, errors=[])

    @strawberry_django.mutation(description="Create a schedule, and its task with it.")
    def create_task_schedule(
        self,
        info: strawberry.Info,
        input: Annotated[CreateTaskScheduleInput, _input("The schedule to be created.")],
    ) -> CreateTaskSchedulePayload:
        return _schedule_payload(
            CreateTaskSchedulePayload, info, lambda: schedules.create_schedule(input.to_request())
        )

    @strawberry_django.mutation(description="Change a schedule; what is left out stays as it is.")
    def update_task_schedule(
        self,
        info: strawberry.Info,
        input: Annotated[UpdateTaskScheduleInput, _input("What is to change.")],
    ) -> UpdateTaskSchedulePayload:
        id = parse_id(input.id, "TaskSchedule")
        return _schedule_payload(
            UpdateTaskSchedulePayload,
            info,
            lambda: schedules.update_schedule(id, **input.changes()),
        )

    @strawberry_django.mutation(
        description="Delete a schedule with its task, the task's results and all ticks."
    )
    def delete_task_schedule(
        self, input: Annotated[DeleteTaskScheduleInput, _input("The schedule to be deleted.")]
    ) -> DeleteTaskSchedulePayload:
        id = parse_id(input.id, "TaskSchedule")
        _, errors = attempt(lambda: schedules.delete_schedule(id))
        deleted_id = None if errors else global_id("TaskSchedule", id)
        return DeleteTaskSchedulePayload(deleted_id=deleted_id, errors=errors)

    @strawberry_django.mutation(description="Have no tick of a schedule fire from now on.")
    def pause_task_schedule(
        self,
        info: strawberry.Info,
        input: Annotated[PauseTaskScheduleInput, _input("The schedule to be paused.")],
    ) -> PauseTaskSchedulePayload:
        id = parse_id(input.id, "TaskSchedule")
        return _schedule_payload(
            PauseTaskSchedulePayload, info, lambda: schedules.pause_schedule(id, note=input.note)
        )

    @strawberry_django.mutation(description="Have a paused schedule go on with its next tick.")
    def resume_task_schedule(
        self,
        info: strawberry.Info,
        input: Annotated[ResumeTaskScheduleInput, _input("The schedule to be resumed.")],
    ) -> ResumeTaskSchedulePayload:
        id = parse_id(input.id, "TaskSchedule")
        return _schedule_payload(
            ResumeTaskSchedulePayload, info, lambda: schedules.resume_schedule(id)
        )

    @strawberry_django.mutation(
        description="Run the task of a schedule now, plus its ticks, paused or not."
    )
    def trigger_task_schedule(
        self,
        info: strawberry.Info,
        input: Annotated[TriggerTaskScheduleInput, _input("The schedule.")],
    ) -> TriggerTaskSchedulePayload:
        id = parse_id(input.id, "TaskSchedule")
        return _payload(TriggerTaskSchedulePayload, info, lambda: schedules.trigger_schedule(id))


def _schedule_payload(
    payload: type[S], info: strawberry.Info, service: Callable[[], models.TaskSchedule]
) -> S:
    schedule, errors = attempt(service)
    if schedule:
        prefetch_for(info, [schedule], "taskSchedule")
    return payload(task_schedule=schedule, errors=errors)  # type: ignore[arg-type]


def _payload(payload: type[P], info: strawberry.Info, service: Callable[[], models.Task]) -> P:
    task, errors = attempt(service)
    if task:
        prefetch_for(info, [task], "task")
    return payload(task=task, errors=errors)  # type: ignore[arg-type]
