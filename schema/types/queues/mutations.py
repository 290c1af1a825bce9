"""The mutations of queues, with their inputs and payload."""

import strawberry
from strawberry import UNSET

from schema.core.mutations import DeletePayload, mutation
from schema.core.payloads import UserError, errors_field, mutation_input, result_field
from schema.core.relay import global_id
from schema.types.queues.types import (
    NAME,
    NOTE,
    RUNNING_LIMIT,
    START_BURST,
    START_COUNT,
    START_RATE,
    START_SECONDS,
    WEIGHT,
    Queue,
)
from tasks_app import models
from tasks_app.services import queues


@strawberry.input(description="How many tasks of a queue start in a period, in the whole cluster.")
class StartRateInput:
    count: int = strawberry.field(description=f"{START_COUNT}, 1 to {queues.START_COUNT_MAX:,}.")
    per_seconds: int = strawberry.field(
        default=1, description=f"{START_SECONDS}, 1 to {queues.START_SECONDS_MAX:,}. Default 1."
    )
    burst: int | None = strawberry.field(
        default=None,
        description=(
            f"{START_BURST}, 1 to {queues.START_COUNT_MAX:,}. After it, the queue has a full burst"
            f" again within {queues.REFILL_SECONDS_MAX // 86_400} days: `burst` times `perSeconds`"
            f" is at most `count` times {queues.REFILL_SECONDS_MAX:,}. Default `count`."
        ),
    )

    def to_request(self) -> queues.StartRate:
        """Return what the service takes."""
        return queues.StartRate(self.count, self.per_seconds, self.burst)


@mutation_input
class CreateQueueInput:
    name: str = strawberry.field(
        description=(
            "The name of the queue: 1 to 63 lower-case letters, digits, dots, hyphens and"
            " underscores. It starts with a letter or a digit."
        )
    )
    running_limit: int | None = strawberry.field(default=None, description=RUNNING_LIMIT)
    weight: float = strawberry.field(default=1.0, description=f"{WEIGHT} Default 1.")
    start_rate: StartRateInput | None = strawberry.field(
        default=None, description=f"{START_RATE} Null for no limit."
    )
    note: str = strawberry.field(default="", description=NOTE)


@mutation_input
class UpdateQueueInput:
    name: str = strawberry.field(description=NAME)
    running_limit: int | None = strawberry.field(description=RUNNING_LIMIT)
    weight: float | None = strawberry.field(
        default=None, description=f"{WEIGHT} Unchanged if left out or null."
    )
    start_rate: StartRateInput | None = strawberry.field(
        default=UNSET, description=f"{START_RATE} Null for no limit. Unchanged if left out."
    )
    note: str = strawberry.field(default="", description=NOTE)


@strawberry.input
class QueueInput:
    name: str = strawberry.field(description=NAME)
    note: str = strawberry.field(default="", description=NOTE)


@strawberry.type
class QueuePayload:
    queue: Queue | None = result_field("queue")
    errors: list[UserError] = errors_field()


@strawberry.type
class QueueMutations:
    @mutation(
        QueuePayload,
        key="name",
        description=(
            "Create a queue. Worker nodes that were started without a list of queues serve it."
        ),
    )
    def create_queue(self, input: CreateQueueInput) -> models.Queue:
        return queues.create_queue(
            input.name,
            running_limit=input.running_limit,
            weight=input.weight,
            start_rate=_rate(input.start_rate),
            note=input.note,
        )

    @mutation(QueuePayload, key="name", description="Change the limits and the weight of a queue.")
    def update_queue(self, input: UpdateQueueInput) -> models.Queue:
        return queues.update_queue(
            input.name,
            running_limit=input.running_limit,
            weight=input.weight,
            start_rate=_rate(input.start_rate)
            if input.start_rate is not UNSET
            else queues.UNCHANGED,
            note=input.note,
        )

    @mutation(
        QueuePayload,
        key="name",
        description="Pause a queue: none of its tasks starts. Running tasks continue.",
    )
    def pause_queue(self, input: QueueInput) -> models.Queue:
        return queues.pause_queue(input.name, note=input.note)

    @mutation(QueuePayload, key="name", description="Resume a paused queue.")
    def resume_queue(self, input: QueueInput) -> models.Queue:
        return queues.resume_queue(input.name, note=input.note)

    @mutation(
        DeletePayload,
        key="name",
        description=(
            "Delete a queue that has no tasks, no schedules, no worker nodes assigned to it and no"
            " API tokens limited to it. The queue `default` cannot be deleted."
        ),
    )
    def delete_queue(self, input: QueueInput) -> strawberry.ID:
        return global_id("Queue", queues.delete_queue(input.name, note=input.note))


def _rate(given: StartRateInput | None) -> queues.StartRate | None:
    return given.to_request() if given else None
