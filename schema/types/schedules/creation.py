"""The mutation that creates many schedules."""

from typing import Annotated

import strawberry
import strawberry_django

from schema.core.bulk import list_key_field, set_row_keys
from schema.core.pagination import PAGE_DEFAULT, PAGE_MAX
from schema.core.payloads import (
    INPUT,
    UserError,
    attempt,
    errors_field,
    mutation_input,
    mutation_payload,
)
from schema.core.prefetch import prefetch_for
from schema.core.relay import check_size, global_id
from schema.types.schedules.mutations import NewScheduleInput
from schema.types.schedules.recurrences import with_paths
from schema.types.schedules.types import TaskSchedule
from tasks_app import models
from tasks_app.services.schedules import create_schedules
from tasks_app.services.schedules.creation import BULK_MAX
from tasks_app.services.schedules.parameters import NewSchedule


@mutation_input
class CreateTaskSchedulesInput:
    task_schedules: list[NewScheduleInput] = strawberry.field(
        description=f"The rows: the parameters of up to {BULK_MAX} schedules."
    )
    idempotency_key: str | None = list_key_field()

    def to_requests(self) -> list[NewSchedule]:
        """Return what the service takes."""
        set_row_keys(self.task_schedules, self.idempotency_key)
        return [row.to_request() for row in self.task_schedules]


@mutation_payload
class CreateTaskSchedulesPayload:
    rows: strawberry.Private[list[models.TaskSchedule]]
    errors: list[UserError] = errors_field()

    @strawberry.field(
        description="The global ID of the schedule of each row, in order. Empty after an error."
    )
    def task_schedule_ids(self) -> list[strawberry.ID]:
        return [global_id("TaskSchedule", row.pk) for row in self.rows]

    @strawberry.field(description="The schedules that were created, in order.")
    def task_schedules(
        self,
        info: strawberry.Info,
        first: Annotated[
            int,
            strawberry.argument(
                description=(
                    f"Returns the first n schedules, 0 to {PAGE_MAX}. Default {PAGE_DEFAULT}."
                )
            ),
        ] = PAGE_DEFAULT,
    ) -> list[TaskSchedule]:
        check_size("first", first, PAGE_MAX)
        found = self.rows[:first]
        prefetch_for(info, found)
        return found


@strawberry.type
class ScheduleCreationMutations:
    @strawberry_django.mutation(
        description=(
            f"Create up to {BULK_MAX} schedules with their tasks in one transaction. If one row is"
            " not valid, none is created."
        )
    )
    def create_task_schedules(
        self, input: Annotated[CreateTaskSchedulesInput, INPUT]
    ) -> CreateTaskSchedulesPayload:
        rows, errors = attempt(lambda: with_paths(lambda: create_schedules(input.to_requests())))
        return CreateTaskSchedulesPayload(rows=rows or [], errors=errors)
