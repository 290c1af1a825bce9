"""Statistics of tasks: counts by status, rates and percentiles.

Their cost does not grow with the log. `roll_up` adds each event once to `TaskCount` and
`StatsPeriod`, a moment after it was written. Readers add the events since then in the same
statement, so a change counts as soon as it is committed. Events are read in the order of
``(xid, id)`` and rolled up only below the oldest running transaction, because no event can appear
there any more.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any, NamedTuple
from uuid import UUID

from django.utils import timezone

from tasks_app.models import (
    StatsPeriod,
    StatsWatermark,
    Task,
    TaskCount,
)
from tasks_app.sql.db import fetch
from tasks_app.sql.transactions import in_transaction

# Four buckets to each doubling: a percentile is off by 9 % at most.
BUCKETS_PER_DOUBLING = 4
ROWS_PER_BATCH = 2_000
# Spans by seconds, each with how long it is kept.
KEPT = {10: timedelta(hours=1), 60: timedelta(days=1), 600: timedelta(days=1)}
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

Status = Task.Status

_NOT_ROLLED_UP = """
    tasks_app_clusterevent WHERE (xid, id) > (
        coalesce((SELECT xid FROM tasks_app_statswatermark LIMIT 1), 0),
        coalesce((SELECT event_id FROM tasks_app_statswatermark LIMIT 1), 0))
"""
_LINE = """
    xid, id, at, node_id AS node, queue, previous_queue, previous_status, status,
    cardinality(task_ids) AS tasks, waits_ms, runs_ms
