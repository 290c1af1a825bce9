"""A schedule in memory that uses the product's decisions, and a model that has none of them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tasks_app.recurrence import (
    Interval,
    ScheduleState,
    cancels_run,
    decide,
    decide_missed,
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
    catch_up: str
    misfire_grace: int
    ends_at: int | None
    max_runs: int | None
    max_concurrent_runs: int = 2


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
    overlapping_until: list[int] = field(default_factory=list)
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
        overlapping = sum(now < until for until in self.overlapping_until)
        state = ScheduleState(
            *(ID, ID, 1, now >= self.busy_until, overlapping, at(self.rules.scheduled_at)),
            *(self.rules.interval, "", "UTC", "RUN_AFTER", "FIRST", None),
            *(self.rules.overlap, self.rules.max_concurrent_runs),
            *(self.rules.catch_up, self.rules.misfire_grace),
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
                self.record(tick, tick_group.outcome, tick_group.reason, now + duration, tick_group)

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

    def record(self, tick, outcome, reason, busy_until, tick_group=None):
        self.tick_groups.append((tick, str(outcome), str(reason)))
        if outcome == "FIRED":
            self.fired += 1
            if tick_group and tick_group.is_overlapping:
                self.overlapping_until.append(busy_until)
            else:
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
    others: list[int] = field(default_factory=list)
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
        """Whether a tick may run, of which a number of later ones are due too."""
        if self.rules.catch_up == "ALL":
            return later < 100 and now - tick <= self.rules.misfire_grace
        grace = self.rules.misfire_grace if self.rules.catch_up == "LATEST" else 10
        return later == 0 and now - tick <= min(grace, self.rules.misfire_grace)

    def decide(self, tick, now, duration, later):
        if self.paused is not None:
            outcome = ("SKIPPED", "PAUSED") if tick >= self.paused else ("MISSED", "")
        elif not self.may_run(tick, now, later):
            outcome = ("MISSED", "")
        elif self.rules.overlap == "ALLOW" and not self.catches_up:
            outcome = self.decide_allowing(now, duration)
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

    def decide_allowing(self, now, duration):
        others = len([until for until in self.others if until > now])
        is_busy = now < self.busy_until or self.queued is not None
        if others + is_busy >= self.rules.max_concurrent_runs:
            return ("SKIPPED", "OVERLAP")
        self.fired += 1
        if is_busy:
            self.others.append(now + duration)
        else:
            self.busy_until = now + duration
        return ("FIRED", "")

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


def due(*, count, interval=60, late=0, **options):
    """A schedule with a number of due scheduled times, the last of which is some seconds late.

    Its task is free, and its grace period is as long as it can be.
    """
    first = START - timedelta(seconds=late) - (count - 1) * timedelta(seconds=interval or 0)
    state = ScheduleState(
        *(ID, ID, 1, True, 0, first, interval, "", "UTC", "RUN_AFTER", "FIRST", None),
        *("SKIP", 10, "LATEST", 10**8, None, None, 0, None, first, None, 0, START),
    )
    return state._replace(**options)
