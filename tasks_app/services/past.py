"""The state of the cluster at a position of the log.

The log has changes, not states. So the numbers of tasks are the present ones without the changes
since then, and the state of a node or queue is that after its last event up to the position. If
that event was deleted, the first one after the position says what it changed.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from tasks_app import stats
from tasks_app.log.cursor import Cursor
from tasks_app.log.positions import Position, complete_since
from tasks_app.models import ClusterEvent, Queue, WorkerNode
from tasks_app.models.event import OPERATION_KINDS
from tasks_app.sql.db import fetch

Kind = ClusterEvent.Kind
Connection, Scheduling = WorkerNode.Connection, WorkerNode.Scheduling
State = TypeVar("State")

# The state after an event of each kind, and the state before it: None if it can be any of several.
_CONNECTIONS = {
    Kind.NODE_ONLINE: (Connection.ONLINE, Connection.OFFLINE),
    Kind.NODE_OFFLINE: (Connection.OFFLINE, Connection.ONLINE),
}
_SCHEDULINGS = {
    Kind.NODE_PAUSED: (Scheduling.PAUSED, None),
    Kind.NODE_RESUMED: (Scheduling.ACTIVE, None),
    Kind.NODE_DRAINING: (Scheduling.DRAINING, None),
    Kind.NODE_DRAINED: (Scheduling.DRAINED, Scheduling.DRAINING),
}
_PAUSES = {Kind.QUEUE_PAUSED: (True, None), Kind.QUEUE_RESUMED: (False, True)}

# Returns the last event of some kinds up to a position, or the first one after it, of each node and
# queue. The condition on all kinds is that of the index `event_operations`.
_NEAREST = f"""
    SELECT DISTINCT ON (node_id, queue) node_id, queue, kind
      FROM tasks_app_clusterevent
     WHERE kind IN ({", ".join(f"'{kind}'" for kind in OPERATION_KINDS)})
       AND kind = ANY(%(kinds)s) AND (xid, id) {{side}} (%(xid)s, %(id)s)
     ORDER BY node_id, queue, xid {{order}}, id {{order}}
"""
_LAST_UNTIL = _NEAREST.format(side="<=", order="DESC")
_FIRST_AFTER = _NEAREST.format(side=">", order="ASC")


@dataclass(frozen=True)
class PastQueue:
    """A queue in the past: whether it was paused, and the number of its tasks by status."""

    name: str
    is_paused: bool | None
    counts: Counter[str]


@dataclass(frozen=True)
class PastNode:
    """A worker node in the past."""

    name: str
    connection: WorkerNode.Connection
    scheduling: WorkerNode.Scheduling | None


@dataclass(frozen=True)
class PastCluster:
    """The cluster at a position of the log. A state is None if the log no longer says what it was.

    Attributes:
        position: The position.
        queues: The queues that existed then, by name, except those that were deleted since.
        nodes: The nodes that existed then, by name, except those that were forgotten since.
    """

    position: Position
    queues: list[PastQueue]
    nodes: list[PastNode]


def cluster_at(position: Position) -> PastCluster:
    """Return the state of the cluster after all events up to a position."""
    since = complete_since()
    return PastCluster(position, _queues(position, since), _nodes(position, since))


def _queues(position: Position, since: datetime) -> list[PastQueue]:
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (queue, status), count in stats.task_counts_at(position.cursor).items():
        counts[queue][status] = count
    pauses = _States(_PAUSES, position, first=False, complete_since=since)
    return [
        PastQueue(
            queue.name,
            pauses.get(queue.name, queue, present=queue.paused_at is not None),
            counts[queue.name],
        )
        for queue in Queue.objects.order_by("name")
        if _existed(queue, position)
    ]


def _nodes(position: Position, since: datetime) -> list[PastNode]:
    connections = _States(_CONNECTIONS, position, first=Connection.OFFLINE, complete_since=since)
    schedulings = _States(_SCHEDULINGS, position, first=Scheduling.ACTIVE, complete_since=since)
    found = []
    for node in WorkerNode.objects.order_by("name"):
        if _existed(node, position):
            connection = connections.get(node.pk, node, present=Connection(node.connection))
            assert connection  # Each kind of event says what was before.
            scheduling = schedulings.get(node.pk, node, present=Scheduling(node.scheduling))
            found.append(PastNode(node.name, connection, scheduling))
    return found


def _existed(row: Queue | WorkerNode, position: Position) -> bool:
    # The next event may be that of its creation, whose transaction began before the statement.
    return position.next_at is None or row.created_at < position.next_at


class _States(Generic[State]):
    """A state of each node or queue at a position of the log.

    Args:
        states: The state after and before an event of each kind.
        position: The position.
        first: The state of a row that was just created.
        complete_since: The time from which on the log contains all events.
    """

    def __init__(
        self,
        states: Mapping[Kind, tuple[State, State | None]],
        position: Position,
        *,
        first: State,
        complete_since: datetime,
    ) -> None:
        self._states = states
        self._first = first
        self._complete_since = complete_since
        self._before = self._read(_LAST_UNTIL, position.cursor)
        self._after = self._read(_FIRST_AFTER, position.cursor)

    def get(self, key: UUID | str, row: Queue | WorkerNode, *, present: State) -> State | None:
        """Return the state of a row, by the key that events have of it."""
        if key in self._before:
            return self._states[self._before[key]][0]
        if row.created_at >= self._complete_since:
            return self._first
        return self._states[self._after[key]][1] if key in self._after else present

    def _read(self, sql: str, cursor: Cursor) -> dict[UUID | str, Kind]:
        params = {"kinds": list(self._states), "xid": cursor.xid, "id": cursor.id}
        return {node or queue: Kind(kind) for node, queue, kind in fetch(sql, params)}
