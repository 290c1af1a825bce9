"""The mutations of schedules, with their inputs and payloads."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, TypeVar

import strawberry
import strawberry_django
from strawberry import UNSET

from schema.core.enums import CatchUpPolicy, OverlapPolicy
from schema.core.options import NULLABLE, changed_option, option
from schema.core.payloads import (
    INPUT,
    UserError,
    attempt,
    errors_field,
    mutation_input,
    mutation_payload,
)
from schema.core.prefetch import prefetch_for
from schema.core.relay import ID_OR_UUID, global_id, parse_id
from schema.core.scalars import BigInt
from schema.types.queues.types import NOTE
from schema.types.schedules.recurrences import RecurrenceInput, with_paths
from schema.types.schedules.types import TaskSchedule
from schema.types.tasks.mutations import TaskPayload, task_payload
from tasks_app import models
from tasks_app.services import schedules
from tasks_app.services.schedules.parameters import NewSchedule

RECURRENCE = "When the schedule starts runs."


@strawberry.input(description="The parameters of a schedule to create.")
class NewScheduleInput:
    a: BigInt = option("a")
    b: BigInt = option("b")
    recurrence: RecurrenceInput = strawberry.field(description=RECURRENCE)
    scheduled_at: datetime | None = option("scheduled_at")
    queue: str = option("queue")
    priority: int = option("priority")
    duration_ms: int = option("duration_ms")
    slots: int = option("slots")
    max_attempts: int = option("max_attempts")
    fail_attempts: int = option("fail_attempts")
    retry_backoff_ms: int = option("retry_backoff_ms")
    concurrency_key: str = option("concurrency_key")
    concurrency_limit: int = option("concurrency_limit")
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
            a=self.a,
            b=self.b,
            scheduled_at=self.scheduled_at,
            **self.recurrence.to_parameters(),
            queue=self.queue,
            priority=self.priority,
            duration_ms=self.duration_ms,
            slots=self.slots,
            max_attempts=self.max_attempts,
            fail_attempts=self.fail_attempts,
            retry_backoff_ms=self.retry_backoff_ms,
            concurrency_key=self.concurrency_key,
            concurrency_limit=self.concurrency_limit,
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
class CreateTaskScheduleInput(NewScheduleInput): ...


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


@strawberry.input
class TaskScheduleInput:
    id: strawberry.ID = strawberry.field(description=ID_OR_UUID)


@mutation_input
class DeleteTaskScheduleInput(TaskScheduleInput): ...


@mutation_input
class PauseTaskScheduleInput(TaskScheduleInput):
    note: str = strawberry.field(default="", description=NOTE)


@mutation_input
class ResumeTaskScheduleInput(TaskScheduleInput): ...


@mutation_input
class TriggerTaskScheduleInput(TaskScheduleInput): ...


@strawberry.type
class TaskSchedulePayload:
    task_schedule: TaskSchedule | None = strawberry.field(
        description="The schedule after the mutation. Null if the mutation failed."
    )
    errors: list[UserError] = errors_field()


@mutation_payload
class CreateTaskSchedulePayload(TaskSchedulePayload): ...


@mutation_payload
class UpdateTaskSchedulePayload(TaskSchedulePayload): ...


@mutation_payload
class PauseTaskSchedulePayload(TaskSchedulePayload): ...


@mutation_payload
class ResumeTaskSchedulePayload(TaskSchedulePayload): ...


@mutation_payload
class TriggerTaskSchedulePayload(TaskPayload): ...


@mutation_payload
class DeleteTaskSchedulePayload:
    deleted_id: strawberry.ID | None = strawberry.field(
        description="The global ID that the schedule had. Null if the mutation failed."
    )
    errors: list[UserError] = errors_field()


P = TypeVar("P", bound=TaskSchedulePayload)


@strawberry.type
class ScheduleMutations:
    @strawberry_django.mutation(description="Create a schedule with its task.")
    def create_task_schedule(
        self, info: strawberry.Info, input: Annotated[CreateTaskScheduleInput, INPUT]
    ) -> CreateTaskSchedulePayload:
        return _payload(
            CreateTaskSchedulePayload, info, lambda: schedules.create_schedule(input.to_request())
        )

    @strawberry_django.mutation(description="Change a schedule and its task.")
    def update_task_schedule(
        self, info: strawberry.Info, input: Annotated[UpdateTaskScheduleInput, INPUT]
    ) -> UpdateTaskSchedulePayload:
        id = parse_id(input.id, "TaskSchedule")
        return _payload(
            UpdateTaskSchedulePayload,
            info,
            lambda: schedules.update_schedule(id, **input.changes()),
        )

    @strawberry_django.mutation(
        description="Delete a schedule with its task, the task's results and all ticks."
    )
    def delete_task_schedule(
        self, input: Annotated[DeleteTaskScheduleInput, INPUT]
    ) -> DeleteTaskSchedulePayload:
        id = parse_id(input.id, "TaskSchedule")
        _, errors = attempt(lambda: schedules.delete_schedule(id))
        deleted_id = None if errors else global_id("TaskSchedule", id)
        return DeleteTaskSchedulePayload(deleted_id=deleted_id, errors=errors)

    @strawberry_django.mutation(description="Pause a schedule: it starts no runs.")
    def pause_task_schedule(
        self, info: strawberry.Info, input: Annotated[PauseTaskScheduleInput, INPUT]
    ) -> PauseTaskSchedulePayload:
        id = parse_id(input.id, "TaskSchedule")
        return _payload(
            PauseTaskSchedulePayload, info, lambda: schedules.pause_schedule(id, note=input.note)
        )

    @strawberry_django.mutation(
        description="Resume a paused schedule, from its next scheduled time."
    )
    def resume_task_schedule(
        self, info: strawberry.Info, input: Annotated[ResumeTaskScheduleInput, INPUT]
    ) -> ResumeTaskSchedulePayload:
        id = parse_id(input.id, "TaskSchedule")
        return _payload(ResumeTaskSchedulePayload, info, lambda: schedules.resume_schedule(id))

    @strawberry_django.mutation(
        description=(
            "Start a run of a schedule now, apart from the scheduled times. A paused schedule can"
            " be triggered too. Returns the task that runs."
        )
    )
    def trigger_task_schedule(
        self, info: strawberry.Info, input: Annotated[TriggerTaskScheduleInput, INPUT]
    ) -> TriggerTaskSchedulePayload:
        id = parse_id(input.id, "TaskSchedule")
        return task_payload(
            TriggerTaskSchedulePayload, info, lambda: schedules.trigger_schedule(id)
        )


def _payload(
    payload: type[P], info: strawberry.Info, service: Callable[[], models.TaskSchedule]
) -> P:
    schedule, errors = attempt(lambda: with_paths(service))
    if schedule:
        prefetch_for(info, [schedule], "taskSchedule")
    return payload(task_schedule=schedule, errors=errors)  # type: ignore[arg-type]
