"""The decisions about scheduled times that came while no scheduler ran."""

import json
from datetime import UTC, datetime, timedelta
from itertools import takewhile

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
    decide,
    upcoming,
)
from tests.recurrence.model import START, at, due

INSTANT = timedelta(microseconds=1)


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


@pytest.mark.parametrize("overlap", ["SKIP", "QUEUE_ONE", "CANCEL_RUNNING", "ALLOW"])
def test_all_waits_for_the_previous_run_whatever_the_overlap_policy(overlap):
    state = due(count=5, catch_up="ALL", overlap=overlap, is_free=False)

    assert decide(state) == ([], state.next_run_at, None)
    waiting = decide(state._replace(misfire_grace=120))
    assert [(group.outcome, group.count) for group in waiting.tick_groups] == [("MISSED", 2)]
    assert waiting.next_run_at == at(-120)


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
    st.sampled_from(["SKIP", "QUEUE_ONE", "CANCEL_RUNNING", "ALLOW"]),
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
