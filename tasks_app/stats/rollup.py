"""Rolls the event log up into `TaskCount` and `StatsPeriod`, each event once.

Events are read in the order of ``(xid, id)`` and only below the oldest running transaction, because
no event can appear there later.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from tasks_app.models import GaugePeriod, StatsPeriod, StatsWatermark, WorkerNode
from tasks_app.sql.db import columns, fetch
from tasks_app.sql.transactions import in_transaction
from tasks_app.stats.periods import RETENTION, start_of_period
from tasks_app.stats.queries import Window
from tasks_app.stats.totals import (
    EVENT_COLUMNS,
    NOT_ROLLED_UP,
    EventTotals,
    TaskStats,
)

# The number of events that are rolled up in one transaction.
BATCH = 2_000

# Returns the next events.
_NEXT = f"""
    SELECT {EVENT_COLUMNS} FROM {NOT_ROLLED_UP}
       AND xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
     ORDER BY xid, id
     LIMIT {BATCH}
"""
# Adds to the numbers of tasks.
_ADD_COUNTS = """
    INSERT INTO tasks_app_taskcount AS c (queue, status, count)
    SELECT * FROM unnest(%(queues)s::text[], %(statuses)s::text[], %(changes)s::bigint[])
    ON CONFLICT (queue, status) DO UPDATE SET count = c.count + excluded.count
"""


@in_transaction
def roll_up() -> int:
    """Roll up the next events. Opens a transaction.

    Returns:
        The number of events; 0 also if another process is rolling up.
    """
    if not StatsWatermark.objects.exists():
        StatsWatermark.objects.get_or_create(pk=1)
    watermark = StatsWatermark.objects.select_for_update(skip_locked=True).first()
    if watermark is None:
        return 0
    events = [EventTotals._make(row) for row in fetch(_NEXT)]
    if events:
        _add_counts(events)
        _add_to_periods(events)
        last = events[-1]
        StatsWatermark.objects.filter(pk=watermark.pk).update(xid=last.xid, event_id=last.id)
    return len(events)


def rolled_up_until() -> int:
    """Return the transaction below which all events have been rolled up."""
    return StatsWatermark.objects.values_list("xid", flat=True).first() or 0


def delete_old() -> None:
    """Delete periods that are past their retention, and those of all time of removed nodes.

    The removal of a node cannot delete them, because its last events may be rolled up later.
    """
    for seconds, retention in RETENTION.items():
        before = timezone.now() - retention
        StatsPeriod.objects.filter(seconds=seconds, at__lt=before).delete()
        GaugePeriod.objects.filter(seconds=seconds, at__lt=before).delete()
    of_nodes = StatsPeriod.objects.filter(seconds=Window.ALL_TIME, node__isnull=False)
    of_nodes.exclude(node__in=WorkerNode.objects.values("pk")).delete()


def _add_counts(events: Iterable[EventTotals]) -> None:
    changes: Counter[tuple[str, str]] = Counter()
    for event in events:
        if event.status:
            changes[event.queue, event.status] += event.tasks
        if event.previous_status:
            changes[event.previous_queue or event.queue, event.previous_status] -= event.tasks
    rows = [(*key, change) for key, change in sorted(changes.items()) if change]
    if rows:
        fetch(_ADD_COUNTS, columns(("queues", "statuses", "changes"), rows))


def _add_to_periods(events: Iterable[EventTotals]) -> None:
    sums: dict[tuple[int, datetime, str, UUID | None], TaskStats] = {}
    for event in events:
        if not event.is_end:
            continue
        for seconds in (*RETENTION, Window.ALL_TIME):
            start = start_of_period(event.at, seconds)
            for queue, node in _scopes(event):
                sums.setdefault((seconds, start, queue, node), TaskStats()).add_event(event)
    for row in StatsPeriod.objects.filter(at__in={at for _, at, _, _ in sums}):
        if stats := sums.get((row.seconds, row.at, row.queue, row.node)):
            stats.add(vars(row))
    _store_periods(sums)


def _scopes(event: EventTotals) -> Iterator[tuple[str, UUID | None]]:
    """Yield the queue and the node of each row of `StatsPeriod` that counts an event."""
    yield "", None
    yield event.queue, None
    if event.node:
        yield "", event.node


def _store_periods(sums: dict[tuple[int, datetime, str, UUID | None], TaskStats]) -> None:
    names = ("succeeded", "failed", "cancelled", "wait_ms", "run_ms", "wait", "run", "total")
    StatsPeriod.objects.bulk_create(
        [
            StatsPeriod(
                seconds=seconds,
                at=at,
                queue=queue,
                node=node,
                **{name: getattr(stats, name) for name in names},
            )
            for (seconds, at, queue, node), stats in sums.items()
        ],
        update_conflicts=True,
        unique_fields=["seconds", "at", "queue", "node"],
        update_fields=names,
    )
