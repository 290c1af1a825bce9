"""Samples of what changes all the time: the backlog of queues, and the use of slots."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from tasks_app.models import GaugePeriod, Task
from tasks_app.sql import due
from tasks_app.sql.claiming import claims
from tasks_app.sql.db import columns, fetch
from tasks_app.sql.transactions import in_transaction
from tasks_app.stats.counts import task_counts
from tasks_app.stats.periods import RETENTION, start_of_period

_NAMES = ("queues", "nodes", "pending", "busy_slots", "slots", "oldest_waits_ms")
_SHORTEST, *_LONGER = RETENTION

# Stores the samples of a short period once, and then adds them to the longer ones.
_ADD = """
    WITH sample AS (
        INSERT INTO tasks_app_gaugeperiod
               (seconds, at, samples, queue, node, pending, busy_slots, slots, oldest_wait_ms)
        SELECT %(seconds)s, %(at)s, 1, *
          FROM unnest(%(queues)s::text[], %(nodes)s::uuid[], %(pending)s::bigint[],
                      %(busy_slots)s::bigint[], %(slots)s::bigint[], %(oldest_waits_ms)s::bigint[])
        ON CONFLICT (seconds, at, queue, node) DO NOTHING
        RETURNING queue, node, pending, busy_slots, slots, oldest_wait_ms
    )
    INSERT INTO tasks_app_gaugeperiod AS sum
           (seconds, at, samples, queue, node, pending, busy_slots, slots, oldest_wait_ms)
    SELECT longer.seconds, longer.at, 1, sample.*
      FROM sample, unnest(%(longer_seconds)s::int[], %(longer_starts)s::timestamptz[])
           AS longer (seconds, at)
     ORDER BY 1, 2, 4, 5
    ON CONFLICT (seconds, at, queue, node) DO UPDATE SET
           samples = sum.samples + 1, pending = sum.pending + excluded.pending,
           busy_slots = sum.busy_slots + excluded.busy_slots, slots = sum.slots + excluded.slots,
           oldest_wait_ms = sum.oldest_wait_ms + excluded.oldest_wait_ms
"""

Sample = tuple[str, UUID | None, int, int, int, int]


def take_sample() -> None:
    """Store the backlogs and the slots in use, unless the current period already has a sample."""
    now = timezone.now()
    at = start_of_period(now, _SHORTEST)
    if not GaugePeriod.objects.filter(seconds=_SHORTEST, at=at, queue="", node=None).exists():
        _add(now, at)


@in_transaction
def _add(now: datetime, at: datetime) -> None:
    samples = sorted(_samples(now), key=lambda sample: (sample[0], str(sample[1])))
    params = {
        "seconds": _SHORTEST,
        "at": at,
        "longer_seconds": _LONGER,
        "longer_starts": [start_of_period(now, seconds) for seconds in _LONGER],
    }
    fetch(_ADD, params | columns(_NAMES, samples))


def _samples(now: datetime) -> Iterable[Sample]:
    """Yield the values of each row."""
    pending = Counter[str]()
    for (queue, status), count in task_counts().items():
        if status == Task.Status.PENDING:
            pending[queue] += count
    nodes = [node for node in claims.nodes() if node.is_online]
    busy = {node.id: min(node.capacity.busy, node.capacity.slots) for node in nodes}
    slots = {node.id: node.capacity.slots for node in nodes}
    oldest = due.oldest_by_queue()
    yield "", None, pending.total(), sum(busy.values()), sum(slots.values()), 0
    for queue, count in pending.items():
        wait = now - oldest.get(queue, now)
        yield queue, None, count, 0, 0, max(wait // timedelta(milliseconds=1), 0)
    for id in slots:
        yield "", id, 0, busy[id], slots[id], 0
