"""Finds what needs an operator's attention: blocked tasks, lost nodes, backlogs, failures.

Each rule reads a few rows by index, whatever the number of tasks, so that the dashboard can be
updated every second.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Sum
from django.utils import timezone

from tasks_app import stats
from tasks_app.log import events
from tasks_app.models import Alert, Queue, ScheduleTick, Task, TaskSchedule, Webhook, WorkerNode
from tasks_app.recurrence import recurrence_of
from tasks_app.services.tasks import pending
from tasks_app.services.tasks.pending import Group, Reason
from tasks_app.sql.claiming import claims

# A slot that is free for longer than this, while a task fits it, is an error of the cluster.
IDLE_SECONDS = 5
# Runs that failed within the last five minutes: at least this many, and this share of all.
FAILURES_MIN = 5
FAILURES_SHARE = 0.2
MISSED_WITHIN = timedelta(hours=1)
# Tasks that can never run are counted up to this many, and at most this many schedules are named.
COUNT_MAX = 1_000
SCHEDULES_MAX = 10

Kind = Alert.Kind

# The reasons for which tasks stay pending until an operator acts.
_BLOCKED = {
    Reason.TOO_LARGE: Kind.TOO_LARGE,
    Reason.NO_NODE_FOR_QUEUE: Kind.NO_NODE_FOR_QUEUE,
    Reason.NODES_PAUSED: Kind.NODES_PAUSED,
    Reason.QUEUE_PAUSED: Kind.QUEUE_PAUSED,
}


@dataclass(frozen=True)
class Item:
    """One thing that needs attention.

    `count` is the number of tasks, or of ticks, that it concerns. `since` is when it began, if that
    is known.
    """

    kind: Kind
    message: str
    count: int | None = None
    since: datetime | None = None
    queue: str = ""
    slots: int | None = None
    node: WorkerNode | None = None
    schedule: TaskSchedule | None = None
    webhook: Webhook | None = None


def find() -> list[Item]:
    """Return what needs attention now, in the order of the kinds."""
    groups = pending.groups(Queue.objects.values_list("name", flat=True))
    blocked = list(_blocked(groups))
    items = [
        *(*_lost_nodes(), *blocked, *_idle(groups)),
        *_growing(without={item.queue for item in blocked}),
        *(*_failing(), *_missed(), *_stopped_webhooks()),
    ]
    order = list(Kind)
    return sorted(items, key=lambda item: order.index(item.kind))


def _lost_nodes() -> Iterator[Item]:
    lost = WorkerNode.objects.filter(
        connection=WorkerNode.Connection.OFFLINE, lost_at__isnull=False
    )
    for node in lost:
        yield Item(
            Kind.NODE_LOST,
            f"{node.name} is offline: its heartbeats stopped.",
            since=node.heartbeat_at,
            node=node,
        )


def _blocked(groups: list[Group]) -> Iterator[Item]:
    """Yield an item for each queue and reason, and for each size of tasks that are too large."""
    found: dict[tuple[str, Reason, int | None], list[Group]] = defaultdict(list)
    for group in groups:
        reason = group.pending.reason
        if reason in _BLOCKED:
            slots = group.slots if reason == Reason.TOO_LARGE else None
            found[group.queue, reason, slots].append(group)
    counts = stats.task_counts()
    for (queue, reason, slots), alike in found.items():
        since = min(group.due_at for group in alike)
        count = _count(queue, slots) if slots else counts.get((queue, Task.Status.PENDING), 0)
        yield Item(_BLOCKED[reason], alike[0].pending.message, count, since, queue, slots)


def _count(queue: str, slots: int) -> int:
    alike = Task.objects.filter(queue_id=queue, slots=slots, status=Task.Status.PENDING, run__gt=0)
    return alike[:COUNT_MAX].count()


def _idle(groups: list[Group]) -> Iterator[Item]:
    """Yield groups whose first task fits a node that has not claimed it for some seconds."""
    before = timezone.now() - timedelta(seconds=IDLE_SECONDS)
    waiting = [
        group
        for group in groups
        if group.pending.reason == Reason.WAITING_FOR_SLOT and group.due_at < before
    ]
    for node in claims.nodes() if waiting else ():
        fitting = [
            group
            for group in waiting
            if group.queue in node.capacity.queues and group.slots <= node.capacity.free
        ]
        if node.is_online and node.is_active and fitting:
            free = node.capacity.free
            message = (
                f"{node.capacity.name} has {free} free slot{'' if free == 1 else 's'} and does not"
                f" start the task that is first in queue {fitting[0].queue}."
            )
            since = min(group.due_at for group in fitting)
            yield Item(Kind.SLOTS_IDLE, message, since=since, queue=fitting[0].queue)


def _growing(without: Collection[str]) -> Iterator[Item]:
    """Yield queues whose backlog grows, without those whose tasks wait for another reason."""
    minutes = stats.GROWTH_WINDOW // timedelta(minutes=1)
    for queue, (first, last) in sorted(stats.growing().items()):
        if queue not in without:
            message = (
                f"In the last {minutes} minutes, the backlog of queue {queue} grew from"
                f" {first.pending:,.0f} to {last.pending:,.0f} tasks, and its oldest due task"
                f" waited {last.oldest_wait.total_seconds():,.0f} s instead of"
                f" {first.oldest_wait.total_seconds():,.0f} s."
            )
            yield Item(Kind.BACKLOG_GROWING, message, round(last.pending), queue=queue)


def _failing() -> Iterator[Item]:
    for queue, ended in stats.queue_stats(stats.Window.FIVE_MINUTES).items():
        if ended.failed >= FAILURES_MIN and ended.failed >= FAILURES_SHARE * ended.finished:
            share = round(100 * ended.failed / ended.finished)
            message = f"{share} % of the runs in queue {queue} failed in the last five minutes."
            yield Item(Kind.TASKS_FAILING, message, ended.failed, queue=queue)


def _missed() -> Iterator[Item]:
    recent = ScheduleTick.objects.filter(
        outcome=ScheduleTick.TickOutcome.MISSED, created_at__gt=timezone.now() - MISSED_WITHIN
    )
    by_schedule = recent.order_by().values("schedule_id").annotate(missed=Sum("count"))
    missed = dict(
        by_schedule.order_by("-missed").values_list("schedule_id", "missed")[:SCHEDULES_MAX]
    )
    schedules = TaskSchedule.objects.prefetch_related("tasks").in_bulk(missed)
    for id, schedule in schedules.items():
        ticks = "1 scheduled time" if missed[id] == 1 else f"{missed[id]:,} scheduled times"
        message = f"The schedule {_name(schedule)} missed {ticks} in the last hour."
        yield Item(Kind.TICKS_MISSED, message, missed[id], schedule=schedule)


def _name(schedule: TaskSchedule) -> str:
    """Return the name of a schedule, such as "1 + 2 every 5 minutes"."""
    a, b, when = schedule.task.a, schedule.task.b, recurrence_of(schedule).describe()
    return f"{a} + {b if b >= 0 else f'({b})'} {when[0].lower()}{when[1:]}"


def _stopped_webhooks() -> Iterator[Item]:
    for webhook in Webhook.objects.filter(state__in=Webhook.STOPPED):
        message = f"The webhook {events.webhook_name(webhook)} sends nothing: {webhook.message}"
        yield Item(Kind.WEBHOOK_STOPPED, message, webhook=webhook)
