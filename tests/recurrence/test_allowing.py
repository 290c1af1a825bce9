"""The decisions about scheduled times that may start a run while the previous one is active."""

import pytest

from tasks_app.recurrence import TickGroup, decide
from tests.recurrence.model import START, due


def allowing(**options):
    return due(count=1, overlap="ALLOW", max_concurrent_runs=3, **options)


def test_free_task_runs_itself():
    assert decide(allowing()).tick_groups == [TickGroup(START, 1, "FIRED")]


@pytest.mark.parametrize("overlapping", [0, 1])
def test_run_while_the_previous_one_is_active_is_overlapping(overlapping):
    decision = decide(allowing(is_free=False, overlapping=overlapping))

    assert decision.tick_groups == [TickGroup(START, 1, "FIRED", is_overlapping=True)]


@pytest.mark.parametrize(("is_free", "overlapping"), [(False, 2), (True, 3), (False, 9)])
def test_scheduled_time_is_skipped_while_as_many_runs_as_allowed_are_active(is_free, overlapping):
    decision = decide(allowing(is_free=is_free, overlapping=overlapping))

    assert decision.tick_groups == [TickGroup(START, 1, "SKIPPED", "OVERLAP")]


def test_run_that_was_queued_under_another_policy_counts():
    queued = {"is_free": False, "queued_at": START}

    assert decide(allowing(**queued, overlapping=1)).queued_at == START
    assert decide(allowing(**queued, overlapping=1)).tick_groups[0].is_overlapping
    assert decide(allowing(**queued, overlapping=2)).tick_groups[0].outcome == "SKIPPED"
