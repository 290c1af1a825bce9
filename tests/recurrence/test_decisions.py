"""The decisions about scheduled times, compared with a model that processes each one."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.recurrence.model import BruteForce, Ours, Rules, seconds

rules = st.builds(
    Rules,
    scheduled_at=st.integers(-50, 100),
    interval=st.integers(1, 40),
    overlap=st.sampled_from(["SKIP", "QUEUE_ONE", "CANCEL_RUNNING", "ALLOW"]),
    catch_up=st.sampled_from(["LATEST", "ALL", "NONE"]),
    misfire_grace=st.integers(1, 60) | st.just(600),
    ends_at=st.none() | st.integers(100, 400),
    max_runs=st.none() | st.integers(1, 8),
    max_concurrent_runs=st.integers(2, 4),
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
