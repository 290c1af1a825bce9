"""The log: appended in the transaction of the change, so that neither exists without the other.

Read by cursor, in the order of ``(xid, id)``, up to the oldest transaction that is still running:
before it nothing can appear any more, so a reader misses nothing and sees nothing twice.
"""

import base64
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from tasks_app import actors
from tasks_app.log import notifier
from tasks_app.models import (
    ApiToken,
    ClusterEvent,
    Role,
    Task,
    WorkerNode,
)
from tasks_app.sql.transitions import Transition

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
    (Status.RUNNING, Status.PENDING): Kind.TASK_REQUEUED,
    (Status.FAILED, Status.PENDING): Kind.TASK_RETRIED,
    (Status.CANCELLED, Status.PENDING): Kind.TASK_RETRIED,
}

_INSERT = """
    INSERT INTO tasks_app_clusterevent
           (kind, node_id, queue, previous_status, status, message, task_ids, versions, attempts,
            waits_ms, runs_ms, actor, token_id)
    VALUES (%s, (SELECT id FROM tasks_app_workernode WHERE name = %s), %s, %s, %s, %s,
            %s::uuid[], %s::int[], %s::int[], %s::bigint[], %s::bigint[], %s, %s)
"""


# A line of many tasks is cut, so that no reader has to take in more at once.
EVENT_TASKS_MAX = 1_000
# A page holds at most so many lines, and stops after the one with which it has so many changes.
PAGE_EVENTS_MAX = 100
PAGE_CHANGES_ENOUGH = 1_000
_WHOLE_LINE = 2**31 - 1


class Cursor(NamedTuple):
    """A place in the log: all up to and including this line has been seen.

    Of the line itself only its first `seen` tasks, if that is given.
    """

    xid: int
    id: int
    seen: int = _WHOLE_LINE

    def encode(self) -> str:
        numbers = self[:2] if self.seen == _WHOLE_LINE else self
        return base64.urlsafe_b64encode(":".join(map(str, numbers)).encode()).decode()

    @classmethod
    def decode(cls, text: str) -> "Cursor":
        """Raises ValueError for what `encode` has not made."""
        xid, id, *seen = (int(part) for part in base64.urlsafe_b64decode(text).decode().split(":"))
        cursor = cls(xid, id, *seen[:1])
        if cursor.encode() != text or not all(0 <= number < 2**63 for number in cursor):
            raise ValueError("not a cursor")
        return cursor


class EventRow(NamedTuple):
    """A line of the log as it is read: see ClusterEvent."""

    xid: int
    id: int
    at: datetime
    kind: str
    actor: str
    token_id: UUID | None
    node_id: UUID | None
    queue: str
    previous_status: str
    status: str
    message: str
    task_ids: list[UUID]
    versions: list[int]
    attempts: list[int]
    schedule_ids: list[UUID]

    @property
    def end(self) -> Cursor:
        return Cursor(self.xid, self.id)


class Page(NamedTuple):
    """Some lines in order, and the place after them.

    `is_last` if there were no more. `is_blocked` if there are more, but a transaction that is
    still running may come before them.
    """

    lines: list[EventRow]
    cursor: Cursor
    is_last: bool
    is_blocked: bool

    def until(self, end: Cursor) -> "Page":
        """Without the lines that begin after this place."""
        if self.cursor < end:
            return self._replace(is_last=False)
        lines = [line for line in self.lines if line.end[:2] <= end[:2]]
        return Page(lines, end, is_last=True, is_blocked=False)


class GapError(Exception):
    """What comes after the cursor is not kept any more, or was never of this log."""

    def __init__(self, resume: Cursor) -> None:
        super().__init__("The log does not go back that far.")
        self.resume = resume


