"""What needs an operator's attention."""

from datetime import datetime
from enum import Enum

import strawberry

from schema.types.nodes import WorkerNode
from schema.types.schedules.types import TaskSchedule
from tasks_app.services import attention


@strawberry.enum(description="Why an item needs attention. More kinds may be added.")
class AttentionKind(Enum):
    NODE_LOST = strawberry.enum_value(
        "NODE_LOST", description="A worker node is offline because its heartbeats stopped."
    )
    TOO_LARGE = strawberry.enum_value(
        "TOO_LARGE", description="Tasks need more slots than any worker node has."
    )
    NO_NODE_FOR_QUEUE = strawberry.enum_value(
        "NO_NODE_FOR_QUEUE", description="No online worker node serves a queue with due tasks."
    )
    NODES_PAUSED = strawberry.enum_value(
        "NODES_PAUSED",
        description="Every worker node that could run due tasks is paused or drained.",
    )
    QUEUE_PAUSED = strawberry.enum_value(
        "QUEUE_PAUSED", description="A queue with due tasks is paused."
    )
    SLOTS_IDLE = strawberry.enum_value(
        "SLOTS_IDLE",
        description="A worker node has free slots and has not started a due task for 5 seconds.",
    )
    TASKS_FAILING = strawberry.enum_value(
        "TASKS_FAILING",
        description=(
            "At least 5 runs, and 20 percent of the runs in a queue, failed in the last 5 minutes."
        ),
    )
    TICKS_MISSED = strawberry.enum_value(
        "TICKS_MISSED", description="A schedule missed ticks in the last hour."
    )
    WEBHOOK_STOPPED = strawberry.enum_value(
        "WEBHOOK_STOPPED",
        description="A webhook is disabled or invalid. The message contains its host and UUID.",
    )


@strawberry.type(description="A state of the cluster that an operator should look at.")
class AttentionItem:
    kind: AttentionKind = strawberry.field(description="The kind of the item.")
    message: str = strawberry.field(description="The item in a sentence.")
    count: int | None = strawberry.field(
        description=(
            "The number of tasks, or of missed ticks, that the item concerns. Tasks that are too"
            f" large are counted up to {attention.COUNT_MAX:,}. Null if the item concerns none."
        )
    )
    since: datetime | None = strawberry.field(
        description="The time since which the item exists. Null if it is not known."
    )
    queue: str | None = strawberry.field(
        description="The name of the queue. Null if the item does not concern a queue."
    )
    slots: int | None = strawberry.field(
        description="The number of slots that each task needs. Null for other kinds than TOO_LARGE."
    )
    worker_node: WorkerNode | None = strawberry.field(
        description="The worker node. Null for other kinds than NODE_LOST."
    )
    task_schedule: TaskSchedule | None = strawberry.field(
        description="The schedule. Null for other kinds than TICKS_MISSED."
    )


def attention_items() -> list[AttentionItem]:
    """Return what needs attention now."""
    return [_item(item) for item in attention.find()]


def _item(item: attention.Item) -> AttentionItem:
    return AttentionItem(
        kind=AttentionKind(item.kind.value),
        message=item.message,
        count=item.count,
        since=item.since,
        queue=item.queue or None,
        slots=item.slots,
        worker_node=item.node,  # type: ignore[arg-type]
        task_schedule=item.schedule,  # type: ignore[arg-type]
    )