"""


class Window(IntEnum):
    """How far back to look, in seconds; none for all time."""

    MINUTE = 60
    FIVE_MINUTES = 300
    HOUR = 3600
    ALL_TIME = 0


class EventTotals(NamedTuple):
    """Of a line of the log, what counts."""

    xid: int
    id: int
    at: datetime
    node: UUID | None
    queue: str
    previous_queue: str
    previous_status: str
    status: str
    tasks: int
    waits_ms: list[int]
    runs_ms: list[int]

    @property
    def is_end(self) -> bool:
        return self.status in Task.TERMINAL and self.previous_status not in Task.TERMINAL


@dataclass
class TaskStats:
    """What ended, and how many of the runs fell into which bucket of milliseconds."""

    seconds: float = 0
    succeeded: int = 0
    failed: int = 0
    cancelled: int = 0
    wait_ms: int = 0
    run_ms: int = 0
    wait: Counter[int] = field(default_factory=Counter)
    run: Counter[int] = field(default_factory=Counter)
    total: Counter[int] = field(default_factory=Counter)

    @property
    def finished(self) -> int:
        return self.succeeded + self.failed + self.cancelled

    @property
    def per_second(self) -> float:
        return self.finished / self.seconds if self.seconds else 0.0

    def add_line(self, line: EventTotals) -> None:
        name = {Status.SUCCESS: "succeeded", Status.FAILED: "failed"}.get(
            Status(line.status), "cancelled"
        )
        setattr(self, name, getattr(self, name) + line.tasks)
        for wait, run in zip(line.waits_ms, line.runs_ms, strict=True):
            self.wait_ms += max(wait, 0)
            self.run_ms += run
            self.wait[bucket(wait)] += 1
            self.run[bucket(run)] += 1
            self.total[bucket(wait + run)] += 1

    def add(self, row: Mapping[str, Any]) -> None:
        for name in ("succeeded", "failed", "cancelled", "wait_ms", "run_ms"):
            setattr(self, name, getattr(self, name) + row[name])
        for name in ("wait", "run", "total"):
            getattr(self, name).update({int(key): n for key, n in row[name].items()})


def sum_of(stats: Iterable[TaskStats]) -> TaskStats:
    """All of them together, over the same time."""
    whole = TaskStats()
    for one in stats:
        whole.seconds = one.seconds
        whole.add(vars(one))
    return whole


def bucket(ms: float) -> int:
    """0 below a millisecond; bucket n reaches up to ``2 ** (n / 4)``."""
    return 0 if ms < 1 else 1 + int(math.log2(ms) * BUCKETS_PER_DOUBLING)


def bucket_end(number: int) -> float:
    """In milliseconds; what is there belongs to the next one."""
    return float(2 ** (number / BUCKETS_PER_DOUBLING))


def percentile(histogram: Mapping[int, int], percent: float) -> float | None:
    """In milliseconds, the middle of the bucket that holds it; None of nothing."""
    wanted = sum(histogram.values()) * percent / 100
    for number in sorted(histogram):
        wanted -= histogram[number]
        if wanted <= 0:
            return bucket_end(number) / 2 ** (0.5 / BUCKETS_PER_DOUBLING) if number else 0.5
    return None


def task_counts() -> dict[tuple[str, str], int]:
    """How many tasks there are, by queue and status. Exact."""
    rows = fetch(
        f"""
        WITH recent AS (SELECT {_LINE} FROM {_NOT_ROLLED_UP})
        SELECT queue, status, sum(n)::bigint FROM (
            SELECT queue, status, count AS n FROM tasks_app_taskcount
            UNION ALL SELECT queue, status, tasks FROM recent WHERE status <> ''
            UNION ALL SELECT coalesce(nullif(previous_queue, ''), queue), previous_status, -tasks
                        FROM recent WHERE previous_status <> ''
        ) AS change GROUP BY queue, status
        """,
        [],
    )
    return {(queue, status): count for queue, status, count in rows if status and count}


def queue_stats(window: Window) -> dict[str, TaskStats]:
    """What ended lately, or ever, by queue."""
    return _stats(window, "queue")


def node_stats(window: Window) -> dict[UUID, TaskStats]:
    """What ended lately, or ever, by the id of the node."""
    return {UUID(id): stats for id, stats in _stats(window, "node").items()}


def history(window: Window) -> dict[datetime, TaskStats]:
    """What ended lately in all queues, span by span; the last one is not over yet."""
    size = 60 if window == Window.HOUR else 10
    now = timezone.now()
    since = _begin(now - timedelta(seconds=window), size)
    number = int((now - since).total_seconds() // size) + 1
    begins = [since + timedelta(seconds=size * n) for n in range(number)]
    found = {at: TaskStats(min(size, max(1.0, (now - at).total_seconds()))) for at in begins}
    slices, lines = _read(size, since, "queue")
    for row in slices:
        if stats := found.get(datetime.fromisoformat(row["at"])):
            stats.add(row)
    for line in lines:
        if stats := found.get(_begin(line.at, size)):
            stats.add_line(line)
    return found


@in_transaction
def roll_up() -> int:
    """Add the next lines of the log; answers how many. None if another process is at it."""
    if not StatsWatermark.objects.exists():
        StatsWatermark.objects.get_or_create(pk=1)
    place = StatsWatermark.objects.select_for_update(skip_locked=True).first()
    if place is None:
        return 0
    rows = fetch(
        f"""
        SELECT {_LINE} FROM {_NOT_ROLLED_UP}
           AND xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
         ORDER BY xid, id LIMIT %s
        """,
        [ROWS_PER_BATCH],
    )
    lines = [EventTotals._make(row) for row in rows]
    if lines:
        _store_counts(lines)
        _store_slices(lines)
        StatsWatermark.objects.filter(pk=place.pk).update(xid=lines[-1].xid, event_id=lines[-1].id)
    return len(lines)


def rolled_up_until() -> int:
    """Lines of transactions before this one count already."""
    return StatsWatermark.objects.values_list("xid", flat=True).first() or 0


def delete_old() -> None:
    """Forget history that nobody asks for any more."""
    for seconds, kept in KEPT.items():
        StatsPeriod.objects.filter(seconds=seconds, at__lt=timezone.now() - kept).delete()


def _begin(time: datetime, seconds: int) -> datetime:
    """When the span began that holds this time."""
    if not seconds:
        return _EPOCH
    return time - (time - _EPOCH) % timedelta(seconds=seconds)


def _stats(window: Window, scope: str) -> dict[str, TaskStats]:
    size = {Window.ALL_TIME: 0, Window.HOUR: 600}.get(window, 10)
    now = timezone.now()
    since = _begin(now - timedelta(seconds=window), size)
    seconds = (now - since).total_seconds() if size else 0
    slices, lines = _read(size, since, scope)
    found: dict[str, TaskStats] = {}
    for row in slices:
        found.setdefault(row[scope], TaskStats(seconds)).add(row)
    for line in lines:
        if key := getattr(line, scope):
            found.setdefault(str(key), TaskStats(seconds)).add_line(line)
    return found


def _read(size: int, since: datetime, scope: str) -> tuple[list[dict[str, Any]], list[EventTotals]]:
    """The history from this time on, and the lines that are not in them, as of one moment."""
    which = "queue <> ''" if scope == "queue" else "node IS NOT NULL"
    [(slices, lines)] = fetch(
        f"""
        SELECT (SELECT coalesce(json_agg(s), '[]') FROM (
                    SELECT * FROM tasks_app_statsperiod WHERE seconds = %s AND at >= %s AND {which}
               ) AS s),
               (SELECT coalesce(json_agg(l), '[]') FROM (
                    SELECT {_LINE} FROM {_NOT_ROLLED_UP} AND at >= %s AND status = ANY(%s)
               ) AS l)
        """,
        [size, since, since, list(Task.TERMINAL)],
    )
    found = [
        EventTotals(
            **row
            | {"at": datetime.fromisoformat(row["at"])}
            | {"node": UUID(row["node"]) if row["node"] else None}
        )
        for row in lines
    ]
    return slices, [line for line in found if line.is_end]


def _store_counts(lines: Iterable[EventTotals]) -> None:
    changes: Counter[tuple[str, str]] = Counter()
    for line in lines:
        if line.status:
            changes[line.queue, line.status] += line.tasks
        if line.previous_status:
            changes[line.previous_queue or line.queue, line.previous_status] -= line.tasks
    rows = [(*key, change) for key, change in sorted(changes.items()) if change]
    if rows:
        fetch(
            f"""
            INSERT INTO {TaskCount._meta.db_table} AS c (queue, status, count)
            SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[])
            ON CONFLICT (queue, status) DO UPDATE SET count = c.count + excluded.count RETURNING 1
            """,
            [list(column) for column in zip(*rows, strict=True)],
        )


def _store_slices(lines: Iterable[EventTotals]) -> None:
    sums: dict[tuple[int, datetime, str, UUID | None], TaskStats] = {}
    for line in lines:
        if not line.is_end:
            continue
        for seconds in (*KEPT, Window.ALL_TIME):
            begin = _begin(line.at, seconds)
            sums.setdefault((seconds, begin, line.queue, None), TaskStats()).add_line(line)
            if line.node:
                sums.setdefault((seconds, begin, "", line.node), TaskStats()).add_line(line)
    columns = ("succeeded", "failed", "cancelled", "wait_ms", "run_ms", "wait", "run", "total")
    times = {at for _, at, _, _ in sums}
    for row in StatsPeriod.objects.filter(at__in=times):
        if stats := sums.get((row.seconds, row.at, row.queue, row.node)):
            stats.add(vars(row))
    StatsPeriod.objects.bulk_create(
        [
            StatsPeriod(
                **dict(zip(("seconds", "at", "queue", "node"), key, strict=True)),
                **{name: getattr(stats, name) for name in columns},
            )
            for key, stats in sums.items()
        ],
        update_conflicts=True,
        unique_fields=["seconds", "at", "queue", "node"],
        update_fields=columns,
    )
