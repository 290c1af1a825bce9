"""The services that heartbeats need: a node comes online, stays so, and goes offline."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple
from weakref import WeakSet

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Now

from tasks_app import recovery
from tasks_app.log import events
from tasks_app.models import ClusterEvent, WorkerNode
from tasks_app.services.nodes.rows import OFFLINE, ONLINE, update
from tasks_app.sql.db import Row, fetch
from tasks_app.sql.transactions import in_transaction

HEARTBEAT_SECONDS = 2
SILENCE_SECONDS = 10

Kind = ClusterEvent.Kind


class DesiredState(NamedTuple):
    """The state that operators want a node to have. None means as it was started."""

    scheduling: str
    slots: int | None
    queues: list[str] | None
    all_queues: list[str]
    stop: bool
    fault: str


# The columns of `DesiredState`.
_DESIRED_STATE = """
    n.scheduling, n.desired_slots, n.desired_queues,
    ARRAY(SELECT name::text FROM tasks_app_queue ORDER BY name), n.stop_requested_at IS NOT NULL,
    n.fault
"""
# Returns the desired state of a node.
_READ_DESIRED_STATE = f"""
    SELECT {_DESIRED_STATE} FROM tasks_app_workernode n WHERE name = %(name)s
"""


def heartbeat(
    name: str,
    *,
    pid: int,
    slots: int,
    queues: Sequence[str],
    is_first: bool = False,
    **facts: object,
) -> DesiredState:
    """Record that a node is alive, and return its desired state.

    The commit does not wait for the disk, because a lost heartbeat does no harm.

    Args:
        name: The Celery name of the node.
        pid: Its main process.
        slots: The size of its pool.
        queues: The queues that it serves.
        is_first: Whether the process has just started. The process IDs alone do not say so: in
            a container, a process that starts again has the ID of the one before.
        facts: Other columns of its row, written when it comes online.
    """
    _prepare_heartbeat()
    served = list(queues)
    rows = [] if is_first else _update_heartbeat(slots=slots, queues=served, name=name, pid=pid)
    if not rows:
        _come_online(name, pid=pid, slots=slots, queues=served, is_first=is_first, **facts)
        rows = fetch(_READ_DESIRED_STATE, {"name": name})
    return DesiredState._make(rows[0])


# Updates a node that is online and returns its desired state. It is prepared, because planning it
# costs more than running it, every two seconds for each node.
_HEARTBEAT = f"""
    PREPARE heartbeat (int, varchar[], varchar, int) AS
    UPDATE tasks_app_workernode n
       SET heartbeat_at = statement_timestamp(), updated_at = statement_timestamp(),
           slots = $1, queues = $2
     WHERE name = $3 AND connection = 'ONLINE' AND pid = $4
    RETURNING {_DESIRED_STATE}
"""


@in_transaction
def _update_heartbeat(**params: object) -> list[Row]:
    fetch("SET LOCAL synchronous_commit TO off")
    return fetch("EXECUTE heartbeat(%(slots)s, %(queues)s, %(name)s, %(pid)s)", params)


_prepared_on: WeakSet[object] = WeakSet()


def _prepare_heartbeat() -> None:
    connection.ensure_connection()
    if connection.connection not in _prepared_on:
        fetch(_HEARTBEAT)
        _prepared_on.add(connection.connection)


@in_transaction
def node_offline(name: str) -> None:
    """Mark a node that stops by itself as offline. A request to stop it is fulfilled."""
    _offline(WorkerNode.objects.filter(name=name), stop_requested_at=None)


# Returns whether the database server has been running for longer than a silence.
_HAS_SETTLED = "SELECT pg_postmaster_start_time() < now() - %(silence)s::interval"


@in_transaction
def mark_silent_nodes_offline() -> None:
    """Mark nodes offline whose heartbeats have stopped.

    No heartbeat arrives while the database is unavailable, so nodes get the same time after it has
    started.
    """
    silence = timedelta(seconds=SILENCE_SECONDS)
    silent = WorkerNode.objects.filter(heartbeat_at__lt=Now() - silence, connection=ONLINE)
    if silent.exists():
        [(has_settled,)] = fetch(_HAS_SETTLED, {"silence": silence})
        if has_settled:
            _offline(silent, lost_at=Now())


@in_transaction
def _come_online(
    name: str, *, pid: int, slots: int, queues: Sequence[str], is_first: bool, **facts: object
) -> None:
    """Store a node that is new, was offline, or has another process than before."""
    known = WorkerNode.objects.select_for_update(no_key=True).filter(name=name).first()
    if known and (is_first or known.pid != pid):
        # The former process is dead, and so are the attempts that it held.
        if known.connection == ONLINE:
            events.node_changed(Kind.NODE_OFFLINE, known, message="Another process took its place.")
        recovery.requeue_held_by(known)
    times = {
        "heartbeat_at": Now(),
        "updated_at": Now(),
        "online_since": Now(),
        "lost_at": None,
    }
    # A fault is for the process that was online when it was requested.
    no_fault = {"fault": "", "freeze_seconds": None}
    node, _ = WorkerNode.objects.update_or_create(
        name=name,
        defaults={
            **facts,
            **times,
            **no_fault,
            "pid": pid,
            "slots": slots,
            "queues": queues,
            "connection": ONLINE,
        },
    )
    message = f"{slots} slots, queues {', '.join(queues) or 'none'}"
    events.node_changed(Kind.NODE_ONLINE, node, message=message)


def _offline(nodes: QuerySet[WorkerNode], **changes: object) -> None:
    """Mark nodes offline and requeue what they hold. A node that still lives is fenced."""
    online = nodes.filter(connection=ONLINE).order_by("pk")
    for node in online.select_for_update(skip_locked=True, no_key=True):
        update(node, connection=OFFLINE, **changes)
        events.node_changed(Kind.NODE_OFFLINE, node)
        recovery.requeue_held_by(node)
