"""What mutations take."""

from datetime import datetime
from enum import Enum
from typing import Any

import strawberry
from strawberry import UNSET

from schema.core.enums import OverlapPolicy
from schema.core.scalars import BigInt
from schema.types.task_filter import TaskWhere
from tasks_app.models import DEFAULT_QUEUE
from tasks_app.services.schedules import NewSchedule
from tasks_app.services.tasks import NewTask


@strawberry.input(description="A task to be created.")
class NewTaskInput:
    a: BigInt = strawberry.field(description="The first number, a signed integer of 64 bits.")
    b: BigInt = strawberry.field(description="The second number, a signed integer of 64 bits.")
    queue: str = strawberry.field(default=DEFAULT_QUEUE, description="The line it waits in.")
    priority: int = strawberry.field(default=5, description="0 to 9; 9 is the most urgent.")
    run_at: datetime | None = strawberry.field(default=None, description="Not before this time.")
    expires_at: datetime | None = strawberry.field(
        default=None, description="It fails if no node has started it by then."
    )
    duration_ms: int = strawberry.field(
        default=0, description="Simulated work: how long a node is busy with it, up to an hour."
    )
    slots: int = strawberry.field(
        default=1, description="How many slots of a node it takes while it runs, 1 to 100."
    )
    max_attempts: int = strawberry.field(
        default=3, description="How many nodes may die over it before it fails, 1 to 100."
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="Under the same key the same wish is one task, however often it is repeated.",
    )

    def to_request(self) -> NewTask:
        return NewTask(**vars(self) | {"idempotency_key": self.idempotency_key or ""})


@strawberry.input(description="The task to be created.")
class CreateTaskInput(NewTaskInput):
    pass


@strawberry.enum(description="What to do about rows that cannot be.")
class ErrorPolicy(Enum):
    REJECT_ALL = strawberry.enum_value(
        "REJECT_ALL", description="If one cannot be, none is created."
    )
    REJECT_FAILED_ROWS = strawberry.enum_value(
        "REJECT_FAILED_ROWS", description="Those are created that can be."
    )


@strawberry.input(description="Many tasks, created in one transaction.")
class CreateTasksInput:
    tasks: list[NewTaskInput] = strawberry.field(description="The rows, at most 10,000.")
    error_policy: ErrorPolicy = strawberry.field(
        default=ErrorPolicy.REJECT_ALL, description="What to do about rows that cannot be."
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="Stands for a key of each row, made of this one and the row's number.",
    )

    def to_requests(self) -> list[NewTask]:
        return [task.to_request() for task in self._rows()]

    def _rows(self) -> list[NewTaskInput]:
        if self.idempotency_key:
            for number, task in enumerate(self.tasks):
                task.idempotency_key = task.idempotency_key or f"{self.idempotency_key}/{number}"
        return self.tasks


@strawberry.input(description="A task that is there.")
class TaskInput:
    id: strawberry.ID = strawberry.field(description="Its global id, or its plain UUID.")


@strawberry.input(description="The task to be cancelled.")
class CancelTaskInput(TaskInput):
    pass


@strawberry.input(description="The task to be retried.")
class RetryTaskInput(TaskInput):
    pass


@strawberry.input(description="Tasks that are there.")
class TasksInput:
    where: TaskWhere = strawberry.field(description="Which.")
    dry_run: bool = strawberry.field(default=False, description="Only count them.")


@strawberry.input(description="The tasks to be cancelled.")
class CancelTasksInput(TasksInput):
    pass


@strawberry.input(description="The tasks to be retried.")
class RetryTasksInput(TasksInput):
    pass


