"""The mutations of schedules, with their inputs and payloads."""

from datetime import datetime

import strawberry
from strawberry import UNSET

from schema.core.enums import CatchUpPolicy, OverlapPolicy
from schema.core.mutations import DeletePayload, IdInput, mutation
from schema.core.options import NULLABLE, changed_option, option
from schema.core.payloads import (
    UserError,
    errors_field,
    mutation_input,
    result_field,
)
from schema.core.relay import ID_OR_UUID, global_id, parse_id
from schema.core.scalars import BigInt
from schema.types.queues.types import NOTE
from schema.types.schedules.recurrences import RecurrenceInput, with_paths
from schema.types.schedules.types import TaskSchedule
from schema.types.tasks.mutations import TaskPayload
from schema.types.tasks.options import TaskOptionsInput
from tasks_app import models
from tasks_app.services import schedules
from tasks_app.services.schedules.parameters import NewSchedule

RECURRENCE = "When the schedule starts runs."


@strawberry.input(description="The parameters of a schedule to create.")
class NewScheduleInput(TaskOptionsInput):
    recurrence: RecurrenceInput = strawberry.field(description=RECURRENCE)
    scheduled_at: datetime | None = option("scheduled_at")
    overlap: OverlapPolicy = option("overlap", default=OverlapPolicy.SKIP)
    max_concurrent_runs: int = option("max_concurrent_runs")
    catch_up: CatchUpPolicy = option("catch_up", default=CatchUpPolicy.LATEST)
    misfire_grace: int = option("misfire_grace")
    ends_at: datetime | None = option("ends_at")
    max_runs: int | None = option("max_runs")
    jitter: int = option("jitter")
    calendars: list[str] = option("calendars", default_factory=list)
    labels: list[str] = option("labels", default_factory=list)
    idempotency_key: str | None = option("idempotency_key", default=None)

    def to_request(self) -> NewSchedule:
        """Return what the service takes."""
        return NewSchedule(
            **self.shared(),
            **self.recurrence.to_parameters(),
            scheduled_at=self.scheduled_at,
            overlap=self.overlap,
            max_concurrent_runs=self.max_concurrent_runs,
            catch_up=self.catch_up,
            misfire_grace=self.misfire_grace,
            ends_at=self.ends_at,
            max_runs=self.max_runs,
            jitter=self.jitter,
            calendars=self.calendars,
            labels=self.labels,
            idempotency_key=self.idempotency_key or "",
        )


@mutation_input
class UpdateTaskScheduleInput:
    id: strawberry.ID = strawberry.field(description=ID_OR_UUID)
    a: BigInt | None = changed_option("a")
    b: BigInt | None = changed_option("b")
    recurrence: RecurrenceInput | None = strawberry.field(
        default=UNSET, description=f"{RECURRENCE} Unchanged if left out or null."
    )
    scheduled_at: datetime | None = changed_option("scheduled_at")
    queue: str | None = changed_option("queue")
    priority: int | None = changed_option("priority")
    duration_ms: int | None = changed_option("duration_ms")
    slots: int | None = changed_option("slots")
    max_attempts: int | None = changed_option("max_attempts")
    fail_attempts: int | None = changed_option("fail_attempts")
    retry_backoff_ms: int | None = changed_option("retry_backoff_ms")
    concurrency_key: str | None = changed_option("concurrency_key")
    concurrency_limit: int | None = changed_option("concurrency_limit")
    overlap: OverlapPolicy | None = changed_option("overlap")
    max_concurrent_runs: int | None = changed_option("max_concurrent_runs")
    catch_up: CatchUpPolicy | None = changed_option("catch_up")
    misfire_grace: int | None = changed_option("misfire_grace")
    ends_at: datetime | None = changed_option("ends_at")
    max_runs: int | None = changed_option("max_runs")
    jitter: int | None = changed_option("jitter")
    calendars: list[str] | None = changed_option("calendars")
    labels: list[str] | None = changed_option("labels")

    def changes(self) -> dict[str, object]:
        """Return the options that were given. Null counts as given only where it is a value."""
        given = {
            name: value
            for name, value in vars(self).items()
            if name != "id" and value is not UNSET and (value is not None or name in NULLABLE)
        }
        recurrence: RecurrenceInput | None = given.pop("recurrence", None)
        return given | (recurrence.to_parameters() if recurrence else {})


@mutation_input
class PauseTaskScheduleInput(IdInput):
    note: str = strawberry.field(default="", description=NOTE)


@strawberry.type
class TaskSchedulePayload:
    task_schedule: TaskSchedule | None = result_field("schedule")
    errors: list[UserError] = errors_field()


@strawberry.type
class ScheduleMutations:
    @mutation(TaskSchedulePayload, description="Create a schedule with its task.")
    def create_task_schedule(self, input: NewScheduleInput) -> models.TaskSchedule:
        return with_paths(lambda: schedules.create_schedule(input.to_request()))

    @mutation(TaskSchedulePayload, description="Change a schedule and its task.")
    def update_task_schedule(self, input: UpdateTaskScheduleInput) -> models.TaskSchedule:
        id = parse_id(input.id, "TaskSchedule")
        return with_paths(lambda: schedules.update_schedule(id, **input.changes()))

    @mutation(
        DeletePayload,
        description="Delete a schedule with its task, the task's results and all ticks.",
    )
    def delete_task_schedule(self, input: IdInput) -> strawberry.ID:
        id = parse_id(input.id, "TaskSchedule")
        schedules.delete_schedule(id)
        return global_id("TaskSchedule", id)

    @mutation(TaskSchedulePayload, description="Pause a schedule: it starts no runs.")
    def pause_task_schedule(self, input: PauseTaskScheduleInput) -> models.TaskSchedule:
        return schedules.pause_schedule(parse_id(input.id, "TaskSchedule"), note=input.note)

    @mutation(
        TaskSchedulePayload,
        description="Resume a paused schedule, from its next scheduled time.",
    )
    def resume_task_schedule(self, input: IdInput) -> models.TaskSchedule:
        return schedules.resume_schedule(parse_id(input.id, "TaskSchedule"))

    @mutation(
        TaskPayload,
        description=(
            "Start a run of a schedule now, apart from the scheduled times. A paused schedule can"
            " be triggered too. Returns the task that runs."
        ),
    )
    def trigger_task_schedule(self, input: IdInput) -> models.Task:
        return schedules.trigger_schedule(parse_id(input.id, "TaskSchedule"))
