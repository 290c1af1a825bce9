"""The mutations of backfills, with their inputs and payloads."""

from datetime import datetime

import strawberry

from schema.core.enums import BackfillOrder
from schema.core.mutations import IdInput, mutation
from schema.core.options import option
from schema.core.payloads import (
    UserError,
    errors_field,
    mutation_input,
    result_field,
)
from schema.core.relay import parse_id
from schema.types.backfills.types import ORDER, RANGE_FROM, RANGE_UNTIL, Backfill
from tasks_app import models
from tasks_app.services import backfills
from tasks_app.services.backfills import FIRST_TIMES, RANGE_MAX_YEARS, TIMES_MAX, NewBackfill


@mutation_input
class CreateBackfillInput:
    schedule_id: strawberry.ID = strawberry.field(
        description="The global ID or the UUID of the schedule."
    )
    from_: datetime = strawberry.field(
        name="from",
        description=(
            f"{RANGE_FROM} At most {RANGE_MAX_YEARS} years before `until`. It can be before the"
            " schedule's start."
        ),
    )
    until: datetime = strawberry.field(
        description=(
            f"{RANGE_UNTIL} Not in the future. The range must have 1 to {TIMES_MAX:,} scheduled"
            " times."
        )
    )
    order: BackfillOrder = strawberry.field(
        default=BackfillOrder.OLDEST_FIRST, description=f"{ORDER} Default OLDEST_FIRST."
    )
    max_concurrency: int = option("max_concurrency")
    dry_run: bool = strawberry.field(
        default=False, description="Whether to plan the backfill only. Default false."
    )
    idempotency_key: str | None = option("idempotency_key", default=None)

    def to_request(self) -> NewBackfill:
        """Return what the service takes."""
        return NewBackfill(
            schedule_id=parse_id(self.schedule_id, "TaskSchedule"),
            since=self.from_,
            until=self.until,
            order=self.order,
            max_concurrency=self.max_concurrency,
            idempotency_key=self.idempotency_key or "",
        )


@mutation_input
class CancelBackfillInput(IdInput):
    cancel_active: bool = strawberry.field(
        default=False,
        description=(
            "Whether the tasks that are pending or running are cancelled too. Otherwise they go on."
            " Default false."
        ),
    )


@strawberry.type
class BackfillPlanPayload:
    backfill: Backfill | None = strawberry.field(
        default=None,
        description="The backfill. Null after a dry run, and if the mutation failed.",
    )
    count: int = strawberry.field(
        default=0,
        description="The number of scheduled times in the range. Zero if the mutation failed.",
    )
    first_times: list[datetime] = strawberry.field(
        default_factory=list,
        description=f"The first {FIRST_TIMES} scheduled times, in the order in which they run.",
    )
    errors: list[UserError] = errors_field()


@strawberry.type
class BackfillPayload:
    backfill: Backfill | None = result_field("backfill")
    errors: list[UserError] = errors_field()


@strawberry.type
class BackfillMutations:
    @mutation(
        BackfillPlanPayload,
        key="scheduleId",
        description=(
            "Run the scheduled times of a range in the past of a schedule, each as a task of its"
            " own."
        ),
    )
    def create_backfill(self, input: CreateBackfillInput) -> backfills.Plan:
        new = input.to_request()
        return backfills.plan_backfill(new) if input.dry_run else backfills.create_backfill(new)

    @mutation(
        BackfillPayload,
        description="Pause a backfill: it creates no tasks. Those that are active go on.",
    )
    def pause_backfill(self, input: IdInput) -> models.Backfill:
        return backfills.pause_backfill(parse_id(input.id, "Backfill"))

    @mutation(BackfillPayload, description="Resume a paused backfill.")
    def resume_backfill(self, input: IdInput) -> models.Backfill:
        return backfills.resume_backfill(parse_id(input.id, "Backfill"))

    @mutation(
        BackfillPayload,
        description="Cancel a backfill: the scheduled times that wait never run.",
    )
    def cancel_backfill(self, input: CancelBackfillInput) -> models.Backfill:
        id = parse_id(input.id, "Backfill")
        return backfills.cancel_backfill(id, cancel_active=input.cancel_active)
