"""Appends events to the log, in the transaction of the change that they describe.

So a change and its event are committed together or not at all. Call these functions inside a
transaction.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from tasks_app.access import actors
from tasks_app.log import notifier
from tasks_app.log.cursor import Cursor
from tasks_app.log.pages import EventRow
from tasks_app.models import Alert, ApiToken, ClusterEvent, Role, Task, Webhook, WorkerNode
from tasks_app.sql.db import fetch
from tasks_app.sql.tasks.transitions import Transition

Kind = ClusterEvent.Kind
Status = Task.Status

# Events of more tasks are split, to bound how much a reader reads at once.
EVENT_TASKS_MAX = 1_000

# The kind of event for each pair of statuses, before and after.
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

# Appends an event about tasks.
_INSERT = """
    INSERT INTO tasks_app_clusterevent
           (kind, node_id, queue, previous_status, status, message, task_ids, versions, attempts,
            waits_ms, runs_ms, task_schedule_ids, actor, token_id)
    VALUES (%(kind)s, (SELECT id FROM tasks_app_workernode WHERE name = %(node)s), %(queue)s,
            %(previous_status)s, %(status)s, %(message)s, %(task_ids)s::uuid[],
            %(versions)s::int[], %(attempts)s::int[], %(waits_ms)s::bigint[],
            %(runs_ms)s::bigint[], %(task_schedule_ids)s::uuid[], %(actor)s,
            %(token_id)s)
    RETURNING xid, id
"""


def tasks_changed(tasks: Iterable[Transition], *, node: str = "", kind: str = "") -> list[Cursor]:
    """Append transitions of tasks, as one event for each queue, pair of statuses and message.

    Returns the cursors of the events.

    Args:
        tasks: The transitions.
        node: The name of the node that made them.
        kind: The kind of event, where the statuses do not determine it.
    """
    groups: dict[tuple[str, str, str, str], list[Transition]] = defaultdict(list)
    for task in tasks:
        groups[task.queue, task.previous, task.status, task.failed_message].append(task)
    cursors = [
        _append_transitions(group[start : start + EVENT_TASKS_MAX], node=node, kind=kind)
        for group in groups.values()
        for start in range(0, len(group), EVENT_TASKS_MAX)
    ]
    if groups:
        notifier.notify_after_commit()
    return cursors


def _append_transitions(tasks: Sequence[Transition], *, node: str, kind: str) -> Cursor:
    first = tasks[0]
    actor = actors.current()
    has_ended = first.previous == Status.RUNNING and first.status in Task.TERMINAL
    ended_runs = tasks if has_ended else []
    schedule_ids = [task.schedule_id for task in tasks]
    [position] = fetch(
        _INSERT,
        {
            "kind": kind or _KINDS[first.previous, first.status],
            "node": node,
            "queue": first.queue,
            "previous_status": first.previous,
            "status": first.status,
            "message": _with_reason(first.failed_message),
            "task_ids": [task.id for task in tasks],
            "versions": [task.version for task in tasks],
            "attempts": [task.attempt for task in tasks],
            "waits_ms": [task.wait_ms for task in ended_runs],
            "runs_ms": [task.run_ms for task in ended_runs],
            "task_schedule_ids": schedule_ids if any(schedule_ids) else [],
            "actor": actor.name,
            "token_id": actor.token_id,
        },
    )
    return Cursor(*position)


def tasks_deleted(kind: str, tasks: Iterable[tuple[str, str, UUID]]) -> None:
    """Append the deletion of tasks, given as tuples of queue, status and ID."""
    groups: dict[tuple[str, str], list[UUID]] = defaultdict(list)
    for queue, status, id in tasks:
        groups[queue, status].append(id)
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
        for (queue, status), ids in groups.items()
    )
    notifier.notify_after_commit()


def schedules_changed(kind: str, ids: Iterable[UUID], *, message: str = "") -> None:
    """Append a change of schedules."""
    _append(kind=kind, schedule_ids=list(ids), message=message)


def schedule_changed(kind: str, id: UUID, task: Task, *, previous_queue: str = "") -> None:
    """Append a change of a schedule that also changes its task.

    Args:
        kind: The kind of event.
        id: The ID of the schedule.
        task: The task after the change.
        previous_queue: The queue of the task before the change, if that changed it.
    """
    _append(
        kind=kind,
        schedule_ids=[id],
        queue=task.queue_id,
        previous_queue=previous_queue,
        previous_status="" if kind == Kind.SCHEDULE_CREATED else task.status,
        status="" if kind == Kind.SCHEDULE_DELETED else task.status,
        task_ids=[task.pk],
        task_schedule_ids=[id],
        versions=[task.version],
        attempts=[task.attempt],
    )


def backfills_changed(kind: str, ids: Mapping[UUID, UUID | None], *, message: str = "") -> None:
    """Append a change of backfills, given by ID with their schedules, None if one was deleted."""
    schedule_ids = [id for id in dict.fromkeys(ids.values()) if id]
    _append(kind=kind, backfill_ids=list(ids), schedule_ids=schedule_ids, message=message)


def node_changed(kind: str, node: WorkerNode, *, message: str = "") -> None:
    """Append a change of a node or of its desired state."""
    _append(kind=kind, node=node, message=message)


def node_forgotten(name: str, *, note: str = "") -> None:
    """Append the removal of a node. Its row is gone, so the message contains its name."""
    _append(kind=Kind.NODE_FORGOTTEN, message=f"{name}{note and f': {note}'}")


def queue_changed(kind: str, queue: str, *, message: str = "") -> None:
    """Append a change of a queue."""
    _append(kind=kind, queue=queue, message=message)


def scheduling_changed(*, message: str) -> None:
    """Append a change of the cluster's scheduling policy."""
    _append(kind=Kind.SCHEDULING_CHANGED, message=message)


