"""The engine: limits, overhead, estimates, failures and errors."""

import pytest

from tasks_app.policy.retries import backoff_ms
from tasks_app.simulation.cluster import Cluster, Failures, NodeSpec, uniform
from tasks_app.simulation.workloads.generators import GENERATORS
from tasks_app.simulation.workloads.workload import WorkloadError
from tests.simulation.cases import run, spans, task


def test_queue_limit_holds_tasks_back_but_not_those_of_other_queues():
    tasks = [*(task(f"m{n}", 0, 10, queue="mail") for n in range(2)), task("x", 1, 10)]

    assert spans(run(tasks, slots=(4,), limits={"mail": 1})) == {
        "m0": (0, 10),
        "x": (1, 11),
        "m1": (10, 20),
    }


def test_nodes_run_tasks_of_their_queues_only():
    nodes = [NodeSpec("a", 1, frozenset({"mail"})), NodeSpec("b", 1, frozenset({"default"}))]
    result = run([task("x", 0, 10), task("y", 0, 10)], cluster=Cluster(nodes))

    assert spans(result) == {"x": (0, 10), "y": (10, 20)}
    assert {attempt.node for attempt in result.attempts} == {1}


def test_overhead_occupies_the_slots():
    result = run([task("A", 0, 1), task("B", 0, 1)], overhead_ms=100)

    assert spans(result) == {"A": (0, 1.1), "B": (1.1, 2.2)}


def test_task_that_outlasts_its_estimate_is_not_stopped():
    tasks = [task("A", 0, 10, estimate_s=2), task("B", 1, 1, slots=2), task("C", 5, 1)]

    # At 5 s, A is overdue and expected to end at any time, so C does not overtake B.
    assert spans(run(tasks, slots=(2,))) == {"A": (0, 10), "B": (10, 11), "C": (11, 12)}


def test_tasks_without_a_duration_complete_at_once():
    result = run([task(str(number), 3, 0) for number in range(5)])

    assert set(spans(result).values()) == {(3, 3)}


def test_empty_workload_is_an_empty_run():
    result = run([])

    assert (result.attempts, result.log, result.ended_ms) == ([], [], 0)


def test_lost_task_is_repeated_after_its_lease():
    failures = Failures(mtbf_ms=60_000, mttr_ms=5_000, lease_ms=30_000, max_attempts=1000)
    result = run(
        [task(str(number), 0, 20) for number in range(50)],
        cluster=uniform(2, [2], failures),
        seed=1,
    )

    lost = [attempt for attempt in result.attempts if attempt.outcome == "LOST"]
    assert lost
    assert len(spans(result)) == 50
    for attempt in lost:
        [following] = [
            a for a in result.attempts if (a.task, a.attempt) == (attempt.task, attempt.attempt + 1)
        ]
        backoff_ms = 0 if attempt.attempt == 1 else 1000 * min(2 ** (attempt.attempt - 1), 60)
        assert following.started_ms >= attempt.ended_ms + 30_000 + backoff_ms


def test_backoff_grows_with_each_lost_attempt_up_to_a_minute():
    assert [backoff_ms(attempt) for attempt in (1, 2, 3, 6, 7, 8, 99)] == [
        *(0, 2_000, 4_000, 32_000),
        *(60_000, 60_000, 60_000),
    ]


def test_task_fails_after_its_last_attempt():
    failures = Failures(mtbf_ms=1_000, mttr_ms=1_000, lease_ms=0, max_attempts=3)
    result = run([task("A", 0, 3600)], cluster=uniform(1, [1], failures))

    assert [(a.attempt, a.outcome) for a in result.attempts] == [(n, "LOST") for n in (1, 2, 3)]
    assert result.log[-1].endswith(" FAILED A")


def test_nothing_starts_on_a_node_that_is_down():
    failures = Failures(mtbf_ms=30_000, mttr_ms=30_000, max_attempts=100)
    result = run(
        [task(str(number), 0, 5) for number in range(100)], cluster=uniform(3, [2], failures)
    )

    down = set()
    for line in result.log:
        _, kind, name, *rest = line.split()
        if kind == "DOWN":
            down.add(name)
        elif kind == "UP":
            down.remove(name)
        elif kind == "START":
            assert rest[-1] not in down


def test_failures_depend_on_the_seed_only():
    cluster = uniform(4, [8], Failures(mtbf_ms=600_000, mttr_ms=60_000))
    tasks = GENERATORS["poisson"](300, 1).tasks

    assert run(tasks, cluster=cluster, seed=1).digest == run(tasks, cluster=cluster, seed=1).digest
    assert run(tasks, cluster=cluster, seed=1).digest != run(tasks, cluster=cluster, seed=2).digest


@pytest.mark.parametrize(
    ("tasks", "limits", "message"),
    [
        ([task("A", 0, 1, slots=2)], {}, "Task A needs 2 slots of one node"),
        ([task("A", 0, 1)], {"default": 0}, "The limit of queue 'default' must be at least 1"),
    ],
)
def test_workload_that_can_never_end_is_refused(tasks, limits, message):
    with pytest.raises(WorkloadError, match=message):
        run(tasks, limits=limits)
