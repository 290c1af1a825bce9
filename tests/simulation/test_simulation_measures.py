"""Hand-computed measures, and the statistics of experiments."""

import pytest

from tasks_app.simulation import experiment
from tasks_app.simulation.cluster import Failures, uniform
from tasks_app.simulation.measures import distribution, jain, measure
from tests.simulation.cases import run, task


@pytest.fixture
def measures():
    """A 0-10 s on 3 slots, B submitted at 1 s: 10-20 s on 4 slots, C 2-7 s on 1 slot."""
    tasks = [
        task("A", 0, 10, slots=3, owner="x", queue="q"),
        task("B", 1, 10, slots=4, owner="y"),
        task("C", 2, 5, slots=1, owner="x"),
    ]
    return measure(run(tasks, slots=(4,)), starvation_ms=8_999)


def test_cluster_measures(measures):
    assert measures.makespan == 20
    assert measures.utilization == 75 / 80
    assert measures.idle_slot_seconds == 5
    assert (measures.lost_slot_seconds, measures.lost_attempts) == (0, 0)


def test_task_measures(measures):
    every = measures.all

    assert (every.tasks, every.failed, every.starved, every.slot_seconds) == (3, 0, 1, 75)
    assert (every.wait.mean, every.wait.p50, every.wait.p95, every.wait.max) == (3, 0, 9, 9)
    assert every.turnaround.mean == pytest.approx((10 + 19 + 5) / 3)
    assert every.slowdown.mean == pytest.approx((1 + 1.9 + 1) / 3)
    assert every.bounded_slowdown.max == pytest.approx(1.9)


def test_measures_by_owner_and_queue(measures):
    assert measures.owners["x"].wait.mean == 0
    assert measures.owners["y"].wait.mean == 9
    assert {queue: m.tasks for queue, m in measures.queues.items()} == {"default": 2, "q": 1}
    assert measures.jain == pytest.approx(2.9**2 / (2 * (1 + 1.9**2)))


def test_bounded_slowdown_counts_short_tasks_as_10_seconds():
    every = measure(run([task("A", 0, 20), task("B", 0, 1)])).all

    # B waits for 20 s and runs for 1 s.
    assert every.slowdown.max == 21
    assert every.bounded_slowdown.max == 2.1


def test_lost_attempts_and_downtime():
    failures = Failures(mtbf_ms=1_000, mttr_ms=1_000, lease_ms=0, max_attempts=2)
    result = run([task("A", 0, 3600)], cluster=uniform(1, [1], failures))
    found = measure(result)

    busy = sum(a.ended_ms - a.started_ms for a in result.attempts) / 1000
    assert found.all.failed == 1
    assert found.lost_attempts == 2
    assert found.lost_slot_seconds == busy
    assert found.idle_slot_seconds == pytest.approx(
        (result.ended_ms - result.down_slot_ms) / 1000 - busy
    )


def test_percentiles_are_by_nearest_rank():
    found = distribution(range(1, 201))

    assert (found.p50, found.p95, found.p99, found.max) == (100, 190, 198, 200)
    assert distribution([]).mean == 0


def test_jain_index():
    assert jain([2, 2, 2]) == 1
    assert jain([1, 0, 0, 0]) == 0.25
    assert jain([]) == 1


def test_confidence_interval_of_known_sample():
    # The standard deviation is 1.5811, and the quantile for 4 degrees of freedom 2.776.
    found = experiment.estimate([1, 2, 3, 4, 5])

    assert found.mean == 3
    assert found.half_width == pytest.approx(2.776 * 1.58114 / 5**0.5, abs=1e-4)
    assert found.is_significant
    assert experiment.estimate([7]).half_width is None


@pytest.mark.parametrize(("degrees", "quantile"), [(1, 12.706), (30, 2.042), (60, 2.000)])
def test_t_quantiles(degrees, quantile):
    assert experiment.t_quantile(degrees) == pytest.approx(quantile, abs=0.01)


def test_shaking_moves_each_submission_by_up_to_the_limit():
    workload = run([task(str(number), 100, 1) for number in range(100)]).workload
    shaken = experiment.shaken(workload, 30_000, seed=1)

    submits = [t.submit_ms for t in shaken.tasks]
    assert submits == sorted(submits)
    assert 70_000 <= submits[0] < 80_000
    assert 120_000 < submits[-1] <= 130_000
    assert shaken == experiment.shaken(workload, 30_000, seed=1)
    assert shaken != experiment.shaken(workload, 30_000, seed=2)
