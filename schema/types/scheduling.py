"""The scheduling policy of the cluster: what it is, and the mutation that chooses it."""

from datetime import datetime

import strawberry

from schema.core.enums import SchedulingPolicy
from schema.core.mutations import mutation
from schema.core.payloads import (
    UserError,
    errors_field,
    mutation_input,
    result_field,
)
from tasks_app import models
from tasks_app.models.scheduling import AGING_MS_MAX, AGING_MS_MIN
from tasks_app.options import AGING_MS
from tasks_app.services import scheduling
from tasks_app.services.validation import NOTE_MAX_LENGTH

POLICY = "The order in which worker nodes claim due tasks."
BACKFILL = (
    "Whether tasks may start before one that comes first and waits for slots, if they do not delay"
    " it (EASY backfill)."
)
AGING = (
    "For `AGED_PRIORITY`: the time in milliseconds after which a task that waits counts as one"
    f" priority higher, {AGING_MS_MIN:,} to {AGING_MS_MAX:,}."
)


@strawberry.type(description="The policy by which all worker nodes claim tasks.")
class ClusterScheduling:
    policy: SchedulingPolicy = strawberry.field(description=POLICY)
    backfill: bool = strawberry.field(description=BACKFILL)
    aging_ms: int = strawberry.field(description=AGING)
    changed_at: datetime | None = strawberry.field(
        description="The time at which the policy was last changed. Null if it never was."
    )
    changed_by: str = strawberry.field(
        description="The name of the actor who last changed it. Empty if it is unknown."
    )

    @classmethod
    def of(cls, settings: models.SchedulingSettings) -> "ClusterScheduling":
        """Return the policy that the settings contain."""
        return cls(
            policy=SchedulingPolicy(settings.policy),
            backfill=settings.backfill,
            aging_ms=settings.aging_ms,
            changed_at=scheduling.changed_at(settings),
            changed_by=settings.changed_by,
        )


@mutation_input
class SetSchedulingPolicyInput:
    policy: SchedulingPolicy = strawberry.field(description=POLICY)
    backfill: bool = strawberry.field(default=True, description=f"{BACKFILL} Default true.")
    aging_ms: int = strawberry.field(default=AGING_MS, description=f"{AGING} Default {AGING_MS:,}.")
    note: str = strawberry.field(
        default="",
        description=(
            "The reason, for other operators and the event log, at most"
            f" {NOTE_MAX_LENGTH:,} characters. Default empty."
        ),
    )


@strawberry.type
class SchedulingPolicyPayload:
    scheduling_policy: ClusterScheduling | None = result_field("policy")
    errors: list[UserError] = errors_field()


@strawberry.type
class SchedulingMutations:
    @mutation(
        SchedulingPolicyPayload,
        description=(
            "Choose the policy by which all worker nodes claim tasks. It applies from the next"
            " claim on. Running tasks continue."
        ),
    )
    def set_scheduling_policy(self, input: SetSchedulingPolicyInput) -> ClusterScheduling:
        settings = scheduling.set_scheduling_policy(
            input.policy.value,
            backfill=input.backfill,
            aging_ms=input.aging_ms,
            note=input.note,
        )
        return ClusterScheduling.of(settings)
