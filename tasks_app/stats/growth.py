"""Queues whose backlog grows, from the samples of their backlogs."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from tasks_app.models import GaugePeriod
from tasks_app.stats.periods import start_of_period

GROWTH_WINDOW = timedelta(minutes=10)
# The oldest task of a backlog that grows has waited for at least this long.
WAIT_MIN = timedelta(minutes=1)

_PERIOD_SECONDS = 60


@dataclass(frozen=True)
class Backlog:
    """Means of the samples of a queue in one minute; zeros while it has no pending task."""

    pending: float = 0
    oldest_wait: timedelta = timedelta()

    def exceeds(self, other: "Backlog") -> bool:
        """Return whether more tasks are pending, and the oldest one has waited longer."""
        return self.pending > other.pending and self.oldest_wait > other.oldest_wait


def growing() -> dict[str, tuple[Backlog, Backlog]]:
    """Return the queues whose backlog grew in each half of the window, with its first and last.

    In each half, more tasks became pending than started, and the oldest due task waited longer. A
    burst that is worked off does not do so.
    """
    starts = _starts()
    samples: dict[datetime, int] = {}
    queues: dict[str, dict[datetime, Backlog]] = defaultdict(dict)
    rows = GaugePeriod.objects.filter(seconds=_PERIOD_SECONDS, at__in=starts, node=None)
    # The row of the cluster, which has no queue, comes first.
    columns = ("queue", "at", "samples", "pending", "oldest_wait_ms")
    for queue, at, count, pending, wait_ms in rows.order_by("queue").values_list(*columns):
        if not queue:
            samples[at] = count
        elif at in samples:
            wait = timedelta(milliseconds=wait_ms / samples[at])
            queues[queue][at] = Backlog(pending / samples[at], wait)
    if len(samples) < len(starts):
        return {}
    found = {}
    for queue, backlogs in queues.items():
        first, middle, last = (backlogs.get(at, Backlog()) for at in starts)
        grew = last.exceeds(middle) and middle.exceeds(first)
        if grew and last.oldest_wait >= WAIT_MIN:
            found[queue] = first, last
    return found


def _starts() -> list[datetime]:
    """Return the starts of the first, the middle and the last full minute of the window."""
    minute = timedelta(seconds=_PERIOD_SECONDS)
    last = start_of_period(timezone.now(), _PERIOD_SECONDS) - minute
    return [last - GROWTH_WINDOW, last - GROWTH_WINDOW / 2, last]
