"""The mutations of many schedules at once."""

from collections.abc import Callable
from typing import Annotated, TypeVar

import strawberry
import strawberry_django

from schema.core.payloads import (
    INPUT,
    UserError,
    attempt,
    errors_field,
    mutation_input,
    mutation_payload,
)
from schema.types.queues.types import NOTE
from schema.types.schedules.where import TaskScheduleWhere, to_q
from tasks_app.services.schedules import selections


@strawberry.input
class TaskSchedulesInput:
    where: TaskScheduleWhere = strawberry.field(
        description="The condition that the schedules match. An empty one matches all schedules."
    )
    dry_run: bool = strawberry.field(
        default=False, description="Whether to count the schedules only. Default false."
    )


@mutation_input
class PauseTaskSchedulesInput(TaskSchedulesInput):
    note: str = strawberry.field(default="", description=NOTE)


@mutation_input
class ResumeTaskSchedulesInput(TaskSchedulesInput): ...


@mutation_input
class TriggerTaskSchedulesInput(TaskSchedulesInput): ...


@mutation_input
class DeleteTaskSchedulesInput(TaskSchedulesInput): ...


@strawberry.type
class TaskSchedulesPayload:
    count: int = strawberry.field(
        description="The number of schedules that were changed, or with `dryRun` that match."
    )
    errors: list[UserError] = errors_field()


@mutation_payload
class PauseTaskSchedulesPayload(TaskSchedulesPayload): ...


@mutation_payload
class ResumeTaskSchedulesPayload(TaskSchedulesPayload): ...


@mutation_payload
class TriggerTaskSchedulesPayload(TaskSchedulesPayload): ...


@mutation_payload
class DeleteTaskSchedulesPayload(TaskSchedulesPayload): ...


P = TypeVar("P", bound=TaskSchedulesPayload)


@strawberry.type
class ScheduleSelectionMutations:
    @strawberry_django.mutation(description="Pause the schedules that match a condition.")
    def pause_task_schedules(
        self, input: Annotated[PauseTaskSchedulesInput, INPUT]
    ) -> PauseTaskSchedulesPayload:
        matching = to_q(input.where)
        return _payload(
            PauseTaskSchedulesPayload,
            lambda: selections.pause_schedules(matching, note=input.note, dry_run=input.dry_run),
        )

    @strawberry_django.mutation(description="Resume the paused schedules that match a condition.")
    def resume_task_schedules(
        self, input: Annotated[ResumeTaskSchedulesInput, INPUT]
    ) -> ResumeTaskSchedulesPayload:
        matching = to_q(input.where)
        return _payload(
            ResumeTaskSchedulesPayload,
            lambda: selections.resume_schedules(matching, dry_run=input.dry_run),
        )

    @strawberry_django.mutation(
        description=(
            "Start a run of each schedule that matches a condition and whose previous run has"
            " ended."
        )
    )
    def trigger_task_schedules(
        self, input: Annotated[TriggerTaskSchedulesInput, INPUT]
    ) -> TriggerTaskSchedulesPayload:
        matching = to_q(input.where)
        return _payload(
            TriggerTaskSchedulesPayload,
            lambda: selections.trigger_schedules(matching, dry_run=input.dry_run),
        )

    @strawberry_django.mutation(
        description="Delete the schedules that match a condition, with their tasks."
    )
    def delete_task_schedules(
        self, input: Annotated[DeleteTaskSchedulesInput, INPUT]
    ) -> DeleteTaskSchedulesPayload:
        matching = to_q(input.where)
        return _payload(
            DeleteTaskSchedulesPayload,
            lambda: selections.delete_schedules(matching, dry_run=input.dry_run),
        )


def _payload(payload: type[P], service: Callable[[], int]) -> P:
    count, errors = attempt(service)
    return payload(count=count or 0, errors=errors)
