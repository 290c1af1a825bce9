"""The rows of worker nodes: locked, and changed."""

from django.db.models.functions import Now

from tasks_app.models import WorkerNode
from tasks_app.services.validation import check_name
from tasks_app.sql.claiming import claims

ONLINE, OFFLINE = WorkerNode.Connection.ONLINE, WorkerNode.Connection.OFFLINE


def get_locked(name: str) -> WorkerNode:
    """Lock a node's row, after the node's claims in progress."""
    check_name(name)
    claims.lock_node(name)
    return WorkerNode.objects.select_for_update(no_key=True).get(name=name)


def update(node: WorkerNode, **changes: object) -> None:
    """Change columns of a node's row, and read the row again."""
    WorkerNode.objects.filter(pk=node.pk).update(updated_at=Now(), **changes)
    node.refresh_from_db()
