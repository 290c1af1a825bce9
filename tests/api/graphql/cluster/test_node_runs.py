"""The runs that ended on a node lately, from the log."""

from datetime import datetime

import pytest

from tasks_app.models import ClusterEvent, Task, WorkerNode
from tasks_app.models.base import database_now
from tasks_app.services import tasks
from tests.support.working import claim, run_all

# What is not committed is not in the log yet.
pytestmark = pytest.mark.django_db(transaction=True)

RUNS = """
    query Runs($node: String!, $seconds: Int! = 300, $first: Int! = 100) {
      nodeRuns(workerNode: $node, lastSeconds: $seconds, first: $first) {
        taskId status attempt startedAt finishedAt task { id a }
      }
    }
"""


@pytest.fixture
def runs(data, node):
    def runs(**arguments):
        return data(RUNS, **{"node": node.name} | arguments)["nodeRuns"]

    return runs


def test_each_run_of_a_task_is_returned_the_newest_first(runs, make_task):
    task = make_task(a=7, fail_attempts=1, max_attempts=1, duration_ms=20)
    run_all()
    tasks.retry_task(task.pk)
    run_all()
    make_task(a=8)
    claim()

    found = runs()
    assert [(run["task"]["a"], run["status"]) for run in found] == [("7", "FAILED")] * 2
    times = [
        datetime.fromisoformat(run[key]) for run in found for key in ("finishedAt", "startedAt")
    ]
    assert times == sorted(times, reverse=True)
    task.refresh_from_db()
    assert abs(times[1] - task.started_at).total_seconds() < 0.1
    assert runs(first=1) == found[:1]


def test_runs_of_other_nodes_and_of_earlier_times_are_left_out(runs, node, make_task):
    make_task()
    run_all()
    assert len(runs()) == 1

    assert runs(node="node-2@here") == []
    WorkerNode.objects.filter(pk=node.pk).update(name="other")
    assert len(runs(node="other")) == 1
    ClusterEvent.objects.update(at=database_now().replace(year=2020))
    assert runs(node="other") == []


def test_run_of_a_deleted_task_has_no_task(runs, make_task):
    task = make_task()
    run_all()
    Task.objects.filter(pk=task.pk).delete()

    [run] = runs()
    assert (run["task"], run["status"]) == (None, "SUCCESS")


@pytest.mark.parametrize(
    ("argument", "name"),
    [("first: 301", "first"), ("first: -1", "first"), ("lastSeconds: 0", "lastSeconds")],
)
def test_sizes_out_of_range_are_refused_by_name(graphql, argument, name):
    [error] = graphql.execute(f'{{ nodeRuns(workerNode: "x", {argument}) {{ attempt }} }}')[
        "errors"
    ]
    assert f"`{name}`" in error["message"]
