"""The log: appended in the transaction of the change, so that neither exists without the other."""

import base64
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from tasks_app.models import ClusterEvent, Task, WorkerNode
from tasks_app.models.transitions import Moved

Kind = ClusterEvent.Kind
Status = Task.Status

_KINDS: dict[tuple[str, str], str] = {
    ("", Status.PENDING): Kind.TASK_CREATED,
    (Status.PENDING, Status.RUNNING): Kind.TASK_STARTED,
    (Status.PENDING, Status.CANCELLED): Kind.TASK_CANCELLED,
    (Status.PENDING, Status.FAILED): Kind.TASK_FAILED,
    (Status.RUNNING, Status.SUCCESS): Kind.TASK_SUCCEEDED,
    (Status.RUNNING, Status.FAILED): Kind.TASK_FAILED,
    (Status.RUNNING, Status.CANCELLED): Kind.TASK_CANCELLED,
    (Status.RUNNING, Status.RUNNING): Kind.TASK_CANCEL_REQUESTED,
    (Status.RUNNING, Status.PENDING): Kind.TASK_GIVEN_BACK,
    (Status.FAILED, Status.PENDING): Kind.TASK_RETRIED,
    (Status.CANCELLED, Status.PENDING): Kind.TASK_RETRIED,
}

_INSERT = """
    INSERT INTO tasks_app_clusterevent
           (kind, node_id, queue, previous_status, status, message, task_ids, versions, attempts,
            waits_ms, runs_ms)
    VALUES (%s, (SELECT id FROM tasks_app_workernode WHERE name = %s), %s, %s, %s, %s,
            %s::uuid[], %s::int[], %s::int[], %s::bigint[], %s::bigint[])
"""


class Cursor(NamedTuple):
    """A place in the log: all up to and including this line has been seen."""

    xid: int
    id: int

    def encode(self) -> str:
        return base64.urlsafe_b64encode(f"{self.xid}:{self.id}".encode()).decode()

    @classmethod
    def decode(cls, text: str) -> "Cursor":
        """Raises ValueError for what `encode` has not made."""
        xid, id = base64.urlsafe_b64decode(text).decode().split(":")
        return cls(int(xid), int(id))


def head() -> Cursor:
    """Where to go on from, so as to miss nothing that is not visible yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        [(oldest_running,)] = cursor.fetchall()
    return Cursor(oldest_running, 0)


def tasks_moved(tasks: Iterable[Moved], *, node: str = "", kind: str = "") -> None:
    """Append what happened to these tasks, one row for all that went the same way in one queue.

    A kind is needed only where the move does not say what it was.
    """
    alike: dict[tuple[str, str, str, str], list[Moved]] = defaultdict(list)
    for task in tasks:
        alike[task.queue, task.previous, task.status, task.failed_message].append(task)
    for (queue, previous, status, message), group in alike.items():
        ended_runs = group if previous == Status.RUNNING and status in Task.TERMINAL else []
        columns: list[Any] = [
            kind or _KINDS[previous, status],
            node,
            *(queue, previous, status, message),
            [task.id for task in group],
            [task.version for task in group],
            [task.attempt for task in group],
            [task.wait_ms for task in ended_runs],
            [task.run_ms for task in ended_runs],
        ]
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, columns)


def tasks_deleted(kind: str, tasks: Iterable[tuple[str, str, UUID]]) -> None:
    """Append that tasks are gone: rows of queue, status, id."""
    alike: dict[tuple[str, str], list[UUID]] = defaultdict(list)
    for queue, status, id in tasks:
        alike[queue, status].append(id)
    ClusterEvent.objects.bulk_create(
        ClusterEvent(kind=kind, queue=queue, previous_status=status, task_ids=ids)
        for (queue, status), ids in alike.items()
    )


def schedules_changed(kind: str, ids: Iterable[UUID], *, message: str = "") -> None:
    """Append what happened to these schedules."""
    ClusterEvent.objects.create(kind=kind, schedule_ids=list(ids), message=message)


def schedule_changed(kind: str, id: UUID, task: Task, *, previous_queue: str = "") -> None:
    """Append what happened to a schedule and, with it, to its task."""
    ClusterEvent.objects.create(
        kind=kind,
        schedule_ids=[id],
        queue=task.queue_id,
        previous_queue=previous_queue,
        previous_status="" if kind == Kind.SCHEDULE_CREATED else task.status,
        status="" if kind == Kind.SCHEDULE_DELETED else task.status,
        task_ids=[task.pk],
        versions=[task.version],
        attempts=[task.attempt],
    )


def node_changed(kind: str, node: WorkerNode, *, actor: str = "", message: str = "") -> None:
    """Append what happened to a node, or what it was ordered to do."""
    ClusterEvent.objects.create(kind=kind, node=node, actor=actor, message=message)


def queue_changed(kind: str, queue: str, *, actor: str = "", message: str = "") -> None:
    """Append what happened to a queue."""
    ClusterEvent.objects.create(kind=kind, queue=queue, actor=actor, message=message)


def histories(task_ids: Sequence[UUID]) -> dict[UUID, list[tuple[ClusterEvent, int, int]]]:
    """Each task's lines of the log, oldest first, with its version and attempt in each."""
    found: dict[UUID, list[tuple[ClusterEvent, int, int]]] = {id: [] for id in task_ids}
    lines = ClusterEvent.objects.filter(task_ids__overlap=list(task_ids))
    for line in lines.select_related("node").order_by("xid", "id"):
        for id, version, attempt in zip(line.task_ids, line.versions, line.attempts, strict=True):
            if id in found:
                found[id].append((line, version, attempt))
    return found


def delete_before(time: datetime, limit: int, *, folded_until: int) -> int:
    """Forget the oldest events, as far as they are older than this; answers how many.

    Those from this transaction on have not been counted yet (see `metrics.py`) and stay.
    """
    old = ClusterEvent.objects.filter(at__lt=time, xid__lt=folded_until)
    oldest = old.order_by("id").values("id")[:limit]
    deleted, _ = ClusterEvent.objects.filter(id__in=oldest).delete()
    return deleted
