"""The decisions on the scheduled times of a schedule that are due. Pure."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol
from uuid import UUID

from django.db.models import TextChoices

from tasks_app.recurrence.calendars import ExcludedTimes, Exclusions
from tasks_app.recurrence.cron import Cron
from tasks_app.recurrence.excluding import Excluding
from tasks_app.recurrence.kinds import INSTANT, Interval, Once, Recurrence


class Overlap(TextChoices):
    SKIP = "SKIP", "Skip a scheduled time while the previous run has not ended"
    QUEUE_ONE = "QUEUE_ONE", "Queue one run until the previous run has ended"


class TickOutcome(TextChoices):
    FIRED = "FIRED", "It started a run"
    SKIPPED = "SKIPPED", "The rules of the schedule prevented a run"
    MISSED = "MISSED", "No scheduler ran in time"


class TickReason(TextChoices):
    OVERLAP = "OVERLAP", "The previous run had not ended"
    PAUSED = "PAUSED", "The schedule was paused"
    LIMIT = "LIMIT", "The schedule has ended"
    TRIGGERED = "TRIGGERED", "A client triggered it"


class Rule(Protocol):
    """The parameters of a recurrence: `interval`, or `cron`, or neither for one time."""

    @property
    def scheduled_at(self) -> datetime: ...
    @property
    def interval(self) -> int | None: ...
    @property
    def cron(self) -> str: ...
    @property
    def time_zone(self) -> str: ...
    @property
    def on_gap(self) -> str: ...
    @property
    def on_fold(self) -> str: ...


def recurrence_of(rule: Rule, calendars: Sequence[ExcludedTimes] = ()) -> Recurrence:
    """Return the recurrence of a schedule, without the times that calendars exclude."""
    if calendars:
        return Excluding(recurrence_of(rule), Exclusions(calendars))
    if rule.interval is not None:
        return Interval(rule.scheduled_at, rule.interval)
    if rule.cron:
        return Cron(rule.cron, rule.time_zone, rule.scheduled_at, rule.on_gap, rule.on_fold)
    return Once(rule.scheduled_at)


class ScheduleState(NamedTuple):
    """A schedule at one moment: its rules, its progress, and whether its task is free.

    `calendars` is a JSON list of its calendars, or None if it has none.
    """

    id: UUID
    task_id: UUID
    run: int
    is_free: bool
    scheduled_at: datetime
    interval: int | None
    cron: str
    time_zone: str
    on_gap: str
    on_fold: str
    calendars: str | None
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
    def recurrence(self) -> Recurrence:
        """The scheduled times, without limits."""
        if not self.calendars:
            return recurrence_of(self)
        rows = json.loads(self.calendars)
        return recurrence_of(self, [ExcludedTimes.from_json(row) for row in rows])


@dataclass(frozen=True, slots=True)
class TickGroup:
    """The outcome of a scheduled time, or of several of which it is the last."""

    nominal_at: datetime
    count: int
    outcome: TickOutcome
    reason: str = ""


class Decision(NamedTuple):
    """The outcomes of the scheduled times that were due, and the schedule's state after them."""

    tick_groups: list[TickGroup]
    next_run_at: datetime | None
    queued_at: datetime | None


def runs_left(max_runs: int | None, fired: int, queued_at: datetime | None) -> int | None:
    """Return how many more scheduled times may fire. A queued run counts as fired."""
    if max_runs is None:
        return None
    return max(0, max_runs - fired - (queued_at is not None))


def decide(due: ScheduleState) -> Decision:
    """Decide on the scheduled times from `next_run_at` until now.

    The first one beyond a limit ends the schedule.
    """
    first = due.next_run_at
    if first is None or first > due.now:
        return Decision([], first, due.queued_at)
    is_exhausted = runs_left(due.max_runs, due.fired, due.queued_at) == 0
    if is_exhausted or (due.ends_at is not None and first > due.ends_at):
        return Decision([_closing(first)], None, due.queued_at)
    recurrence = due.recurrence
    last = recurrence.last_until(min(due.now, due.ends_at or due.now))
    if last is None or last < first:
        # The time zone's rules or a calendar have changed since `next_run_at` was computed.
        return Decision([], recurrence.first_after(due.now), due.queued_at)
    decide_until = _while_paused if due.paused_at else _while_active
    tick_groups, queued_at = decide_until(due, recurrence, first, last)
    following = recurrence.first_after(last)
    if following is not None and following <= due.now:
        return Decision([*tick_groups, _closing(following)], None, queued_at)
    return Decision(tick_groups, following, queued_at)


def _while_active(
    due: ScheduleState, recurrence: Recurrence, first: datetime, last: datetime
) -> tuple[list[TickGroup], datetime | None]:
    """The last scheduled time starts a run if it is not too late; those before it are missed."""
    if due.now - last > timedelta(seconds=due.misfire_grace):
        return _alike(recurrence, first, last, TickOutcome.MISSED), due.queued_at
    tick_groups = _alike_before(recurrence, first, last)
    if due.is_free and due.queued_at is None:
        return [*tick_groups, TickGroup(last, 1, TickOutcome.FIRED)], None
    if due.overlap == Overlap.QUEUE_ONE and due.queued_at is None:
        return tick_groups, last
    return [
        *tick_groups,
        TickGroup(last, 1, TickOutcome.SKIPPED, TickReason.OVERLAP),
    ], due.queued_at


def _while_paused(
    due: ScheduleState, recurrence: Recurrence, first: datetime, last: datetime
) -> tuple[list[TickGroup], datetime | None]:
    """Scheduled times before the pause are missed; those since then are skipped."""
    assert due.paused_at is not None
    missed = _alike_before(recurrence, first, min(due.paused_at, last + INSTANT))
    since = recurrence.first_after(max(first, due.paused_at) - INSTANT)
    if since is None:
        return missed, due.queued_at
    paused = _alike(recurrence, since, last, TickOutcome.SKIPPED, TickReason.PAUSED)
    return [*missed, *paused], due.queued_at


def _alike_before(recurrence: Recurrence, first: datetime, end: datetime) -> list[TickGroup]:
    """Return the missed ticks from the first one, earlier than a time."""
    last = recurrence.last_until(end - INSTANT)
    return [] if last is None else _alike(recurrence, first, last, TickOutcome.MISSED)


def _alike(
    recurrence: Recurrence, first: datetime, last: datetime, outcome: TickOutcome, reason: str = ""
) -> list[TickGroup]:
    if first > last:
        return []
    return [TickGroup(last, recurrence.count(first, last), outcome, reason)]


def _closing(tick: datetime) -> TickGroup:
    return TickGroup(tick, 1, TickOutcome.SKIPPED, TickReason.LIMIT)
