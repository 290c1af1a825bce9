"""Worker nodes: how the cluster knows of them, and what they are ordered to do.

An order is a wish in the node's row. The node follows it with its next heartbeat, or sooner if the
broker carries a hint. Refusals are Django's own: ValidationError by field, WorkerNode.DoesNotExist.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from weakref import WeakSet

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Now

from tasks_app import actors, dispatch, recovery
from tasks_app.log import events
from tasks_app.models import (
    ClusterEvent,
    Queue,
    Task,
    WorkerNode,
)
from tasks_app.models.base import database_now
from tasks_app.models.cluster import NODE_SLOTS_MAX
from tasks_app.services.tasks import check_note
from tasks_app.sql import claims, leases
from tasks_app.sql.db import fetch
from tasks_app.sql.transactions import in_transaction

HEARTBEAT_SECONDS = 2
SILENCE_SECONDS = 10
# The advisory lock by which one of several Beats leads.
LEADER_LOCK = 0x62656174

ONLINE, OFFLINE = WorkerNode.Connection.ONLINE, WorkerNode.Connection.OFFLINE
Scheduling = WorkerNode.Scheduling
Kind = ClusterEvent.Kind


class DesiredState(NamedTuple):
    """What a node is told to be. None means as it was started; without queues it claims nothing."""

    scheduling: str
    slots: int | None
    queues: list[str] | None
    all_queues: list[str]
    stop: bool


_DESIRED_STATE = """
    n.scheduling, n.desired_slots, n.desired_queues,
    ARRAY(SELECT name::text FROM tasks_app_queue ORDER BY name), n.stop_requested_at IS NOT NULL
"""


def heartbeat(
    name: str, *, pid: int, slots: int, queues: Sequence[str], **facts: Any
) -> DesiredState:
    """Record that a node is alive, and return its desired state.

    The commit does not wait for the disk, because a lost heartbeat does no harm.

    Args:
        name: The Celery name of the node.
        pid: Its main process.
        slots: The size of its pool.
        queues: The queues that it serves.
        facts: Other columns of its row, written when it comes online.
    """
    _prepare_heartbeat()
    rows = _update_heartbeat([slots, list(queues), name, pid])
    if not rows:
        _come_online(name, pid=pid, slots=slots, queues=list(queues), **facts)
        rows = fetch(f"SELECT {_DESIRED_STATE} FROM tasks_app_workernode n WHERE name = %s", [name])
    return DesiredState._make(rows[0])


# To plan it would cost more than to run it, every two seconds for each node.
_HEARTBEAT = f"""
    PREPARE heartbeat (int, varchar[], varchar, int) AS
    UPDATE tasks_app_workernode n
       SET heartbeat_at = statement_timestamp(), updated_at = statement_timestamp(),
           slots = $1, queues = $2
     WHERE name = $3 AND connection = 'ONLINE' AND pid = $4
    RETURNING {_DESIRED_STATE}