def calendar_changed(kind: str, name: str) -> None:
    """Append a change of a calendar."""
    _append(kind=kind, message=name)


def token_changed(kind: str, token: ApiToken) -> None:
    """Append a change of an API token."""
    role = Role(token.role).name
    _append(kind=kind, message=f"{token.name} ({role}, {token.hint}…)")


def webhook_changed(kind: str, webhook: Webhook, *, message: str = "") -> None:
    """Append a change of a webhook."""
    _append(kind=kind, message=f"{webhook_name(webhook)}{message and f': {message}'}")


def webhook_name(webhook: Webhook) -> str:
    """Return the host and the ID of a webhook. The rest of its URL may be a secret."""
    return f"{urlsplit(webhook.url).hostname} ({webhook.pk})"


def alert_changed(kind: str, alert: Alert) -> None:
    """Append the opening or the end of an alert, with what it is about."""
    _append(
        kind=kind,
        alert=alert,
        alert_kind=alert.kind,
        message=alert.message,
        queue=alert.queue,
        node_id=alert.node_id,
        schedule_ids=[alert.schedule_id] if alert.schedule_id else [],
    )


def alert_rule_changed(kind: str, *, message: str) -> None:
    """Append a change of the rule for alerts of a kind."""
    _append(kind=Kind.ALERT_RULE_CHANGED, alert_kind=kind, message=f"{kind}: {message}")


def is_about_webhook(event: EventRow, id: UUID) -> bool:
    """Return whether an event is a change of this webhook, or an alert about it."""
    is_about_one = event.kind.startswith("WEBHOOK_") or event.alert_kind == "WEBHOOK_STOPPED"
    return is_about_one and f"({id})" in event.message


def _append(*, message: str = "", **columns: object) -> None:
    actor = actors.current()
    ClusterEvent.objects.create(
        actor=actor.name, token_id=actor.token_id, message=_with_reason(message), **columns
    )
    notifier.notify_after_commit()


def _with_reason(message: str) -> str:
    """Return a message followed by the reason that the actor gave."""
    return ": ".join(filter(None, (message, actors.current().reason)))


# Deletes old events, stores the position of the last one, and returns their number.
_DELETE = """
    WITH old AS (
        SELECT id FROM tasks_app_clusterevent
         WHERE at < %(before)s AND xid < %(rolled_up_until)s
         ORDER BY id
         LIMIT %(limit)s
    ), deleted AS (
        DELETE FROM tasks_app_clusterevent e
         USING old WHERE e.id = old.id
        RETURNING e.xid, e.id
    ), stored AS (
        INSERT INTO tasks_app_prunedlog AS pruned (id, xid, event_id)
        SELECT 1, xid, id FROM deleted ORDER BY xid DESC, id DESC LIMIT 1
        ON CONFLICT (id) DO UPDATE SET xid = excluded.xid, event_id = excluded.event_id
         WHERE (pruned.xid, pruned.event_id) < (excluded.xid, excluded.event_id)
    )
    SELECT count(*) FROM deleted
"""


def delete_before(time: datetime, limit: int, *, rolled_up_until: int) -> int:
    """Delete the oldest events before a time, and return their number.

    The position of the last one is stored, so that readers with an older cursor get a GapError.

    Args:
        time: Events at or after this time are kept.
        limit: The maximum number of events to delete.
        rolled_up_until: Events of this transaction and later ones are kept, because the statistics
            do not include them yet (see `tasks_app/stats/rollup.py`).
    """
    params = {"before": time, "rolled_up_until": rolled_up_until, "limit": limit}
    [(count,)] = fetch(_DELETE, params)
    return int(count)
