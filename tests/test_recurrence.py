"""The decisions about scheduled times, compared with a model that processes each one."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from tasks_app.recurrence import (
    LATEST,
    Interval,
    ScheduleState,
    decide,
    runs_left,
    upcoming,
)

START = datetime(2026, 11, 24, tzinfo=UTC)
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
        decision = decide(
            ScheduleState(
                *(ID, ID, 1, now >= self.busy_until, at(self.rules.scheduled_at)),
                *(self.rules.interval, "", "UTC", "RUN_AFTER", "FIRST", None),
                *(self.rules.overlap, self.rules.misfire_grace),
                *(self.ends_at, self.rules.max_runs, 0, self.paused_at),
                *(self.next_run_at, self.queued_at, self.fired, at(now)),
            )
        )
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
            self.look(now, duration)
            self.paused_at = None

    def edit(self, now, duration, rules):
        self.look(now, duration)
        recurrence, self.rules = self.recurrence, rules
        if self.next_run_at is None or recurrence != self.recurrence:
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

    def look(self, now, duration):
        due = [] if self.over else self.ticks(self.decided_until, now)
        self.decided_until = max(self.decided_until, now)
        if due and self.is_beyond_limits(due[0]):
            self.close(due[0])
            return
        allowed = [t for t in due if self.rules.ends_at is None or t <= self.rules.ends_at]
        for tick in allowed:
            self.decide(tick, now, duration, is_last=tick == allowed[-1])
        if len(allowed) < len(due):
            self.close(due[len(allowed)])

    def close(self, tick):
        self.tick_groups.append((tick, "SKIPPED", "LIMIT"))
        self.over = True

    def decide(self, tick, now, duration, *, is_last):
        if self.paused is not None:
            outcome = ("SKIPPED", "PAUSED") if tick >= self.paused else ("MISSED", "")
        elif not is_last or now - tick > self.rules.misfire_grace:
            outcome = ("MISSED", "")
        elif now >= self.busy_until and self.queued is None:
            outcome = ("FIRED", "")
            self.fired, self.busy_until = self.fired + 1, now + duration
        elif self.rules.overlap == "QUEUE_ONE" and self.queued is None:
            self.queued = tick
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
            self.look(now, duration)
            self.paused = None

    def edit(self, now, duration, rules):
        self.look(now, duration)
        same_grid = (rules.scheduled_at, rules.interval) == (
            self.rules.scheduled_at,
            self.rules.interval,
        )
        self.rules = rules
        if self.over or not same_grid:
            self.over, self.decided_until = False, now

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
    overlap=st.sampled_from(["SKIP", "QUEUE_ONE"]),
    misfire_grace=st.integers(1, 60),
    ends_at=st.none() | st.integers(100, 400),
    max_runs=st.none() | st.integers(1, 8),
)
steps = st.tuples(
    st.integers(0, 60),  # seconds since the step before; without looks between, a downtime
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

    grid = range(rules.scheduled_at, now + 1, rules.interval)
    assert [tick for tick, *_ in ours.tick_groups] == [tick for tick in grid if tick > 0]


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


@given(kinds, clocks, st.sampled_from(["SKIP", "QUEUE_ONE"]))
def test_a_clock_that_jumps_fires_nothing_twice(kind, clock, overlap):
    now = START
    rule = {"interval": None, "cron": "", "time_zone": "Europe/Berlin"} | kind
    rule |= {"scheduled_at": START, "on_gap": "RUN_AFTER", "on_fold": "FIRST"}
    limits = {"misfire_grace": 600, "ends_at": None, "max_runs": None, "jitter": 0}
    state = ScheduleState(
        id=ID,
        task_id=ID,
        run=1,
        is_free=True,
        overlap=overlap,
        paused_at=None,
        next_run_at=START,
        queued_at=None,
        calendars=None,
        fired=0,
        now=now,
        **rule,
        **limits,
    )
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
