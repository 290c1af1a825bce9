"""The mutations of many schedules at once."""

import strawberry

from schema.core.mutations import mutation
from schema.core.payloads import UserError, errors_field, mutation_input
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


@strawberry.type
class TaskSchedulesPayload:
    count: int = strawberry.field(
        default=0,
        description="The number of schedules that were changed, or with `dryRun` that match.",
    )
    errors: list[UserError] = errors_field()


@strawberry.type
class ScheduleSelectionMutations:
    @mutation(TaskSchedulesPayload, description="Pause the schedules that match a condition.")
    def pause_task_schedules(self, input: PauseTaskSchedulesInput) -> int:
        matching = to_q(input.where)
        return selections.pause_schedules(matching, note=input.note, dry_run=input.dry_run)

    @mutation(
        TaskSchedulesPayload, description="Resume the paused schedules that match a condition."
    )
    def resume_task_schedules(self, input: TaskSchedulesInput) -> int:
        return selections.resume_schedules(to_q(input.where), dry_run=input.dry_run)

    @mutation(
        TaskSchedulesPayload,
        description=(
            "Start a run of each schedule that matches a condition and whose previous run has"
            " ended."
        ),
    )
    def trigger_task_schedules(self, input: TaskSchedulesInput) -> int:
        return selections.trigger_schedules(to_q(input.where), dry_run=input.dry_run)

    @mutation(
        TaskSchedulesPayload,
        description="Delete the schedules that match a condition, with their tasks.",
    )
    def delete_task_schedules(self, input: TaskSchedulesInput) -> int:
        return selections.delete_schedules(to_q(input.where), dry_run=input.dry_run)
