"""The decisions about scheduled times, compared with a model that processes each one."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks_app.recurrence import (
    CATCH_UP_MAX,
    LATEST,
    ON_TIME_SECONDS,
    Dates,
    ExcludedTimes,
    Interval,
    ScheduleState,
    TickGroup,
    cancels_run,
    decide,
    decide_missed,
    runs_left,
    upcoming,
)

START = datetime(2026, 11, 24, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
ID = UUID(int=1)


def at(seconds):
    return START + timedelta(seconds=seconds)


def seconds(time):
    return (time - START).total_seconds()


@dataclass(frozen=True)
class Rules:
    scheduled_at: int
    interval: int
    overlap: str
    catch_up: str
    misfire_grace: int
    ends_at: int | None
    max_runs: int | None


@dataclass
class Ours:
    """A schedule in memory that goes by `decide`, as services and ticking do in the database."""

    rules: Rules
    now: int
    next_run_at: datetime | None = None
    queued_at: datetime | None = None
    paused_at: datetime | None = None
    fired: int = 0
    busy_until: int = -1
    tick_groups: list[tuple[int, str, str]] = field(default_factory=list)

    def __post_init__(self):
        self.next_run_at = self.recurrence.first_after(at(self.now))

    @property
    def recurrence(self):
        return Interval(at(self.rules.scheduled_at), self.rules.interval)

    @property
    def ends_at(self):
        return None if self.rules.ends_at is None else at(self.rules.ends_at)

    def look(self, now, duration):
        is_free = now >= self.busy_until and self.queued_at is None
        if self.rules.catch_up != "ALL" or is_free:
            self.tick(now, duration)

    def tick(self, now, duration, decide=decide):
        state = ScheduleState(
            *(ID, ID, 1, now >= self.busy_until, at(self.rules.scheduled_at)),
            *(self.rules.interval, "", "UTC", "RUN_AFTER", "FIRST", None),
            *(self.rules.overlap, self.rules.catch_up, self.rules.misfire_grace),
            *(self.ends_at, self.rules.max_runs, 0, self.paused_at),
            *(self.next_run_at, self.queued_at, self.fired, at(now)),
        )
        decision = decide(state)
        if cancels_run(state, decision):
            self.busy_until = min(self.busy_until, now)
        self.next_run_at, self.queued_at = decision.next_run_at, decision.queued_at
        for tick_group in decision.tick_groups:
            for k in reversed(range(tick_group.count)):
                tick = seconds(tick_group.nominal_at) - k * self.rules.interval
                self.record(tick, tick_group.outcome, tick_group.reason, now + duration)

    def start_queued(self, now, duration):
        if self.queued_at and not self.paused_at and now >= self.busy_until:
            self.record(seconds(self.queued_at), "FIRED", "", now + duration)
            self.queued_at = None

    def pause(self, now):
        if self.paused_at is None:
            self.paused_at = at(now)
            if self.queued_at:
                self.record(seconds(self.queued_at), "SKIPPED", "PAUSED", None)
                self.queued_at = None

    def resume(self, now, duration):
        if self.paused_at is not None:
            self.tick(now, duration)
            self.paused_at = None

    def edit(self, now, duration, rules):
        self.tick(now, duration)
        before = self.recurrence
        if Interval(at(rules.scheduled_at), rules.interval) != before:
            self.tick(now, duration, decide_missed)
        self.rules = rules
        if self.next_run_at is None or before != self.recurrence:
            self.next_run_at = self.recurrence.first_after(at(now))

    def upcoming(self, count):
        first = None if self.paused_at else self.next_run_at
        left = runs_left(self.rules.max_runs, self.fired, self.queued_at)
        ticks = upcoming(self.recurrence, first, count, ends_at=self.ends_at, runs_left=left)
        return [seconds(tick) for tick in ticks]

    def record(self, tick, outcome, reason, busy_until):
        self.tick_groups.append((tick, str(outcome), str(reason)))
        if outcome == "FIRED":
            self.fired += 1
            self.busy_until = busy_until


@dataclass
class BruteForce:
    """The same by the words of the README, one second and one tick at a time."""

    rules: Rules
    decided_until: int
    over: bool = False
    queued: int | None = None
    paused: int | None = None
    fired: int = 0
    busy_until: int = -1
    tick_groups: list[tuple[int, str, str]] = field(default_factory=list)

    def ticks(self, after, until):
        return [
            second
            for second in range(after + 1, until + 1)
            if second >= self.rules.scheduled_at
            and (second - self.rules.scheduled_at) % self.rules.interval == 0
        ]

    def is_beyond_limits(self, tick):
        used = self.fired + (self.queued is not None)
        return (self.rules.max_runs is not None and used >= self.rules.max_runs) or (
            self.rules.ends_at is not None and tick > self.rules.ends_at
        )

    @property
    def catches_up(self):
        return self.rules.catch_up == "ALL" and self.paused is None

    def is_free(self, now):
        return now >= self.busy_until and self.queued is None

    def look(self, now, duration):
        if self.rules.catch_up != "ALL" or self.is_free(now):
            self.tick(now, duration)

    def tick(self, now, duration):
        due = [] if self.over else self.ticks(self.decided_until, now)
        if due and self.is_beyond_limits(due[0]):
            self.close(due[0])
            return
        allowed = [t for t in due if self.rules.ends_at is None or t <= self.rules.ends_at]
        for number, tick in enumerate(allowed):
            later = len(allowed) - 1 - number
            may_run = self.catches_up and self.may_run(tick, now, later)
            if may_run and not self.is_free(now):
                self.decided_until = tick - 1
                return
            self.decide(tick, now, duration, later)
            if may_run and later:
                self.decided_until = tick
                return
        self.decided_until = max(self.decided_until, now)
        if len(allowed) < len(due):
            self.close(due[len(allowed)])

    def close(self, tick):
        self.tick_groups.append((tick, "SKIPPED", "LIMIT"))
        self.over = True

    def may_run(self, tick, now, later):
        """Whether a tick may run, of which so many later ones are due too."""
        if self.rules.catch_up == "ALL":
            return later < 100 and now - tick <= self.rules.misfire_grace
        grace = self.rules.misfire_grace if self.rules.catch_up == "LATEST" else 10
        return later == 0 and now - tick <= min(grace, self.rules.misfire_grace)

    def decide(self, tick, now, duration, later):
        if self.paused is not None:
            outcome = ("SKIPPED", "PAUSED") if tick >= self.paused else ("MISSED", "")
        elif not self.may_run(tick, now, later):
            outcome = ("MISSED", "")
        elif now >= self.busy_until and self.queued is None:
            outcome = ("FIRED", "")
            self.fired, self.busy_until = self.fired + 1, now + duration
        elif self.rules.overlap == "QUEUE_ONE" and self.queued is None:
            self.queued = tick
            return
        elif self.rules.overlap == "CANCEL_RUNNING":
            if self.queued is not None:
                self.tick_groups.append((self.queued, "SKIPPED", "OVERLAP"))
            self.queued, self.busy_until = tick, min(self.busy_until, now)
            return
        else:
            outcome = ("SKIPPED", "OVERLAP")
        self.tick_groups.append((tick, *outcome))

    def start_queued(self, now, duration):
        if self.queued is not None and self.paused is None and now >= self.busy_until:
            self.tick_groups.append((self.queued, "FIRED", ""))
            self.fired, self.busy_until, self.queued = self.fired + 1, now + duration, None

    def pause(self, now):
        if self.paused is None:
            self.paused = now
            if self.queued is not None:
                self.tick_groups.append((self.queued, "SKIPPED", "PAUSED"))
                self.queued = None

    def resume(self, now, duration):
        if self.paused is not None:
            self.tick(now, duration)
            self.paused = None

    def edit(self, now, duration, rules):
        self.tick(now, duration)
        same_grid = (rules.scheduled_at, rules.interval) == (
            self.rules.scheduled_at,
            self.rules.interval,
        )
        if not same_grid:
            self.miss_waiting(now)
        self.rules = rules
        if self.over or not same_grid:
            self.over, self.decided_until = False, now

    def miss_waiting(self, now):
        due = [] if self.over else self.ticks(self.decided_until, now)
        if due and self.is_beyond_limits(due[0]):
            self.close(due[0])
            return
        for tick in due:
            if self.rules.ends_at is not None and tick > self.rules.ends_at:
                self.close(tick)
                return
            self.tick_groups.append((tick, "MISSED", ""))

    def upcoming(self, count):
        if self.over or self.paused is not None:
            return []
        used, found = self.fired + (self.queued is not None), []
        far = max(self.decided_until, self.rules.scheduled_at) + count * self.rules.interval
        for tick in self.ticks(self.decided_until, far)[:count]:
            if self.rules.ends_at is not None and tick > self.rules.ends_at:
                break
            if self.rules.max_runs is not None and used + len(found) >= self.rules.max_runs:
                break
            found.append(tick)
        return found


rules = st.builds(
    Rules,
    scheduled_at=st.integers(-50, 100),
    interval=st.integers(1, 40),
    overlap=st.sampled_from(["SKIP", "QUEUE_ONE", "CANCEL_RUNNING"]),
    catch_up=st.sampled_from(["LATEST", "ALL", "NONE"]),
    misfire_grace=st.integers(1, 60) | st.just(600),
    ends_at=st.none() | st.integers(100, 400),
    max_runs=st.none() | st.integers(1, 8),
)
steps = st.tuples(
    # seconds since the step before; without looks between, a downtime
    st.integers(0, 60) | st.just(250),
    st.integers(0, 30),  # how long a run takes that starts now
    st.sampled_from(["look", "look", "look", "look", "pause", "resume", "edit"]),
    rules,
)


@given(rules, st.lists(steps, max_size=25))
def test_decisions_match_the_model(first_rules, script):
    now = 0
    ours, brute = Ours(first_rules, now), BruteForce(first_rules, now)
    for passed, duration, action, other_rules in script:
        now += passed
        for side in (ours, brute):
            if action == "look":
                side.start_queued(now, duration)
                side.look(now, duration)
            elif action == "pause":
                side.pause(now)
            elif action == "resume":
                side.resume(now, duration)
            else:
                side.edit(now, duration, replace(other_rules, ends_at=side.rules.ends_at))

        assert ours.tick_groups == brute.tick_groups
        assert ours.upcoming(5) == brute.upcoming(5)
        assert len({tick for tick, *_ in ours.tick_groups}) == len(ours.tick_groups)


@given(rules, st.lists(st.integers(0, 60), max_size=25))
def test_each_scheduled_time_has_one_outcome(rules, pauses):
    ours = Ours(replace(rules, ends_at=None, max_runs=None), 0)
    now = 0
    for passed in pauses:
        now += passed
        ours.look(now, 0)

    waiting_from = seconds(ours.next_run_at)
    assert rules.catch_up == "ALL" or waiting_from > now
    grid = range(rules.scheduled_at, now + 1, rules.interval)
    decided = [tick for tick in grid if 0 < tick < waiting_from]
    assert [tick for tick, *_ in ours.tick_groups] == decided


def due(*, count, interval=60, late=0, **options):
    """A schedule with so many scheduled times due, of which the last one is so many seconds late.

    Its task is free, and its grace period is as long as it can be.
    """
    first = START - timedelta(seconds=late) - (count - 1) * timedelta(seconds=interval or 0)
    state = ScheduleState(
        *(ID, ID, 1, True, first, interval, "", "UTC", "RUN_AFTER", "FIRST", None),
        *("SKIP", "LATEST", 10**8, None, None, 0, None, first, None, 0, START),
    )
    return state._replace(**options)


def until_all_ran(state):
    """Decide again and again, the task being free each time; return the groups."""
    groups = []
    while state.next_run_at is not None and state.next_run_at <= state.now:
        decision = decide(state)
        fired = sum(group.outcome == "FIRED" for group in decision.tick_groups)
        assert fired == 1
        groups += decision.tick_groups
        state = state._replace(next_run_at=decision.next_run_at, fired=state.fired + fired)
    return groups


def test_all_runs_each_missed_scheduled_time_in_order():
    groups = until_all_ran(due(count=5, catch_up="ALL"))

    assert [(group.outcome, group.count) for group in groups] == [("FIRED", 1)] * 5
    assert [group.nominal_at for group in groups] == [at(60 * k) for k in range(-4, 1)]


def test_all_runs_at_most_the_maximum_and_misses_those_before():
    groups = until_all_ran(due(count=5_000, catch_up="ALL"))

    assert CATCH_UP_MAX == 100
    assert [(group.outcome, group.count) for group in groups] == (
        [("MISSED", 4_900)] + [("FIRED", 1)] * 100
    )
    assert groups[0].nominal_at == at(-100 * 60)


def test_all_misses_what_is_older_than_the_grace_period():
    groups = until_all_ran(due(count=10, catch_up="ALL", misfire_grace=120))

    assert [(group.outcome, group.count) for group in groups] == (
        [("MISSED", 7)] + [("FIRED", 1)] * 3
    )


@pytest.mark.parametrize("overlap", ["SKIP", "QUEUE_ONE", "CANCEL_RUNNING"])
def test_all_waits_for_the_previous_run_whatever_the_overlap_policy(overlap):
    state = due(count=5, catch_up="ALL", overlap=overlap, is_free=False)

    assert decide(state) == ([], state.next_run_at, None)
    waiting = decide(state._replace(misfire_grace=120))
    assert [(group.outcome, group.count) for group in waiting.tick_groups] == [("MISSED", 2)]
    assert waiting.next_run_at == at(-120)


def test_cancel_running_queues_the_newest_scheduled_time_and_cancels_the_run():
    state = due(count=3, overlap="CANCEL_RUNNING", is_free=False)

    decision = decide(state)
    assert [(group.outcome, group.count) for group in decision.tick_groups] == [("MISSED", 2)]
    assert (decision.queued_at, cancels_run(state, decision)) == (START, True)

    later = state._replace(
        queued_at=START, next_run_at=decision.next_run_at, now=at(60), is_free=False
    )
    replaced = decide(later)
    assert replaced.tick_groups == [TickGroup(START, 1, "SKIPPED", "OVERLAP")]
    assert (replaced.queued_at, cancels_run(later, replaced)) == (at(60), True)


def test_cancel_running_cancels_nothing_if_the_task_is_free_or_the_time_is_too_late():
    free = due(count=1, overlap="CANCEL_RUNNING")
    assert not cancels_run(free, decide(free))
    waiting = due(count=1, overlap="CANCEL_RUNNING", queued_at=at(-60), late=9, misfire_grace=5)
    assert decide(waiting).queued_at == at(-60)
    assert not cancels_run(waiting, decide(waiting))


def test_all_waits_for_a_queued_run():
    state = due(count=2, catch_up="ALL", queued_at=at(-3600))

    assert decide(state) == ([], state.next_run_at, at(-3600))


def test_all_counts_each_run_as_one_of_the_maximum_of_runs():
    state = due(count=5, catch_up="ALL", max_runs=3)
    outcomes = []
    while state.next_run_at is not None:
        decision = decide(state)
        [group] = decision.tick_groups
        outcomes.append((group.outcome, group.reason))
        fired = state.fired + (group.outcome == "FIRED")
        state = state._replace(next_run_at=decision.next_run_at, fired=fired)

    assert outcomes == [*[("FIRED", "")] * 3, ("SKIPPED", "LIMIT")]


@pytest.mark.parametrize(
    ("cron", "days"),
    [
        *[("* * * * *", 6), ("30 2 * * *", 900), ("0 9 * * MON-FRI", 900)],
        *[("*/7 3 1 * *", 900), ("0 0 1 * *", 900)],
    ],
)
@pytest.mark.parametrize("has_calendar", [False, True])
def test_all_keeps_the_last_scheduled_times_of_a_cron_expression(cron, days, has_calendar):
    closed = ExcludedTimes("UTC", dates=(Dates((START - timedelta(days=4)).date(), START.date()),))
    calendars = json.dumps([closed.to_json()]) if has_calendar else None
    rule = {"cron": cron, "time_zone": "Europe/Berlin", "interval": None, "calendars": calendars}
    begin = START - timedelta(days=days)
    state = due(count=1, catch_up="ALL", **rule)._replace(scheduled_at=begin)
    first = state.recurrence.first_after(begin)
    ticks = list(takewhile(lambda tick: tick <= START, state.recurrence.after(first - INSTANT)))

    decision = decide(state._replace(next_run_at=first))

    fired = decision.tick_groups[-1]
    assert (fired.outcome, fired.nominal_at) == ("FIRED", ticks[-100:][0])
    missed = [(group.nominal_at, group.count) for group in decision.tick_groups[:-1]]
    assert missed == ([(ticks[-101], len(ticks) - 100)] if len(ticks) > 100 else [])


@pytest.mark.parametrize("late", [0, 10])
def test_none_runs_a_scheduled_time_that_is_on_time(late):
    assert ON_TIME_SECONDS == 10
    groups = decide(due(count=3, late=late, catch_up="NONE")).tick_groups

    assert [(group.outcome, group.count) for group in groups] == [("MISSED", 2), ("FIRED", 1)]


@pytest.mark.parametrize(("late", "grace"), [(11, 10**8), (4, 3)])
def test_none_catches_nothing_up(late, grace):
    state = due(count=3, late=late, catch_up="NONE", misfire_grace=grace)
    decision = decide(state)

    [missed] = decision.tick_groups
    assert (missed.outcome, missed.count) == ("MISSED", 3)
    assert decision.next_run_at == at(60 - late)


kinds: st.SearchStrategy = st.one_of(
    st.integers(1, 900).map(lambda seconds: {"interval": seconds}),
    st.sampled_from(["* * * * *", "*/7 * * * *", "15,30 0-12 * * *"]).map(lambda c: {"cron": c}),
    st.just({}),
)
# The clock goes on by seconds, and now and then jumps back or forth.
clocks = st.lists(
    st.one_of(st.integers(0, 300), st.integers(0, 300), st.sampled_from([-3600, 3600, -7200])),
    max_size=60,
)


@given(
    kinds,
    clocks,
    st.sampled_from(["SKIP", "QUEUE_ONE", "CANCEL_RUNNING"]),
    st.sampled_from(["LATEST", "ALL", "NONE"]),
)
def test_a_clock_that_jumps_fires_nothing_twice(kind, clock, overlap, catch_up):
    now = START
    rule = {"interval": None, "cron": "", "time_zone": "Europe/Berlin"} | kind
    policies = {"overlap": overlap, "catch_up": catch_up, "misfire_grace": 600}
    state = due(count=1, **rule, **policies)
    decided = []
    for seconds_passed in clock:
        now += timedelta(seconds=seconds_passed)
        decision = decide(state._replace(now=now))
        decided += [tick_group.nominal_at for tick_group in decision.tick_groups]
        state = state._replace(next_run_at=decision.next_run_at, queued_at=None)

    assert decided == sorted(set(decided))


def test_an_interval_does_not_drift_and_ends_before_datetimes_do():
    interval = Interval(datetime(1000, 1, 1, tzinfo=UTC), 10 * 366 * 24 * 3600)

    first = interval.first_after(START)
    ticks = upcoming(interval, first, 1000, ends_at=None, runs_left=None)

    assert all((tick - interval.starts_at) % interval.step == timedelta(0) for tick in ticks)
    assert START < ticks[0] <= START + interval.step
    assert ticks[-1] <= LATEST < ticks[-1] + interval.step
