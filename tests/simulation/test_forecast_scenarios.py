"""Scenarios of forecasts: batches, and limits."""

from tasks_app.simulation.forecast import busy
from tasks_app.simulation.forecast.compute import forecast
from tasks_app.simulation.forecast.scenario import (
    BATCH,
    OVERHEAD_MS,
    Scenario,
    ScenarioNode,
    Waiting,
    batched,
    task_of,
)


def waiting(due_ms=0, *, queue="default", slots=1, priority=5, duration_ms=0, runs_alone=None):
    alone = duration_ms > 0 if runs_alone is None else runs_alone
    return Waiting(due_ms, queue, slots, priority, duration_ms, alone)


def scenario(*rows, slots=1, **options):
    node = ScenarioNode("node-1", slots, frozenset({"default"}), claims=True)
    return Scenario([node], {}, [task_of(row) for row in rows], [], **options)


def sizes(rows, **limits):
    return [(task.queue, task.priority, task.size) for task in batched(rows, limits)]


def test_batches_have_tasks_of_one_queue_slots_and_priority():
    rows = [
        waiting(-9),
        waiting(-8, priority=9),
        waiting(-7, queue="mail"),
        waiting(-6),
        waiting(-5, duration_ms=10),
        waiting(-4, runs_alone=True),
        waiting(-3, slots=2),
    ]

    assert sizes(rows) == [
        *(("default", 5, 2), ("default", 9, 1), ("mail", 5, 1)),
        *[("default", 5, 1)] * 3,
    ]


def test_batch_is_not_larger_than_a_claim_or_than_the_limit_of_its_queue():
    rows = [waiting()] * (BATCH + 1)

    assert [size for *_, size in sizes(rows)] == [BATCH, 1]
    assert [size for *_, size in sizes(rows, default=100)] == [100, 100, 51]


def test_task_that_is_due_later_joins_no_batch_of_other_times():
    assert [size for *_, size in sizes([waiting(-1), waiting(0), waiting(5), waiting(5)])] == [2, 2]


def test_batches_of_a_queue_with_a_limit_do_not_exceed_it_together():
    tasks = batched([waiting()] * 300, {"default": 100})
    node = ScenarioNode("node-1", 8, frozenset({"default"}), claims=True)
    period = busy.run(Scenario([node], {"default": 100}, tasks, []), seconds=10)

    starts = [attempt.started_ms for attempt in period.attempts]
    assert len(set(starts)) == 3


def test_forecast_without_computing_time_is_cut():
    rows = [waiting(duration_ms=10_000)] * 2
    period = busy.run(scenario(*rows), seconds=-1)

    assert period.is_cut
    assert not period.attempts


def test_forecast_that_lacks_tasks_is_cut_if_it_comes_to_their_end():
    now, later = waiting(duration_ms=1_000), waiting(3_600_000, duration_ms=1_000)

    [whole] = forecast([scenario(now)]).outcomes
    [cut] = forecast([scenario(now, is_cut=True)]).outcomes
    [idle_before] = forecast([scenario(now, later, is_cut=True)]).outcomes

    assert [each.is_cut for each in (whole, cut, idle_before)] == [False, True, False]
    assert whole.ended_ms == 1_000 + OVERHEAD_MS
