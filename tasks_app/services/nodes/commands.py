"""The commands of operators to worker nodes: pause, drain, resize, assign, stop, remove."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models.functions import Now

from tasks_app import dispatch, recovery
from tasks_app.access import actors
from tasks_app.log import events
from tasks_app.models import ClusterEvent, Task, WorkerNode
from tasks_app.models.base import database_now
from tasks_app.models.node import NODE_SLOTS_MAX
from tasks_app.services.nodes.rows import OFFLINE, ONLINE, get_locked, update
from tasks_app.services.queues import lock_to_use
from tasks_app.services.validation import check_note, error, quoted
from tasks_app.sql.tasks import leases
from tasks_app.sql.transactions import in_transaction

Scheduling = WorkerNode.Scheduling
Kind = ClusterEvent.Kind


@in_transaction
def finish_drains() -> None:
    """Requeue what draining nodes run past their deadline, and mark those with nothing left."""
    draining = WorkerNode.objects.filter(scheduling=Scheduling.DRAINING)
    for node in draining.select_for_update(skip_locked=True, no_key=True):
        if node.drain_deadline and node.drain_deadline <= database_now():
            recovery.requeue_held_by(node, message=leases.DRAINED_MESSAGE)
        if not Task.objects.filter(node=node, status=Task.Status.RUNNING).exists():
            update(node, scheduling=Scheduling.DRAINED)
            events.node_changed(Kind.NODE_DRAINED, node)


@in_transaction
def pause_node(name: str, *, note: str = "") -> WorkerNode:
    """Pause a node: it claims no tasks and finishes those that it runs."""
    node = get_locked(name)
    _schedule(node, Scheduling.PAUSED, Kind.NODE_PAUSED, note)
    return node


@in_transaction
def resume_node(name: str, *, note: str = "") -> WorkerNode:
    """Resume a node that is paused or drained."""
    node = get_locked(name)
    if node.scheduling != Scheduling.ACTIVE:
        _schedule(node, Scheduling.ACTIVE, Kind.NODE_RESUMED, note)
    return node


@in_transaction
def drain_node(name: str, *, deadline: datetime | None = None, note: str = "") -> WorkerNode:
    """Drain a node: it claims no tasks and finishes those that it runs, at most until the deadline.

    It is then DRAINED until it is resumed.
    """
    node = get_locked(name)
    if deadline is not None and deadline <= database_now():
        raise ValidationError({"deadline": error("Must be in the future.", "out_of_range")})
    _schedule(node, Scheduling.DRAINING, Kind.NODE_DRAINING, note, drain_deadline=deadline)
    finish_drains()
    return get_locked(name)


@in_transaction
def resize_node(name: str, *, slots: int | None, note: str = "") -> WorkerNode:
    """Change the number of slots of a node; None for the number it was started with.

    A smaller number takes effect at once. Running tasks are not stopped.
    """
    node = get_locked(name)
    if slots is not None and not 1 <= slots <= NODE_SLOTS_MAX:
        message = f"Must be an integer from 1 to {NODE_SLOTS_MAX}."
        raise ValidationError({"slots": error(message, "out_of_range")})
    check_note(note)
    update(node, desired_slots=slots)
    size = "the number it was started with" if slots is None else f"{slots} slots"
    events.node_changed(Kind.NODE_RESIZED, node, message=f"{size}{note and f': {note}'}")
    dispatch.refresh_after_commit([name])
    return node


@in_transaction
def assign_node(name: str, *, queues: Sequence[str] | None, note: str = "") -> WorkerNode:
    """Change the queues that a node serves; None for those it was started with."""
    node = get_locked(name)
    check_note(note)
    if queues is not None:
        known = lock_to_use(queues)
        if unknown := [queue for queue in queues if queue not in known]:
            message = f"There is no queue {quoted(unknown[0])}. Create it first."
            raise ValidationError({"queues": error(message, "unknown_queue")})
        queues = sorted(set(queues))
    update(node, desired_queues=queues)
    names = "those it was started with" if queues is None else ", ".join(queues) or "none"
    events.node_changed(Kind.NODE_ASSIGNED, node, message=f"{names}{note and f': {note}'}")
    dispatch.refresh_after_commit([name])
    return node


@in_transaction
def stop_node(name: str, *, note: str = "") -> WorkerNode:
    """Stop a node: it finishes the tasks that it runs, and its process ends."""
    node = get_locked(name)
    check_note(note)
    if node.connection != ONLINE:
        raise ValidationError(
            {"name": error("The node is not online, so it cannot be stopped.", "not_online")}
        )
    if node.stop_requested_at is None:
        update(node, stop_requested_at=Now())
        events.node_changed(Kind.NODE_STOPPING, node, message=note)
    dispatch.refresh_after_commit([name])
    return node


@in_transaction
def forget_node(name: str, *, note: str = "") -> UUID:
    """Remove an offline node, and return the ID that it had.

    Tasks, results and events stay; they have the ID of a node that does not exist. If the node
    starts again, it is a new one. Pruning deletes its statistics.
    """
    node = get_locked(name)
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


def _schedule(node: WorkerNode, scheduling: str, kind: str, note: str, **changes: object) -> None:
    check_note(note)
    update(
        node,
        **{"scheduling": scheduling, "drain_deadline": None} | changes,
        scheduling_note="" if scheduling == Scheduling.ACTIVE else note,
        scheduling_by="" if scheduling == Scheduling.ACTIVE else actors.current().name,
    )
    events.node_changed(kind, node, message=note)
    dispatch.refresh_after_commit([node.name])
