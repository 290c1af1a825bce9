"""The services of worker nodes: heartbeats, and the commands of operators.

A command changes the desired state in the node's row. The node applies it with its next heartbeat,
or sooner if the broker carries a notification. Each service opens its transaction, and raises
WorkerNode.DoesNotExist, and ValidationError by field with a code for each error.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from weakref import WeakSet

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Now

from tasks_app import actors, dispatch, recovery
from tasks_app.log import events
from tasks_app.models import ClusterEvent, Task, WorkerNode
from tasks_app.models.base import database_now
from tasks_app.models.node import NODE_SLOTS_MAX
from tasks_app.services.queues import lock_to_use
from tasks_app.services.validation import check_note, error
from tasks_app.sql import claims, leases
from tasks_app.sql.db import Row, fetch
from tasks_app.sql.transactions import in_transaction

HEARTBEAT_SECONDS = 2
SILENCE_SECONDS = 10

ONLINE, OFFLINE = WorkerNode.Connection.ONLINE, WorkerNode.Connection.OFFLINE
Scheduling = WorkerNode.Scheduling
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
def finish_drains() -> None:
    """Requeue what draining nodes run past their deadline, and mark those with nothing left."""
    draining = WorkerNode.objects.filter(scheduling=Scheduling.DRAINING)
    for node in draining.select_for_update(skip_locked=True, no_key=True):
        if node.drain_deadline and node.drain_deadline <= database_now():
            recovery.requeue_held_by(node, message=leases.DRAINED_MESSAGE)
        if not Task.objects.filter(node=node, status=Task.Status.RUNNING).exists():
            _update(node, scheduling=Scheduling.DRAINED)
            events.node_changed(Kind.NODE_DRAINED, node)


@in_transaction
def pause_node(name: str, *, note: str = "") -> WorkerNode:
    """Pause a node: it claims no tasks and finishes those that it runs."""
    node = _get_locked(name)
    _schedule(node, Scheduling.PAUSED, Kind.NODE_PAUSED, note)
    return node


@in_transaction
def resume_node(name: str, *, note: str = "") -> WorkerNode:
    """Resume a node that is paused or drained."""
    node = _get_locked(name)
    if node.scheduling != Scheduling.ACTIVE:
        _schedule(node, Scheduling.ACTIVE, Kind.NODE_RESUMED, note)
    return node


@in_transaction
def drain_node(name: str, *, deadline: datetime | None = None, note: str = "") -> WorkerNode:
    """Drain a node: it claims no tasks and finishes those that it runs, at most until the deadline.

    It is then DRAINED until it is resumed.
    """
    node = _get_locked(name)
    if deadline is not None and deadline <= database_now():
        raise ValidationError({"deadline": error("Must be in the future.", "out_of_range")})
    _schedule(node, Scheduling.DRAINING, Kind.NODE_DRAINING, note, drain_deadline=deadline)
    finish_drains()
    return _get_locked(name)


@in_transaction
def resize_node(name: str, *, slots: int | None, note: str = "") -> WorkerNode:
    """Change the number of slots of a node; None for the number it was started with.

    A smaller number takes effect at once. Running tasks are not stopped.
    """
    node = _get_locked(name)
    if slots is not None and not 1 <= slots <= NODE_SLOTS_MAX:
        message = f"Must be an integer from 1 to {NODE_SLOTS_MAX}."
        raise ValidationError({"slots": error(message, "out_of_range")})
    check_note(note)
    _update(node, desired_slots=slots)
    size = "the number it was started with" if slots is None else f"{slots} slots"
    events.node_changed(Kind.NODE_RESIZED, node, message=f"{size}{note and f': {note}'}")
    dispatch.refresh_after_commit([name])
    return node


@in_transaction
def assign_node(name: str, *, queues: Sequence[str] | None, note: str = "") -> WorkerNode:
    """Change the queues that a node serves; None for those it was started with."""
    node = _get_locked(name)
    check_note(note)
    if queues is not None:
        known = lock_to_use(queues)
        if unknown := [queue for queue in queues if queue not in known]:
            message = f"There is no queue {unknown[0][:63]!r}. Create it first."
            raise ValidationError({"queues": error(message, "unknown_queue")})
        queues = sorted(set(queues))
    _update(node, desired_queues=queues)
    names = "those it was started with" if queues is None else ", ".join(queues) or "none"
    events.node_changed(Kind.NODE_ASSIGNED, node, message=f"{names}{note and f': {note}'}")
    dispatch.refresh_after_commit([name])
    return node


@in_transaction
def stop_node(name: str, *, note: str = "") -> WorkerNode:
    """Stop a node: it finishes the tasks that it runs, and its process ends."""
    node = _get_locked(name)
    check_note(note)
    if node.connection != ONLINE:
        raise ValidationError(
            {"name": error("The node is not online, so it cannot be stopped.", "not_online")}
        )
    if node.stop_requested_at is None:
        _update(node, stop_requested_at=Now())
        events.node_changed(Kind.NODE_STOPPING, node, message=note)
    dispatch.refresh_after_commit([name])
    return node


@in_transaction
def forget_node(name: str, *, note: str = "") -> UUID:
    """Remove an offline node, and return the ID that it had.

    Tasks, results and events stay; they have the ID of a node that does not exist. If the node
    starts again, it is a new one. Pruning deletes its statistics.
    """
    node = _get_locked(name)
    check_note(note)
    if node.connection != OFFLINE:
        message = "The node is online. Stop it before you remove it."
        raise ValidationError({"name": error(message, "not_offline")})
    # A claim that overlapped with the end of the node can have left running tasks.
    recovery.requeue_held_by(node)
    id = node.pk
    node.delete()
    events.node_forgotten(name, note=note)
    return id


@in_transaction
def forget_old_nodes(before: datetime, limit: int) -> int:
    """Remove up to `limit` nodes without a heartbeat since a time; return their number.

    It is `forget_node` for nodes that no operator has changed.
    """
    old = WorkerNode.objects.filter(
        connection=OFFLINE,
        heartbeat_at__lt=before,
        scheduling=Scheduling.ACTIVE,
        desired_slots=None,
        desired_queues=None,
    )
    names = dict(old.select_for_update(skip_locked=True)[:limit].values_list("pk", "name"))
    WorkerNode.objects.filter(pk__in=names).delete()
    for name in names.values():
        events.node_forgotten(name)
    return len(names)


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
        _update(node, connection=OFFLINE, **changes)
        events.node_changed(Kind.NODE_OFFLINE, node)
        recovery.requeue_held_by(node)


def _schedule(node: WorkerNode, scheduling: str, kind: str, note: str, **changes: object) -> None:
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


def _update(node: WorkerNode, **changes: object) -> None:
    WorkerNode.objects.filter(pk=node.pk).update(updated_at=Now(), **changes)
    node.refresh_from_db()
