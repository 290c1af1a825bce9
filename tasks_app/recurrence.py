"""The grid of a schedule and what becomes of its ticks. Pure: times come in, decisions go out."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import NamedTuple
from uuid import UUID

from django.db.models import TextChoices

# No schedule begins earlier, or ticks later: datetimes end soon after.
EARLIEST = datetime(1000, 1, 1, tzinfo=UTC)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)

_INSTANT = timedelta(microseconds=1)


class Overlap(TextChoices):
    SKIP = "SKIP", "Skip a tick that comes while the last run is not finished"
    QUEUE_ONE = "QUEUE_ONE", "Keep one such tick and run it afterwards"


class TickOutcome(TextChoices):
    FIRED = "FIRED", "It started a run"
    SKIPPED = "SKIPPED", "The rules of the schedule kept it from starting one"
    MISSED = "MISSED", "No scheduler was there in time"


class TickReason(TextChoices):
    OVERLAP = "OVERLAP", "The last run was not finished"
    PAUSED = "PAUSED", "The schedule was paused"
    LIMIT = "LIMIT", "The schedule is over"
    TRIGGERED = "TRIGGERED", "Somebody asked for it"


@dataclass(frozen=True, slots=True)
class Recurrence:
    """The times ``scheduled_at + k * interval`` for k = 0, 1, 2, …"""

    scheduled_at: datetime
    interval: int

    @property
    def step(self) -> timedelta:
        return timedelta(seconds=self.interval)

    def first_after(self, time: datetime) -> datetime:
        if time < self.scheduled_at:
            return self.scheduled_at
        return self.last_until(time) + self.step

    def last_until(self, time: datetime) -> datetime:
        """The last tick at this time or before. There must be one."""
        return self.scheduled_at + (time - self.scheduled_at) // self.step * self.step

    def count(self, first: datetime, last: datetime) -> int:
        """How many ticks there are from the one to the other, both included."""
        return (last - first) // self.step + 1

    def upcoming(
        self,
        first: datetime | None,
        count: int,
        *,
        ends_at: datetime | None,
        runs_left: int | None,
    ) -> list[datetime]:
        """This tick and those that follow, as far as the limits let them fire."""
        if first is None:
            return []
        if runs_left is not None:
            count = min(count, runs_left)
        end = min(ends_at or LATEST, LATEST)
        ticks = (first + k * self.step for k in range(count))
        return list(takewhile(lambda tick: tick <= end, ticks))


class ScheduleState(NamedTuple):
    """A schedule at one moment: its rules, how far it is, and whether its task is free."""

    id: UUID
    task_id: UUID
    run: int
    is_free: bool
    scheduled_at: datetime
    interval: int
    overlap: str
    misfire_grace: int
    ends_at: datetime | None
    max_runs: int | None
    jitter: int
    paused_at: datetime | None
    next_run_at: datetime | None
    queued_at: datetime | None
    fired: int
    now: datetime

    @property
    def grid(self) -> Recurrence:
        return Recurrence(self.scheduled_at, self.interval)


@dataclass(frozen=True, slots=True)
class TickGroup:
    """What became of a tick, or alike of several up to it."""

    nominal_at: datetime
    count: int
    outcome: TickOutcome
    reason: str = ""


class Decision(NamedTuple):
    """What became of the ticks that were due, and where the schedule stands then."""

    tick_groups: list[TickGroup]
    next_run_at: datetime | None
    queued_at: datetime | None


def runs_left(max_runs: int | None, fired: int, queued_at: datetime | None) -> int | None:
    """How many more ticks may fire. One that is kept for later has its run already."""
    if max_runs is None:
        return None
    return max(0, max_runs - fired - (queued_at is not None))


def decide(due: ScheduleState) -> Decision:
    """What becomes of the ticks from `next_run_at` until now.

    The first one beyond a limit closes the schedule: no tick follows it.
    """
    first = due.next_run_at
    if first is None or first > due.now:
        return Decision([], first, due.queued_at)
    is_exhausted = runs_left(due.max_runs, due.fired, due.queued_at) == 0
    if is_exhausted or (due.ends_at is not None and first > due.ends_at):
        return Decision([_closing(first)], None, due.queued_at)
    last = due.grid.last_until(min(due.now, due.ends_at or due.now))
    decide_until = _while_paused if due.paused_at else _while_active
    tick_groups, queued_at = decide_until(due, first, last)
    following = last + due.grid.step
    if following <= due.now:
        return Decision([*tick_groups, _closing(following)], None, queued_at)
    return Decision(tick_groups, following, queued_at)


def _while_active(
    due: ScheduleState, first: datetime, last: datetime
) -> tuple[list[TickGroup], datetime | None]:
    """The last of them counts if it is not too late. Those before it would only come in a heap."""
    if due.now - last > timedelta(seconds=due.misfire_grace):
        return _alike(due.grid, first, last, TickOutcome.MISSED), due.queued_at
    tick_groups = _alike(due.grid, first, last - due.grid.step, TickOutcome.MISSED)
    if due.is_free and due.queued_at is None:
        return [*tick_groups, TickGroup(last, 1, TickOutcome.FIRED)], None
    if due.overlap == Overlap.QUEUE_ONE and due.queued_at is None:
        return tick_groups, last
    return [
        *tick_groups,
        TickGroup(last, 1, TickOutcome.SKIPPED, TickReason.OVERLAP),
    ], due.queued_at


def _while_paused(
    due: ScheduleState, first: datetime, last: datetime
) -> tuple[list[TickGroup], datetime | None]:
    """What was due before the pause has been missed."""
    assert due.paused_at is not None
    grid = due.grid
    paused_from = max(first, grid.first_after(due.paused_at - _INSTANT))
    missed = _alike(grid, first, min(paused_from - grid.step, last), TickOutcome.MISSED)
    paused = _alike(grid, paused_from, last, TickOutcome.SKIPPED, TickReason.PAUSED)
    return [*missed, *paused], due.queued_at


def _alike(
    grid: Recurrence, first: datetime, last: datetime, outcome: TickOutcome, reason: str = ""
) -> list[TickGroup]:
    return [TickGroup(last, grid.count(first, last), outcome, reason)] if first <= last else []


def _closing(tick: datetime) -> TickGroup:
    return TickGroup(tick, 1, TickOutcome.SKIPPED, TickReason.LIMIT)
