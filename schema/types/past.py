"""The state of the cluster in the past."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import strawberry

from schema.core.enums import TaskStatus, WorkerNodeConnection, WorkerNodeScheduling
from schema.core.relay import BadInputError
from schema.types.events.log import parse_cursor
from schema.types.statistics import StatusCount
from tasks_app.log.cursor import GapError
from tasks_app.log.positions import Position, position_at, position_of
from tasks_app.services import past

_UNKNOWN = " Null if the log no longer contains the event that says it."


@strawberry.type(description="A queue at a time in the past.")
class PastQueue:
    name: str = strawberry.field(description="The name of the queue.")
    paused: bool | None = strawberry.field(description=f"Whether the queue was paused.{_UNKNOWN}")
    status_counts: list[StatusCount] = strawberry.field(
        description="The number of tasks of the queue in each status."
    )


@strawberry.type(description="A worker node at a time in the past.")
class PastWorkerNode:
    name: str = strawberry.field(description="The name of the worker node.")
    connection: WorkerNodeConnection = strawberry.field(
        description="Whether the node sent heartbeats."
    )
    scheduling: WorkerNodeScheduling | None = strawberry.field(
        description=f"Whether the node claimed tasks.{_UNKNOWN}"
    )


@strawberry.type(
    description=(
        "The cluster at a position of the event log: after all events up to it, and before those"
        " that follow."
    )
)
class PastCluster:
    cursor: str = strawberry.field(
        description="The position. The subscription `clusterEvents` can continue from it."
    )
    at: datetime | None = strawberry.field(
        description=(
            "The time of the last event up to the position. Null if there was none before it."
        )
    )
    status_counts: list[StatusCount] = strawberry.field(
        description="The number of tasks in each status."
    )
    queues: list[PastQueue] = strawberry.field(
        description="The queues that existed then, by name, except those that were deleted since."
    )
    worker_nodes: list[PastWorkerNode] = strawberry.field(
        description=(
            "The worker nodes that existed then, by name, except those that were forgotten since."
        )
    )

    @classmethod
    def of(cls, found: past.PastCluster) -> "PastCluster":
        """Return the state that was found, as the API shows it."""
        return cls(
            cursor=found.position.cursor.encode(),
            at=found.position.at,
            status_counts=_status_counts(sum((each.counts for each in found.queues), Counter())),
            queues=[
                PastQueue(
                    name=queue.name,
                    paused=queue.is_paused,
                    status_counts=_status_counts(queue.counts),
                )
                for queue in found.queues
            ],
            worker_nodes=[
                PastWorkerNode(
                    name=node.name,
                    connection=node.connection,
                    scheduling=node.scheduling,
                )
                for node in found.nodes
            ],
        )


@strawberry.type
class PastQueries:
    @strawberry.field(
        description=(
            "The cluster at a position in the past, by a cursor of the event log or by a time:"
            " exactly one of the two. The log goes back as far as events are kept, by default"
            " seven days."
        )
    )
    def cluster_at(
        self,
        cursor: Annotated[
            str | None,
            strawberry.argument(description="A cursor of the event log. Default: use `at`."),
        ] = None,
        at: Annotated[
            datetime | None,
            strawberry.argument(
                description=(
                    "A time after the oldest event. One in the future counts as now. Default: use"
                    " `cursor`."
                )
            ),
        ] = None,
    ) -> PastCluster:
        return PastCluster.of(past.cluster_at(_position(cursor, at)))


def _position(cursor: str | None, at: datetime | None) -> Position:
    if (cursor is None) == (at is None):
        raise BadInputError("Give exactly one of `cursor` and `at`.", field=["cursor"])
    try:
        return position_at(at) if at else position_of(parse_cursor("cursor", cursor or ""))
    except GapError as gap:
        name = "at" if at else "cursor"
        raise BadInputError(
            f"`{name}` is not in the event log: the events after it were deleted, or it belongs to"
            f" another log. The oldest cursor is `{gap.resume.encode()}`.",
            field=[name],
        ) from gap


def _status_counts(counts: Mapping[str, int]) -> list[StatusCount]:
    return [StatusCount(status=status, count=counts[status]) for status in TaskStatus]
