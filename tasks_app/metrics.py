"""What the log adds up to: counts by status, rates, percentiles. Their cost does not grow with it.

`fold` adds each line once to `TaskCount` and `Slice`, a moment after it was written. Whoever reads
adds the lines since then in the same statement, so a change is counted as soon as it is committed.
Lines are read in the order of ``(xid, id)``, and folded only where nothing can appear any more.
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

from tasks_app.models import Fold, Slice, Task, TaskCount
from tasks_app.sql.db import fetch
from tasks_app.transactions import in_transaction

# Four buckets to each doubling: a percentile is off by 9 % at most.
BUCKETS_PER_DOUBLING = 4
LINES = 2_000
# Spans by seconds, each with how long it is kept.
KEPT = {10: timedelta(hours=1), 60: timedelta(days=1), 600: timedelta(days=1)}
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

Status = Task.Status

_TAIL = """
    tasks_app_clusterevent WHERE (xid, id) > (
        coalesce((SELECT xid FROM tasks_app_fold LIMIT 1), 0),
        coalesce((SELECT event_id FROM tasks_app_fold LIMIT 1), 0))
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


class Line(NamedTuple):
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
class Load:
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

    def add_line(self, line: Line) -> None:
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


def sum_of(loads: Iterable[Load]) -> Load:
    """All of them together, over the same time."""
    whole = Load()
    for load in loads:
        whole.seconds = load.seconds
        whole.add(vars(load))
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
        WITH tail AS (SELECT {_LINE} FROM {_TAIL})
        SELECT queue, status, sum(n)::bigint FROM (
            SELECT queue, status, count AS n FROM tasks_app_taskcount
            UNION ALL SELECT queue, status, tasks FROM tail WHERE status <> ''
            UNION ALL SELECT coalesce(nullif(previous_queue, ''), queue), previous_status, -tasks
                        FROM tail WHERE previous_status <> ''
        ) AS change GROUP BY queue, status
        """,
        [],
    )
    return {(queue, status): count for queue, status, count in rows if status and count}


def queue_loads(window: Window) -> dict[str, Load]:
    """What ended lately, or ever, by queue."""
    return _loads(window, "queue")


def node_loads(window: Window) -> dict[UUID, Load]:
    """What ended lately, or ever, by the id of the node."""
    return {UUID(id): load for id, load in _loads(window, "node").items()}


def spans(window: Window) -> dict[datetime, Load]:
    """What ended lately in all queues, span by span; the last one is not over yet."""
    size = 60 if window == Window.HOUR else 10
    now = timezone.now()
    since = _begin(now - timedelta(seconds=window), size)
    number = int((now - since).total_seconds() // size) + 1
    begins = [since + timedelta(seconds=size * n) for n in range(number)]
    found = {at: Load(min(size, max(1.0, (now - at).total_seconds()))) for at in begins}
    slices, lines = _read(size, since, "queue")
    for row in slices:
        if load := found.get(datetime.fromisoformat(row["at"])):
            load.add(row)
    for line in lines:
        if load := found.get(_begin(line.at, size)):
            load.add_line(line)
    return found


def finished_by_minute(since: datetime) -> dict[datetime, int]:
    """How many tasks reached an end in each minute from this one on; none are left out."""
    slices, lines = _read(60, since, "queue")
    counts: Counter[datetime] = Counter()
    for row in slices:
        minute = datetime.fromisoformat(row["at"])
        counts[minute] += row["succeeded"] + row["failed"] + row["cancelled"]
    for line in lines:
        counts[_begin(line.at, 60)] += line.tasks
    return counts


@in_transaction
def fold() -> int:
    """Add the next lines of the log; answers how many. None if another process is at it."""
    if not Fold.objects.exists():
        Fold.objects.get_or_create(pk=1)
    place = Fold.objects.select_for_update(skip_locked=True).first()
    if place is None:
        return 0
    rows = fetch(
        f"""
        SELECT {_LINE} FROM {_TAIL}
           AND xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
         ORDER BY xid, id LIMIT %s
        """,
        [LINES],
    )
    lines = [Line._make(row) for row in rows]
    if lines:
        _store_counts(lines)
        _store_slices(lines)
        Fold.objects.filter(pk=place.pk).update(xid=lines[-1].xid, event_id=lines[-1].id)
    return len(lines)


def folded_until() -> int:
    """Lines of transactions before this one count already."""
    return Fold.objects.values_list("xid", flat=True).first() or 0


def delete_old() -> None:
    """Forget spans that nobody asks for any more."""
    for seconds, kept in KEPT.items():
        Slice.objects.filter(seconds=seconds, at__lt=timezone.now() - kept).delete()


def _begin(time: datetime, seconds: int) -> datetime:
    """When the span began that holds this time."""
    if not seconds:
        return _EPOCH
    return time - (time - _EPOCH) % timedelta(seconds=seconds)


def _loads(window: Window, scope: str) -> dict[str, Load]:
    size = {Window.ALL_TIME: 0, Window.HOUR: 600}.get(window, 10)
    now = timezone.now()
    since = _begin(now - timedelta(seconds=window), size)
    seconds = (now - since).total_seconds() if size else 0
    slices, lines = _read(size, since, scope)
    found: dict[str, Load] = {}
    for row in slices:
        found.setdefault(row[scope], Load(seconds)).add(row)
    for line in lines:
        if key := getattr(line, scope):
            found.setdefault(str(key), Load(seconds)).add_line(line)
    return found


def _read(size: int, since: datetime, scope: str) -> tuple[list[dict[str, Any]], list[Line]]:
    """The spans from this time on, and the lines that are not in them, as of one moment."""
    which = "queue <> ''" if scope == "queue" else "node IS NOT NULL"
    [(slices, lines)] = fetch(
        f"""
        SELECT (SELECT coalesce(json_agg(s), '[]') FROM (
                    SELECT * FROM tasks_app_slice WHERE seconds = %s AND at >= %s AND {which}
               ) AS s),
               (SELECT coalesce(json_agg(l), '[]') FROM (
                    SELECT {_LINE} FROM {_TAIL} AND at >= %s AND status = ANY(%s)
               ) AS l)
        """,
        [size, since, since, list(Task.TERMINAL)],
    )
    found = [
        Line(
            **row
            | {"at": datetime.fromisoformat(row["at"])}
            | {"node": UUID(row["node"]) if row["node"] else None}
        )
        for row in lines
    ]
    return slices, [line for line in found if line.is_end]


def _store_counts(lines: Iterable[Line]) -> None:
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


def _store_slices(lines: Iterable[Line]) -> None:
    sums: dict[tuple[int, datetime, str, UUID | None], Load] = {}
    for line in lines:
        if not line.is_end:
            continue
        for seconds in (*KEPT, Window.ALL_TIME):
            begin = _begin(line.at, seconds)
            sums.setdefault((seconds, begin, line.queue, None), Load()).add_line(line)
            if line.node:
                sums.setdefault((seconds, begin, "", line.node), Load()).add_line(line)
    columns = ("succeeded", "failed", "cancelled", "wait_ms", "run_ms", "wait", "run", "total")
    times = {at for _, at, _, _ in sums}
    for row in Slice.objects.filter(at__in=times):
        if load := sums.get((row.seconds, row.at, row.queue, row.node)):
            load.add(vars(row))
    Slice.objects.bulk_create(
        [
            Slice(
                **dict(zip(("seconds", "at", "queue", "node"), key, strict=True)),
                **{name: getattr(load, name) for name in columns},
            )
            for key, load in sums.items()
        ],
        update_conflicts=True,
        unique_fields=["seconds", "at", "queue", "node"],
        update_fields=columns,
    )