@strawberry.input(description="A schedule to be created.")
class NewScheduleInput:
    a: BigInt = strawberry.field(description="The first number, a signed integer of 64 bits.")
    b: BigInt = strawberry.field(description="The second number, a signed integer of 64 bits.")
    scheduled_at: datetime = strawberry.field(
        description="The first tick. If it has passed: the next on the grid that it begins."
    )
    interval: int = strawberry.field(description="Seconds from tick to tick, up to ten years.")
    queue: str = strawberry.field(default=DEFAULT_QUEUE, description="The line its runs wait in.")
    priority: int = strawberry.field(default=5, description="0 to 9; 9 is the most urgent.")
    duration_ms: int = strawberry.field(default=0, description="Simulated work of each run.")
    slots: int = strawberry.field(default=1, description="Slots of a node that each run takes.")
    max_attempts: int = strawberry.field(
        default=3, description="How many nodes may die over a run before it fails, 1 to 100."
    )
    overlap: OverlapPolicy = strawberry.field(
        default=OverlapPolicy.SKIP,
        description="What becomes of a tick that comes while the last run has not finished.",
    )
    misfire_grace: int = strawberry.field(
        default=300, description="Seconds after which a missed tick is not made up for."
    )
    ends_at: datetime | None = strawberry.field(
        default=None, description="No tick fires after this time."
    )
    max_runs: int | None = strawberry.field(
        default=None, description="No tick fires after so many."
    )
    jitter: int = strawberry.field(
        default=0, description="Each run starts up to so many seconds later, at random."
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="Under the same key the same wish is one schedule, however often repeated.",
    )

    def to_request(self) -> NewSchedule:
        return NewSchedule(**vars(self) | {"idempotency_key": self.idempotency_key or ""})


@strawberry.input(description="The schedule to be created.")
class CreateTaskScheduleInput(NewScheduleInput):
    pass


@strawberry.input(description="What is to change of a schedule. What is left out stays as it is.")
class UpdateTaskScheduleInput:
    id: strawberry.ID = strawberry.field(description="Its global id, or its plain UUID.")
    a: BigInt | None = strawberry.field(default=UNSET, description="The first number.")
    b: BigInt | None = strawberry.field(default=UNSET, description="The second number.")
    scheduled_at: datetime | None = strawberry.field(default=UNSET, description="The first tick.")
    interval: int | None = strawberry.field(default=UNSET, description="Seconds from tick to tick.")
    queue: str | None = strawberry.field(default=UNSET, description="The line its runs wait in.")
    priority: int | None = strawberry.field(default=UNSET, description="0 to 9.")
    duration_ms: int | None = strawberry.field(default=UNSET, description="Simulated work.")
    slots: int | None = strawberry.field(default=UNSET, description="1 to 100.")
    max_attempts: int | None = strawberry.field(default=UNSET, description="1 to 100.")
    overlap: OverlapPolicy | None = strawberry.field(
        default=UNSET, description="What becomes of a tick while the last run goes on."
    )
    misfire_grace: int | None = strawberry.field(
        default=UNSET, description="Seconds after which a missed tick is not made up for."
    )
    ends_at: datetime | None = strawberry.field(
        default=UNSET, description="No tick fires after this time; null for no end."
    )
    max_runs: int | None = strawberry.field(
        default=UNSET, description="No tick fires after so many; null for no limit."
    )
    jitter: int | None = strawberry.field(default=UNSET, description="Seconds later, at random.")

    def changes(self) -> dict[str, Any]:
        """What was given. Null is a value for what may be null; else it is as good as left out."""
        return {
            name: value
            for name, value in vars(self).items()
            if name != "id"
            and value is not UNSET
            and (value is not None or name in ("ends_at", "max_runs"))
        }


@strawberry.input(description="A schedule that is there.")
class TaskScheduleInput:
    id: strawberry.ID = strawberry.field(description="Its global id, or its plain UUID.")


@strawberry.input(description="The schedule to be deleted.")
class DeleteTaskScheduleInput(TaskScheduleInput):
    pass


@strawberry.input(description="The schedule to be paused.")
class PauseTaskScheduleInput(TaskScheduleInput):
    note: str = strawberry.field(default="", description="Why.")


@strawberry.input(description="The schedule to be resumed.")
class ResumeTaskScheduleInput(TaskScheduleInput):
    pass


@strawberry.input(description="The schedule whose task shall run now.")
class TriggerTaskScheduleInput(TaskScheduleInput):
    pass
