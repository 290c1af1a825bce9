"""The decisions on the scheduled times of a schedule that are due. Pure."""

import json
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import NamedTuple, Protocol
from uuid import UUID

from tasks_app.recurrence.calendars import ExcludedTimes, Exclusions
from tasks_app.recurrence.cron import Cron
from tasks_app.recurrence.excluding import Excluding
from tasks_app.recurrence.kinds import INSTANT, Interval, Once, Recurrence
from tasks_app.recurrence.policies import (
    CATCH_UP_MAX,
    ON_TIME_SECONDS,
    CatchUp,
    Overlap,
    TickOutcome,
    TickReason,
)


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

    `overlapping` is the number of runs in tasks of their own that have not ended; it is read for
    the overlap policy ALLOW only. `calendars` is a JSON list of the schedule's calendars, or None
    if it has none.
    """

    id: UUID
    task_id: UUID
    run: int
    is_free: bool
    overlapping: int
    scheduled_at: datetime
    interval: int | None
    cron: str
    time_zone: str
    on_gap: str
    on_fold: str
    calendars: str | None
    overlap: str
    max_concurrent_runs: int
    catch_up: str
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
    def is_idle(self) -> bool:
        """Whether the schedule's task is free, and no run of it is queued."""
        return self.is_free and self.queued_at is None

    @property
    def allows_run(self) -> bool:
        """Whether the overlap policy allows a run now, in the schedule's task or another one."""
        if self.overlap != Overlap.ALLOW:
            return self.is_idle
        return self.overlapping + (not self.is_idle) < self.max_concurrent_runs

    @property
    def recurrence(self) -> Recurrence:
        """The scheduled times, without limits."""
        if not self.calendars:
            return recurrence_of(self)
        rows = json.loads(self.calendars)
        return recurrence_of(self, [ExcludedTimes.from_json(row) for row in rows])


@dataclass(frozen=True, slots=True)
class TickGroup:
    """The outcome of a scheduled time, or of several of which it is the last.

    `is_overlapping` says that its run is a task of its own.
    """

    nominal_at: datetime
    count: int
    outcome: TickOutcome
    reason: str = ""
    is_overlapping: bool = False


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


class _Outcomes(NamedTuple):
    """The outcomes of the scheduled times until one, and the queued run after them."""

    tick_groups: list[TickGroup]
    until: datetime
    queued_at: datetime | None


_Policy = Callable[[ScheduleState, Recurrence, datetime, datetime], _Outcomes]


def decide(due: ScheduleState) -> Decision:
    """Decide on the scheduled times from `next_run_at` until now.

    The first one beyond a limit ends the schedule. With the catch-up policy ALL, those that wait
    for the previous run stay due.
    """
    return _decide(due, _while_paused if due.paused_at else _while_active)


def cancels_run(due: ScheduleState, decision: Decision) -> bool:
    """Return whether a decision cancels the run that has not ended: a queued one is to follow."""
    is_queued = decision.queued_at is not None and decision.queued_at != due.queued_at
    return is_queued and due.overlap == Overlap.CANCEL_RUNNING


def decide_missed(due: ScheduleState) -> Decision:
    """Decide that the scheduled times from `next_run_at` until now are missed."""
    return _decide(due, _missed)


def _decide(due: ScheduleState, policy: _Policy) -> Decision:
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
    tick_groups, until, queued_at = policy(due, recurrence, first, last)
    following = recurrence.first_after(until)
    if following is not None and last < following <= due.now:
        return Decision([*tick_groups, _closing(following)], None, queued_at)
    return Decision(tick_groups, following, queued_at)


def _while_active(
    due: ScheduleState, recurrence: Recurrence, first: datetime, last: datetime
) -> _Outcomes:
    """One scheduled time starts a run if it is not too late; those before it are missed."""
    grace = timedelta(seconds=_grace_seconds(due))
    if due.now - last > grace:
        return _missed(due, recurrence, first, last)
    is_catching_up = due.catch_up == CatchUp.ALL
    if is_catching_up:
        chosen = _first_to_catch_up(recurrence, max(first, due.now - grace), last)
    else:
        chosen = last
    missed = _alike_before(recurrence, first, chosen)
    if due.is_idle if is_catching_up else due.allows_run:
        fired = TickGroup(chosen, 1, TickOutcome.FIRED, is_overlapping=not due.is_idle)
        return _Outcomes([*missed, fired], chosen, due.queued_at)
    if is_catching_up:
        return _Outcomes(missed, chosen - INSTANT, due.queued_at)
    if due.overlap == Overlap.QUEUE_ONE and due.queued_at is None:
        return _Outcomes(missed, chosen, chosen)
    if due.overlap == Overlap.CANCEL_RUNNING:
        return _Outcomes([*missed, *_replaced(due.queued_at)], chosen, chosen)
    skipped = TickGroup(chosen, 1, TickOutcome.SKIPPED, TickReason.OVERLAP)
    return _Outcomes([*missed, skipped], chosen, due.queued_at)


def _replaced(queued_at: datetime | None) -> list[TickGroup]:
    """Return the tick of a queued run that a later one replaces before it has started."""
    if queued_at is None:
        return []
    return [TickGroup(queued_at, 1, TickOutcome.SKIPPED, TickReason.OVERLAP)]


def _grace_seconds(due: ScheduleState) -> int:
    if due.catch_up == CatchUp.NONE:
        return min(due.misfire_grace, ON_TIME_SECONDS)
    return due.misfire_grace


def _first_to_catch_up(recurrence: Recurrence, since: datetime, last: datetime) -> datetime:
    """Return the first scheduled time since a time, of those that may wait until the last one."""
    first = recurrence.first_after(since - INSTANT) or last
    step = recurrence.shortest_step
    if step is None or recurrence.count(first, last) <= CATCH_UP_MAX:
        return first
    window = step * CATCH_UP_MAX
    while recurrence.count(last - window, last) < CATCH_UP_MAX:
        window *= 2
    latest = takewhile(lambda tick: tick <= last, recurrence.after(last - window - INSTANT))
    return deque(latest, maxlen=CATCH_UP_MAX)[0]


def _missed(
    due: ScheduleState, recurrence: Recurrence, first: datetime, last: datetime
) -> _Outcomes:
    """No scheduled time starts a run."""
    missed = _alike(recurrence, first, last, TickOutcome.MISSED)
    return _Outcomes(missed, last, due.queued_at)


def _while_paused(
    due: ScheduleState, recurrence: Recurrence, first: datetime, last: datetime
) -> _Outcomes:
    """Scheduled times before the pause are missed; those since then are skipped."""
    assert due.paused_at is not None
    missed = _alike_before(recurrence, first, min(due.paused_at, last + INSTANT))
    since = recurrence.first_after(max(first, due.paused_at) - INSTANT)
    if since is None:
        return _Outcomes(missed, last, due.queued_at)
    paused = _alike(recurrence, since, last, TickOutcome.SKIPPED, TickReason.PAUSED)
    return _Outcomes([*missed, *paused], last, due.queued_at)


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