_READ = """
    SELECT horizon, next_xid, first.xid, first.event_id,
           EXISTS (SELECT FROM tasks_app_clusterevent WHERE xid >= horizon), line.*
      FROM (SELECT pg_snapshot_xmin(s)::text::bigint AS horizon,
                   pg_snapshot_xmax(s)::text::bigint AS next_xid
              FROM pg_current_snapshot() AS s) AS snapshot
      LEFT JOIN tasks_app_prunedlog AS first ON true
      LEFT JOIN LATERAL (
           SELECT {columns},
                  sum(cardinality(task_ids)) OVER (ORDER BY xid, id) - cardinality(task_ids)
             FROM (SELECT * FROM tasks_app_clusterevent
                    WHERE (xid, id) > (%s, %s) AND xid < horizon {condition}
                    ORDER BY xid, id LIMIT {limit}) AS next
           ) AS line ({columns}, changes_before) ON changes_before < %s
     ORDER BY line.xid, line.id
""".format(columns=", ".join(EventRow._fields), limit=PAGE_EVENTS_MAX, condition="{condition}")


def read(after: Cursor, task_ids: Collection[UUID] | None = None) -> Page:
    """What comes next, or of that only the lines about one of these tasks.

    Raises GapError.
    """
    # A line of which some tasks have not been seen is read again.
    start = (after.xid, after.id if after.seen == _WHOLE_LINE else after.id - 1)
    condition = "" if task_ids is None else "AND task_ids && %s::uuid[]"
    params: list[Any] = [
        *start,
        *([] if task_ids is None else [list(task_ids)]),
        PAGE_CHANGES_ENOUGH,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_READ.format(condition=condition), params)
        rows = cursor.fetchall()
    horizon, next_xid, pruned_xid, pruned_id, is_blocked = rows[0][:5]
    if pruned_xid is not None and after < (pruned := Cursor(pruned_xid, pruned_id)):
        raise GapError(pruned)
    if after.xid > next_xid:
        raise GapError(Cursor(horizon, 0))
    lines = [EventRow._make(row[5:-1]) for row in rows if row[5] is not None]
    changes = sum(len(line.task_ids) for line in lines)
    is_last = len(lines) < PAGE_EVENTS_MAX and changes < PAGE_CHANGES_ENOUGH
    end = max(after, Cursor(horizon, 0)) if is_last else lines[-1].end
    return Page(lines, end, is_last, is_blocked)


_READ_BACK = """
    SELECT {columns} FROM tasks_app_clusterevent
     WHERE (xid, id) < (%s, %s) AND xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
           {{condition}}
     ORDER BY xid DESC, id DESC LIMIT %s
""".format(columns=", ".join(EventRow._fields))


def read_back(before: Cursor, count: int, kinds: Collection[str] | None = None) -> list[EventRow]:
    """The last so many lines before this one, in order; of these kinds."""
    condition = "" if kinds is None else "AND kind = ANY(%s)"
    params: list[Any] = [*before[:2], *([] if kinds is None else [list(kinds)]), count]
    with connection.cursor() as cursor:
        cursor.execute(_READ_BACK.format(condition=condition), params)
        return [EventRow._make(row) for row in reversed(cursor.fetchall())]


def cursor_after(line: EventRow | ClusterEvent, index: int) -> Cursor:
    """The place right after what happened to one of the line's tasks."""
    is_last = index + 1 == len(line.task_ids)
    return Cursor(line.xid, line.id) if is_last else Cursor(line.xid, line.id, index + 1)


