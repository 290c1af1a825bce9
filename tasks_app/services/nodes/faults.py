"""Faults on demand: an administrator has a node killed or frozen, to see what the cluster does.

A fault is a desired state in the node's row, because the node may be on another machine. The node
takes it once, and injects it into its own processes (see `tasks_app/worker/injection.py`).
"""

from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError

from tasks_app import dispatch
from tasks_app.log import events
from tasks_app.models import ClusterEvent, WorkerNode
from tasks_app.models.node import FREEZE_SECONDS_MAX
from tasks_app.services.validation import check_name, check_note, error
from tasks_app.sql.db import fetch
from tasks_app.sql.transactions import in_transaction

Fault = WorkerNode.Fault


class TakenFault(NamedTuple):
    """A fault that a node has taken, to inject it.

    Attributes:
        fault: The fault.
        freeze_seconds: How long the node freezes. None for other faults.
    """

    fault: str
    freeze_seconds: int | None


@in_transaction
def kill_node(name: str, *, note: str = "") -> WorkerNode:
    """Have all processes of a node end at once, as by SIGKILL."""
    return _request(name, Fault.KILL, "Killed", note)


@in_transaction
def freeze_node(name: str, *, seconds: int, note: str = "") -> WorkerNode:
    """Have all processes of a node stop for a time, as by SIGSTOP and SIGCONT."""
    if not 1 <= seconds <= FREEZE_SECONDS_MAX:
        message = f"Must be an integer from 1 to {FREEZE_SECONDS_MAX}."
        raise ValidationError({"seconds": error(message, "out_of_range")})
    message = f"Frozen for {seconds} second{'s' if seconds > 1 else ''}"
    return _request(name, Fault.FREEZE, message, note, freeze_seconds=seconds)


# Removes the fault from a node's row and returns it. Another process of the node takes none.
_TAKE = """
    WITH requested AS (
        SELECT id, fault, freeze_seconds
          FROM tasks_app_workernode
         WHERE name = %(name)s AND pid = %(pid)s AND fault <> ''
           FOR NO KEY UPDATE
    )
    UPDATE tasks_app_workernode n
       SET fault = '', freeze_seconds = NULL
      FROM requested WHERE n.id = requested.id
    RETURNING requested.fault, requested.freeze_seconds
"""


@in_transaction
def take_fault(name: str, *, pid: int) -> TakenFault | None:
    """Return the fault that was requested for a node's process, once; None if none was.

    Inject it after the commit, so that a process that starts again does not take it again.
    """
    rows = fetch(_TAKE, {"name": name, "pid": pid})
    return TakenFault._make(rows[0]) if rows else None


def _request(
    name: str, fault: str, message: str, note: str, *, freeze_seconds: int | None = None
) -> WorkerNode:
    check_name(name)
    check_note(note)
    if not settings.FAULTS:
        refusal = (
            "Faults are switched off. The setting `FAULTS=on` of the web process permits them."
        )
        raise ValidationError({"name": error(refusal, "faults_off")})
    node = WorkerNode.objects.select_for_update(no_key=True).get(name=name)
    if node.connection != WorkerNode.Connection.ONLINE:
        refusal = "The node is not online, so no fault can be injected."
        raise ValidationError({"name": error(refusal, "not_online")})
    node.fault, node.freeze_seconds = fault, freeze_seconds
    node.save(update_fields=["fault", "freeze_seconds"])
    events.node_changed(
        ClusterEvent.Kind.FAULT_INJECTED, node, message=f"{message}{note and f': {note}'}"
    )
    dispatch.refresh_after_commit([name])
    return node
