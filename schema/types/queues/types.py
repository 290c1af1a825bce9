"""Queues: what they show, and the mutations that control them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import strawberry
import strawberry_django
from django.db.models import Model
from strawberry import UNSET

from schema.core.enums import StatsWindow, TaskStatus
from schema.core.payloads import (
    INPUT,
    UserError,
    attempt,
    errors_field,
    mutation_input,
    mutation_payload,
)
from schema.core.prefetch import Arguments, Loaded, fetch_selected, prefetch_for, prefetches
from schema.core.relay import Node, checked_name, described, global_id
from schema.types.statistics import StatusCount, TaskStats, Window, stats_of
from tasks_app import models, stats
from tasks_app.access import scopes
from tasks_app.models.queue import WEIGHT_MAX, WEIGHT_MIN
from tasks_app.services import queues
from tasks_app.services.validation import NOTE_MAX_LENGTH

if TYPE_CHECKING:
    from schema.types.tasks.pending import PendingGroup

NOTE = (
    "The reason, for other operators and the event log, at most"
    f" {NOTE_MAX_LENGTH:,} characters. Default empty."
)
RUNNING_LIMIT = (
    "The maximum number of tasks of the queue that run at the same time in the cluster, 1 to"
    f" {queues.LIMIT_MAX:,}. Null for no limit."
)
WEIGHT = (
    "The queue's part of the slots, relative to other queues, in the scheduling policy"
    f" `FAIR_SHARE`, {WEIGHT_MIN} to {WEIGHT_MAX:,.0f}. It is rounded to thousandths."
)
START_RATE = (
    "How many tasks of the queue start in a period, in the whole cluster. A new or changed start"
    " rate begins with a full burst."
)
START_COUNT = "The number of tasks that start in the period"
START_SECONDS = "The period, in seconds"
START_BURST = "The number of tasks that may start at once after a pause"
NAME = "The name of the queue."

loaded_groups = Loaded[list["PendingGroup"]]("pendingGroups")
_counts = Loaded[dict[str, int]]("statusCounts")


@strawberry.type(description="How many tasks of a queue start in a period, in the whole cluster.")
class StartRate:
    count: int = strawberry.field(description=f"{START_COUNT}.")
    per_seconds: int = strawberry.field(description=f"{START_SECONDS}.")
    burst: int = strawberry.field(description=f"{START_BURST}.")


@strawberry_django.type(models.Queue, description="A queue of tasks.")
class Queue(Node):
    name: str = described(NAME)
    paused_at: datetime | None = described(
        "The time at which the queue was paused. Null if it is not paused."
    )
    paused_by: str = described(
        "The name of the actor who paused the queue. Empty if it is unknown or not paused."
    )
    pause_note: str = described("The reason for the pause. Empty if none was given.")
    running_limit: int | None = described(RUNNING_LIMIT)
    weight: float = described(WEIGHT)
    created_at: datetime = described("The time at which the queue was created.")

    next_start_at: datetime | None = described(
        "The time from which the start rate lets a task start; it may have passed. Null without a"
        " start rate."
    )

    @strawberry.field(description=f"{START_RATE} Null for no limit.")
    def start_rate(self: models.Queue) -> StartRate | None:
        rate = queues.start_rate_of(self)
        if rate is None:
            return None
        return StartRate(
            count=rate.count, per_seconds=rate.per_seconds, burst=rate.burst or rate.count
        )

    @strawberry.field(description="Whether the queue is paused. No task of a paused queue starts.")
    def paused(self: models.Queue) -> bool:
        return self.paused_at is not None

    @strawberry.field(description="The number of the queue's tasks in each status.")
    def status_counts(self: models.Queue) -> list[StatusCount]:
        counts = _counts.of(self)
        return [StatusCount(status=status, count=counts.get(status, 0)) for status in TaskStatus]

    @strawberry.field(
        description=(
            "The due tasks of the queue, grouped by the number of slots that they need, with the"
            " reason for which the first task of each group is pending."
        )
    )
    def pending_groups(
        self: models.Queue,
    ) -> list[Annotated["PendingGroup", strawberry.lazy("schema.types.tasks.pending")]]:
        return loaded_groups.of(self)

    @strawberry.field(description="Statistics of the queue's runs that ended recently.")
    def stats(self: models.Queue, window: Window = StatsWindow.MINUTE) -> TaskStats:
        return stats_of(self, window)


@prefetches(models.Queue, "statusCounts")
def _load_counts(rows: Sequence[models.Queue], arguments: Arguments) -> Iterable[Model]:
    counts = stats.task_counts()
    for row in rows:
        own = {status: count for (name, status), count in counts.items() if name == row.name}
        _counts.set(row, own)
    return []


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


@mutation_input
class PauseQueueInput:
    name: str = strawberry.field(description=NAME)
    note: str = strawberry.field(default="", description=NOTE)


@mutation_input
class ResumeQueueInput(PauseQueueInput): ...


@mutation_input
class DeleteQueueInput(PauseQueueInput): ...


@strawberry.type
class QueuePayload:
    queue: Queue | None = strawberry.field(
        description="The queue after the mutation. Null if the mutation failed."
    )
    errors: list[UserError] = errors_field()


@mutation_payload
class CreateQueuePayload(QueuePayload): ...


@mutation_payload
class UpdateQueuePayload(QueuePayload): ...


@mutation_payload
class PauseQueuePayload(QueuePayload): ...


@mutation_payload
class ResumeQueuePayload(QueuePayload): ...


@mutation_payload
class DeleteQueuePayload:
    deleted_id: strawberry.ID | None = strawberry.field(
        description="The global ID that the queue had. Null if the mutation failed."
    )
    errors: list[UserError] = errors_field()


P = TypeVar("P", bound=QueuePayload)


@strawberry.type
class QueueQueries:
    @strawberry_django.field(description="All queues, ordered by name.")
    def queues(self, info: strawberry.Info) -> list[Queue]:
        return fetch_selected(info, scopes.visible(models.Queue.objects.order_by("name")))

    @strawberry_django.field(description="The queue with this name. Null if it does not exist.")
    def queue(
        self,
        info: strawberry.Info,
        name: Annotated[str, strawberry.argument(description=NAME)],
    ) -> Queue | None:
        found = scopes.visible(models.Queue.objects.filter(name=checked_name(name)))
        return next(iter(fetch_selected(info, found)), None)


@strawberry.type
class QueueMutations:
    @strawberry_django.mutation(
        description=(
            "Create a queue. Worker nodes that were started without a list of queues serve it."
        )
    )
    def create_queue(
        self, info: strawberry.Info, input: Annotated[CreateQueueInput, INPUT]
    ) -> CreateQueuePayload:
        options = {
            "running_limit": input.running_limit,
            "weight": input.weight,
            "start_rate": input.start_rate and input.start_rate.to_request(),
        }
        return _payload(CreateQueuePayload, info, input, queues.create_queue, **options)

    @strawberry_django.mutation(description="Change the limits and the weight of a queue.")
    def update_queue(
        self, info: strawberry.Info, input: Annotated[UpdateQueueInput, INPUT]
    ) -> UpdateQueuePayload:
        rate = input.start_rate
        options = {
            "running_limit": input.running_limit,
            "weight": input.weight,
            "start_rate": queues.UNCHANGED if rate is UNSET else rate and rate.to_request(),
        }
        return _payload(UpdateQueuePayload, info, input, queues.update_queue, **options)

    @strawberry_django.mutation(
        description="Pause a queue: none of its tasks starts. Running tasks continue."
    )
    def pause_queue(
        self, info: strawberry.Info, input: Annotated[PauseQueueInput, INPUT]
    ) -> PauseQueuePayload:
        return _payload(PauseQueuePayload, info, input, queues.pause_queue)

    @strawberry_django.mutation(description="Resume a paused queue.")
    def resume_queue(
        self, info: strawberry.Info, input: Annotated[ResumeQueueInput, INPUT]
    ) -> ResumeQueuePayload:
        return _payload(ResumeQueuePayload, info, input, queues.resume_queue)

    @strawberry_django.mutation(
        description=(
            "Delete a queue that has no tasks, no schedules, no worker nodes assigned to it and no"
            " API tokens limited to it. The queue `default` cannot be deleted."
        )
    )
    def delete_queue(self, input: Annotated[DeleteQueueInput, INPUT]) -> DeleteQueuePayload:
        name = checked_name(input.name)
        id, errors = attempt(lambda: queues.delete_queue(name, note=input.note), key="name")
        deleted_id = global_id("Queue", id) if id else None
        return DeleteQueuePayload(deleted_id=deleted_id, errors=errors)


def _payload(
    payload: type[P],
    info: strawberry.Info,
    input: CreateQueueInput | UpdateQueueInput | PauseQueueInput,
    service: Callable[..., models.Queue],
    **options: object,
) -> P:
    queue, errors = attempt(
        lambda: service(checked_name(input.name), note=input.note, **options), key="name"
    )
    if queue:
        prefetch_for(info, [queue], "queue")
    return payload(queue=queue, errors=errors)  # type: ignore[arg-type]