def head() -> Cursor:
    """Where to go on from, so as to miss nothing that is not visible yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        [(oldest_running,)] = cursor.fetchall()
    return Cursor(oldest_running, 0)


def tasks_changed(tasks: Iterable[Transition], *, node: str = "", kind: str = "") -> None:
    """Append transitions of tasks, one row for those of one queue that changed alike.

    Args:
        tasks: The transitions.
        node: The name of the node that made them.
        kind: The kind of event, where the statuses do not determine it.
    """
    alike: dict[tuple[str, str, str, str], list[Transition]] = defaultdict(list)
    for task in tasks:
        alike[task.queue, task.previous, task.status, task.failed_message].append(task)
    for way, group in alike.items():
        for start in range(0, len(group), EVENT_TASKS_MAX):
            _append_line(kind, node, way, group[start : start + EVENT_TASKS_MAX])
    if alike:
        notifier.notify_after_commit()


def _append_line(
    kind: str, node: str, way: tuple[str, str, str, str], group: Sequence[Transition]
) -> None:
    queue, previous, status, message = way
    actor = actors.current()
    ended_runs = group if previous == Status.RUNNING and status in Task.TERMINAL else []
    columns: list[Any] = [
        kind or _KINDS[previous, status],
        node,
        queue,
        previous,
        status,
        _with_reason(message),
        [task.id for task in group],
        [task.version for task in group],
        [task.attempt for task in group],
        [task.wait_ms for task in ended_runs],
        [task.run_ms for task in ended_runs],
        actor.name,
        actor.token_id,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, columns)


def tasks_deleted(kind: str, tasks: Iterable[tuple[str, str, UUID]]) -> None:
    """Append that tasks are gone: rows of queue, status, id."""
    alike: dict[tuple[str, str], list[UUID]] = defaultdict(list)
    for queue, status, id in tasks:
        alike[queue, status].append(id)
    actor = actors.current()
    ClusterEvent.objects.bulk_create(
        ClusterEvent(
            kind=kind,
            queue=queue,
            previous_status=status,
            task_ids=ids,
            actor=actor.name,
            token_id=actor.token_id,
            message=actor.reason,
        )
        for (queue, status), ids in alike.items()
    )
    notifier.notify_after_commit()


def schedules_changed(kind: str, ids: Iterable[UUID], *, message: str = "") -> None:
    """Append what happened to these schedules."""
    _append(kind=kind, schedule_ids=list(ids), message=message)


def schedule_changed(kind: str, id: UUID, task: Task, *, previous_queue: str = "") -> None:
    """Append what happened to a schedule and, with it, to its task."""
    _append(
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


def node_changed(kind: str, node: WorkerNode, *, message: str = "") -> None:
    """Append what happened to a node, or what it was ordered to do."""
    _append(kind=kind, node=node, message=message)


def queue_changed(kind: str, queue: str, *, message: str = "") -> None:
    """Append what happened to a queue."""
    _append(kind=kind, queue=queue, message=message)


def token_changed(kind: str, token: ApiToken) -> None:
    """Append what happened to a token."""
    role = Role(token.role).name
    _append(kind=kind, message=f"{token.name} ({role}, {token.hint}…)")


def _append(*, message: str = "", **columns: Any) -> None:
    actor = actors.current()
    ClusterEvent.objects.create(
        actor=actor.name, token_id=actor.token_id, message=_with_reason(message), **columns
    )
    notifier.notify_after_commit()


def _with_reason(message: str) -> str:
    """What happened, and why whoever calls did it."""
    return ": ".join(filter(None, (message, actors.current().reason)))


def histories(task_ids: Sequence[UUID]) -> dict[UUID, list[tuple[ClusterEvent, int]]]:
    """Each task's lines of the log, oldest first, with its index in each."""
    found: dict[UUID, list[tuple[ClusterEvent, int]]] = {id: [] for id in task_ids}
    lines = ClusterEvent.objects.filter(task_ids__overlap=list(task_ids))
    for line in lines.select_related("node").order_by("xid", "id"):
        for index, id in enumerate(line.task_ids):
            if id in found:
                found[id].append((line, index))
    return found


def delete_before(time: datetime, limit: int, *, rolled_up_until: int) -> int:
    """Forget the oldest events, as far as they are older than this; answers how many.

    Those from the transaction `rolled_up_until` on have not been counted yet (see `metrics.py`) and
    stay. What was forgotten is noted, so that who comes with an older cursor is told.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH old AS (
                SELECT id FROM tasks_app_clusterevent WHERE at < %s AND xid < %s
                 ORDER BY id LIMIT %s
            ), gone AS (
                DELETE FROM tasks_app_clusterevent e USING old WHERE e.id = old.id
                RETURNING e.xid, e.id
            ), noted AS (
                INSERT INTO tasks_app_prunedlog AS p (id, xid, event_id)
                SELECT 1, xid, id FROM gone ORDER BY xid DESC, id DESC LIMIT 1
                ON CONFLICT (id) DO UPDATE SET xid = excluded.xid, event_id = excluded.event_id
                 WHERE (p.xid, p.event_id) < (excluded.xid, excluded.event_id)
            )
            SELECT count(*) FROM gone
            """,
            [time, rolled_up_until, limit],
        )
        [(deleted,)] = cursor.fetchall()
    return int(deleted)
