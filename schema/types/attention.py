"""What needs an operator's attention."""

from datetime import datetime

import strawberry

from schema.core.enums import AttentionKind
from schema.types.nodes.types import WorkerNode
from schema.types.schedules.types import TaskSchedule
from tasks_app.services import attention


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
        kind=item.kind,
        message=item.message,
        count=item.count,
        since=item.since,
        queue=item.queue or None,
        slots=item.slots,
        worker_node=item.node,  # type: ignore[arg-type]
        task_schedule=item.schedule,  # type: ignore[arg-type]
    )
