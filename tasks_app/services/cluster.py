"""Worker nodes as the cluster knows them."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from tasks_app import events
from tasks_app.models import ClusterEvent, WorkerNode

HEARTBEAT_SECONDS = 2
SILENCE_SECONDS = 10
# The advisory lock by which one of several Beats leads.
LEADER_LOCK = 0x62656174

ONLINE, OFFLINE = WorkerNode.Connection.ONLINE, WorkerNode.Connection.OFFLINE


@transaction.atomic
def heartbeat(name: str, *, host: str, pid: int, slots: int, queues: Sequence[str]) -> None:
    """Note that a node is alive; one that is new or was thought to be gone comes online."""
    known = WorkerNode.objects.filter(name=name, connection=ONLINE, pid=pid)
    if known.update(heartbeat_at=Now(), updated_at=Now()):
        return
    facts = {"host": host, "pid": pid, "slots": slots, "queues": list(queues)}
    times = {"heartbeat_at": Now(), "updated_at": Now()}
    node, _ = WorkerNode.objects.update_or_create(
        name=name, defaults={**facts, **times, "connection": ONLINE}
    )
    events.node_changed(ClusterEvent.Kind.NODE_ONLINE, node)


def node_offline(name: str) -> None:
    """Note that a node has said good-bye."""
    _offline(WorkerNode.objects.filter(name=name))


def mark_silent_nodes_offline() -> None:
    """Note that those have gone which have not been heard of for too long."""
    _offline(WorkerNode.objects.filter(heartbeat_at__lt=Now() - timedelta(seconds=SILENCE_SECONDS)))


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


@transaction.atomic
def _offline(nodes: QuerySet[WorkerNode]) -> None:
    for node in nodes.filter(connection=ONLINE).select_for_update(skip_locked=True):
        WorkerNode.objects.filter(pk=node.pk).update(connection=OFFLINE, updated_at=Now())
        events.node_changed(ClusterEvent.Kind.NODE_OFFLINE, node)