"""


@in_transaction
def _update_heartbeat(params: list[Any]) -> list[tuple[Any, ...]]:
    fetch("SET LOCAL synchronous_commit TO off")
    return fetch("EXECUTE heartbeat(%s, %s, %s, %s)", params)


_prepared_on: WeakSet[Any] = WeakSet()


def _prepare_heartbeat() -> None:
    connection.ensure_connection()
    if connection.connection not in _prepared_on:
        with connection.cursor() as cursor:
            cursor.execute(_HEARTBEAT)
        _prepared_on.add(connection.connection)


@in_transaction
def node_offline(name: str) -> None:
    """Note that a node has said good-bye. If it was ordered to, the order is fulfilled."""
    _offline(WorkerNode.objects.filter(name=name), stop_requested_at=None)


@in_transaction
def mark_silent_nodes_offline() -> None:
    """Note that those have gone which have not been heard of for too long.

    Nobody is heard of while the database is away, so it gives them as long after it has started.
    """
    silence = timedelta(seconds=SILENCE_SECONDS)
    silent = WorkerNode.objects.filter(heartbeat_at__lt=Now() - silence, connection=ONLINE)
    if silent.exists():
        [(has_settled,)] = fetch("SELECT pg_postmaster_start_time() < now() - %s", [silence])
        if has_settled:
            _offline(silent, lost_at=Now())


@in_transaction
def finish_drains() -> None:
    """Take from draining nodes what runs past their deadline; note which have nothing left."""
    draining = WorkerNode.objects.filter(scheduling=Scheduling.DRAINING)
    for node in draining.select_for_update(skip_locked=True, no_key=True):
        if node.drain_deadline and node.drain_deadline <= database_now():
            recovery.requeue_held_by(node, message=leases.DRAINED_MESSAGE)
        if not Task.objects.filter(node=node, status=Task.Status.RUNNING).exists():
            _update(node, scheduling=Scheduling.DRAINED)
            events.node_changed(Kind.NODE_DRAINED, node)


@in_transaction
def pause_node(name: str, *, note: str = "") -> WorkerNode:
    """Have a node take no more tasks; it finishes what it runs."""
    node = _get_locked(name)
    _schedule(node, Scheduling.PAUSED, Kind.NODE_PAUSED, note)
    return node


@in_transaction
def resume_node(name: str, *, note: str = "") -> WorkerNode:
    """Have a node that was paused or drained take tasks again."""
    node = _get_locked(name)
    if node.scheduling != Scheduling.ACTIVE:
        _schedule(node, Scheduling.ACTIVE, Kind.NODE_RESUMED, note)
    return node


@in_transaction
def drain_node(name: str, *, deadline: datetime | None = None, note: str = "") -> WorkerNode:
    """Have a node finish what it runs and take nothing more. Others get what runs at the deadline.

    It ends DRAINED, and stays so until it is resumed.
    """
    node = _get_locked(name)
    if deadline is not None and deadline <= database_now():
        raise ValidationError({"deadline": _fault("Must be in the future.", "out_of_range")})
    _schedule(node, Scheduling.DRAINING, Kind.NODE_DRAINING, note, drain_deadline=deadline)
    finish_drains()
    return _get_locked(name)


@in_transaction
def resize_node(name: str, *, slots: int | None, note: str = "") -> WorkerNode:
    """Have a node run so many tasks at once; None for what it was started with.

    Fewer count at once. What runs already is not stopped.
    """
    node = _get_locked(name)
    if slots is not None and not 1 <= slots <= NODE_SLOTS_MAX:
        message = f"Must be an integer from 1 to {NODE_SLOTS_MAX}."
        raise ValidationError({"slots": _fault(message, "out_of_range")})
    check_note(note)
    _update(node, desired_slots=slots)
    told = f"{'as it started' if slots is None else slots}{note and f': {note}'}"
    events.node_changed(Kind.NODE_RESIZED, node, message=told)
    dispatch.refresh_after_commit([name])
    return node


@in_transaction
def assign_node(name: str, *, queues: Sequence[str] | None, note: str = "") -> WorkerNode:
    """Have a node take from these queues only; None for those it was started with."""
    node = _get_locked(name)
    check_note(note)
    if queues is not None:
        known = set(Queue.objects.values_list("name", flat=True))
        if unknown := [queue for queue in queues if queue not in known]:
            message = f"There is no queue {unknown[0][:63]!r}."
            raise ValidationError({"queues": _fault(message, "unknown_queue")})
        queues = sorted(set(queues))
    _update(node, desired_queues=queues)
    named = "as it started" if queues is None else ", ".join(queues) or "none"
    told = f"{named}{note and f': {note}'}"
    events.node_changed(Kind.NODE_ASSIGNED, node, message=told)
    dispatch.refresh_after_commit([name])
    return node


@in_transaction
def stop_node(name: str, *, note: str = "") -> WorkerNode:
    """Have a node finish what it runs and end its process."""
    node = _get_locked(name)
    check_note(note)
    if node.connection != ONLINE:
        raise ValidationError({"name": _fault("The node is not online.", "not_online")})
    if node.stop_requested_at is None:
        _update(node, stop_requested_at=Now())
        events.node_changed(Kind.NODE_STOPPING, node, message=note)
    dispatch.refresh_after_commit([name])
    return node


def beat_leads() -> bool:
    """Whether there is a Beat that leads."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
             WHERE locktype = 'advisory' AND objid = %s AND granted AND datname = current_database()
            """,
            [LEADER_LOCK],
        )
        return bool(cursor.rowcount)


@in_transaction
def _come_online(name: str, *, pid: int, **facts: Any) -> None:
    """A node that is new, was thought to be gone, or has another process than before."""
    known = WorkerNode.objects.select_for_update(no_key=True).filter(name=name).first()
    if known and known.pid != pid:
        # Its former process is dead, and all that this one holds.
        if known.connection == ONLINE:
            events.node_changed(Kind.NODE_OFFLINE, known, message="Another process took its place.")
        recovery.requeue_held_by(known)
    times = {
        "heartbeat_at": Now(),
        "updated_at": Now(),
        "online_since": Now(),
        "lost_at": None,
    }
    node, _ = WorkerNode.objects.update_or_create(
        name=name, defaults={**facts, **times, "pid": pid, "connection": ONLINE}
    )
    told = f"{facts['slots']} slots, queues {', '.join(facts['queues']) or 'none'}"
    events.node_changed(Kind.NODE_ONLINE, node, message=told)


def _offline(nodes: QuerySet[WorkerNode], **changes: Any) -> None:
    """What they hold is free at once: if one lives after all, it is fenced."""
    online = nodes.filter(connection=ONLINE).order_by("pk")
    for node in online.select_for_update(skip_locked=True, no_key=True):
        _update(node, connection=OFFLINE, **changes)
        events.node_changed(Kind.NODE_OFFLINE, node)
        recovery.requeue_held_by(node)


def _schedule(node: WorkerNode, scheduling: str, kind: str, note: str, **changes: Any) -> None:
    check_note(note)
    _update(
        node,
        **{"scheduling": scheduling, "drain_deadline": None} | changes,
        scheduling_note="" if scheduling == Scheduling.ACTIVE else note,
        scheduling_by="" if scheduling == Scheduling.ACTIVE else actors.current().name,
    )
    events.node_changed(kind, node, message=note)
    dispatch.refresh_after_commit([node.name])


def _get_locked(name: str) -> WorkerNode:
    """Lock a node's row, after the node's claims in progress."""
    claims.lock_node(name)
    return WorkerNode.objects.select_for_update(no_key=True).get(name=name)


def _update(node: WorkerNode, **changes: Any) -> None:
    WorkerNode.objects.filter(pk=node.pk).update(updated_at=Now(), **changes)
    node.refresh_from_db()


def _fault(message: str, code: str) -> ValidationError:
    return ValidationError(message, code=code)
