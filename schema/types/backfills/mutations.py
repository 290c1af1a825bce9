"""The mutations of backfills, with their inputs and payloads."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, TypeVar

import strawberry
import strawberry_django

from schema.core.enums import BackfillOrder
from schema.core.options import option
from schema.core.payloads import (
    INPUT,
    UserError,
    attempt,
    errors_field,
    mutation_input,
    mutation_payload,
)
from schema.core.prefetch import prefetch_for
from schema.core.relay import ID_OR_UUID, parse_id
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


@strawberry.input
class BackfillInput:
    id: strawberry.ID = strawberry.field(description=ID_OR_UUID)


@mutation_input
class PauseBackfillInput(BackfillInput): ...


@mutation_input
class ResumeBackfillInput(BackfillInput): ...


@mutation_input
class CancelBackfillInput(BackfillInput):
    cancel_active: bool = strawberry.field(
        default=False,
        description=(
            "Whether the tasks that are pending or running are cancelled too. Otherwise they go on."
            " Default false."
        ),
    )


@mutation_payload
class CreateBackfillPayload:
    backfill: Backfill | None = strawberry.field(
        description="The backfill. Null after a dry run, and if the mutation failed."
    )
    count: int = strawberry.field(
        description="The number of scheduled times in the range. Zero if the mutation failed."
    )
    first_times: list[datetime] = strawberry.field(
        description=f"The first {FIRST_TIMES} scheduled times, in the order in which they run."
    )
    errors: list[UserError] = errors_field()


@strawberry.type
class BackfillPayload:
    backfill: Backfill | None = strawberry.field(
        description="The backfill after the mutation. Null if the mutation failed."
    )
    errors: list[UserError] = errors_field()


@mutation_payload
class PauseBackfillPayload(BackfillPayload): ...


@mutation_payload
class ResumeBackfillPayload(BackfillPayload): ...


@mutation_payload
class CancelBackfillPayload(BackfillPayload): ...


P = TypeVar("P", bound=BackfillPayload)


@strawberry.type
class BackfillMutations:
    @strawberry_django.mutation(
        description=(
            "Run the scheduled times of a range in the past of a schedule, each as a task of its"
            " own."
        )
    )
    def create_backfill(
        self, info: strawberry.Info, input: Annotated[CreateBackfillInput, INPUT]
    ) -> CreateBackfillPayload:
        new = input.to_request()
        service = backfills.plan_backfill if input.dry_run else backfills.create_backfill
        plan, errors = attempt(lambda: service(new), key="scheduleId")
        if plan is None:
            return CreateBackfillPayload(backfill=None, count=0, first_times=[], errors=errors)
        if plan.backfill:
            prefetch_for(info, [plan.backfill], "backfill")
        return CreateBackfillPayload(
            backfill=plan.backfill,  # type: ignore[arg-type]
            count=plan.total,
            first_times=plan.first_times,
            errors=[],
        )

    @strawberry_django.mutation(
        description="Pause a backfill: it creates no tasks. Those that are active go on."
    )
    def pause_backfill(
        self, info: strawberry.Info, input: Annotated[PauseBackfillInput, INPUT]
    ) -> PauseBackfillPayload:
        id = parse_id(input.id, "Backfill")
        return _payload(PauseBackfillPayload, info, lambda: backfills.pause_backfill(id))

    @strawberry_django.mutation(description="Resume a paused backfill.")
    def resume_backfill(
        self, info: strawberry.Info, input: Annotated[ResumeBackfillInput, INPUT]
    ) -> ResumeBackfillPayload:
        id = parse_id(input.id, "Backfill")
        return _payload(ResumeBackfillPayload, info, lambda: backfills.resume_backfill(id))

    @strawberry_django.mutation(
        description="Cancel a backfill: the scheduled times that wait never run."
    )
    def cancel_backfill(
        self, info: strawberry.Info, input: Annotated[CancelBackfillInput, INPUT]
    ) -> CancelBackfillPayload:
        id = parse_id(input.id, "Backfill")
        return _payload(
            CancelBackfillPayload,
            info,
            lambda: backfills.cancel_backfill(id, cancel_active=input.cancel_active),
        )


def _payload(payload: type[P], info: strawberry.Info, service: Callable[[], models.Backfill]) -> P:
    backfill, errors = attempt(service)
    if backfill:
        prefetch_for(info, [backfill], "backfill")
    return payload(backfill=backfill, errors=errors)  # type: ignore[arg-type]
