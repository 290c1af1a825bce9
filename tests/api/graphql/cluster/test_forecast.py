"""The query `forecast`: when the backlog is empty, as it is and with changes."""

from datetime import datetime, timedelta

import pytest

from tasks_app.models import ClusterEvent, Task
from tasks_app.services import queues
from tasks_app.services.forecasts import process
from tests.support.working import claim, run_all

pytestmark = pytest.mark.django_db

FORECAST = """
    query ($changes: [ForecastChange!]) {
      forecast(changes: $changes) { at times baseline { ...Run } changed { ...Run } }
    }
    fragment Run on ForecastRun {
      finishedAt endsAt isCut backlog
      queues { name waiting running started expired lastStartAt lastEndAt waitP50Ms waitP95Ms }
      nodes { name slots claims utilization }
      blocked { queue slots count reason message }
    }
"""


@pytest.fixture
def forecast(data):
    return lambda *changes: data(FORECAST, changes=list(changes))["forecast"]


@pytest.fixture
def refusal(send_query):
    """The only error of a forecast."""

    def refused(*changes):
        [error] = send_query(FORECAST, changes=list(changes)).json()["errors"]
        return error

    return refused


def seconds(found, time):
    """The seconds from the time of the forecast to another."""
    return (at(time) - at(found["at"])).total_seconds()


def at(time):
    return datetime.fromisoformat(time)


def test_forecast_of_the_cluster_as_it_is(forecast, node, make_task):
    for _ in range(4):
        make_task(duration_ms=10_000)
    found = forecast()
    run = found["baseline"]

    assert found["changed"] is None
    assert (found["times"][0], found["times"][-1]) == (found["at"], run["finishedAt"])
    assert len(run["backlog"]) == len(found["times"]) == 60
    assert (run["backlog"][0], run["backlog"][-1]) == (4, 0)
    assert (run["endsAt"], run["isCut"], run["blocked"]) == (run["finishedAt"], False, [])
    assert 20 <= seconds(found, run["finishedAt"]) < 21
    [queue] = run["queues"]
    assert (queue["name"], queue["waiting"], queue["running"], queue["started"]) == (
        *("default", 4, 0, 4),
    )
    assert 10 <= seconds(found, queue["lastStartAt"]) < 11
    assert queue["lastEndAt"] == run["finishedAt"]
    assert 0 <= queue["waitP50Ms"] < 10_000 <= queue["waitP95Ms"]
    assert run["nodes"] == [
        {"name": "node-1@here", "slots": 2, "claims": True, "utilization": 1.0},
    ]


def test_each_change_is_understood_and_made_only_in_the_forecast(forecast, node, make_task):
    queues.create_queue("mail")
    make_task(duration_ms=10_000)
    changes = [
        {"drainNode": {"node": "node-1@here"}},
        {"resumeNode": {"node": "node-1@here"}},
        {"setNodeSlots": {"node": "node-1@here", "slots": 4}},
        {"addNodes": {"slots": 2, "count": 2, "queues": ["mail"]}},
        {"pauseQueue": {"queue": "mail"}},
        {"resumeQueue": {"queue": "mail"}},
        {"setQueueLimit": {"queue": "mail", "limit": 1}},
        {"addTasks": {"queue": "mail", "count": 2, "durationMs": 10000, "slots": 2, "priority": 9}},
        {"setQueueLimit": {"queue": "mail", "limit": None}},
        {"setSchedulingPolicy": {"policy": "SHORTEST_FIRST", "backfill": False}},
        {"addTasks": {"count": 1, "slots": 5}},
    ]
    before = ClusterEvent.objects.count()
    run = forecast(*changes)["changed"]

    assert [(node["name"], node["slots"]) for node in run["nodes"]] == [
        *(("node-1@here", 4), ("new-1", 2), ("new-2", 2)),
    ]
    assert [(queue["name"], queue["started"]) for queue in run["queues"]] == [
        *(("default", 1), ("mail", 2)),
    ]
    assert run["blocked"] == [
        {
            **{"queue": "default", "slots": 5, "count": 1, "reason": "TOO_LARGE"},
            "message": "The task needs 5 slots; the largest node has 4.",
        }
    ]
    assert (ClusterEvent.objects.count(), Task.objects.count()) == (before, 1)


def test_forecast_agrees_with_the_estimated_start_of_tasks(forecast, data, node, make_task):
    """The estimate continues the rate of the last five minutes: here what two slots can do."""
    for _ in range(10):
        make_task()
    run_all()
    tasks = [make_task(duration_ms=60_000) for _ in range(42)]
    for slot in range(2):
        claim(message=f"message-{slot}")
    query = "query ($id: ID!) { task(id: $id) { pending { tasksAhead estimatedStartAt } } }"
    last = data(query, id=str(tasks[-1].pk))["task"]["pending"]
    [queue] = forecast()["baseline"]["queues"]

    assert last["tasksAhead"] == 39
    difference = at(queue["lastStartAt"]) - at(last["estimatedStartAt"])
    assert abs(difference) < timedelta(seconds=60)  # the duration of one task, of twenty


@pytest.mark.parametrize(
    ("change", "path", "message"),
    [
        ({"drainNode": {"node": "x"}}, "drainNode.node", "No worker node has this name."),
        ({"pauseQueue": {"queue": "\0"}}, "pauseQueue.queue", "No queue has this name."),
        (
            {"setNodeSlots": {"node": "node-1@here", "slots": 101}},
            "setNodeSlots.slots",
            "Must be an integer from 1 to 100.",
        ),
        (
            {"addTasks": {"count": 1, "durationMs": -1}},
            "addTasks.durationMs",
            "Must be an integer from 0 to 3,600,000.",
        ),
        (
            {"addTasks": {"count": 100_001}},
            "addTasks.count",
            "Must be an integer from 1 to 100,000.",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and "." not in value[-1] else "",
)
def test_change_that_is_not_valid_is_named(refusal, node, change, path, message):
    error = refusal({"resumeQueue": {"queue": "default"}}, change)

    assert error["message"] == f"`changes.1.{path}`: {message}"
    assert error["extensions"] == {
        "code": "BAD_USER_INPUT",
        "field": ["changes", "1", *path.split(".")],
    }


def test_change_is_exactly_one(refusal, node):
    both = {"pauseQueue": {"queue": "default"}, "resumeQueue": {"queue": "default"}}

    assert "ForecastChange" in refusal(both)["message"]


def test_number_of_changes_is_limited(refusal, node):
    error = refusal(*[{"pauseQueue": {"queue": "default"}}] * 21)

    assert error["message"] == "`changes` must have at most 20 elements."
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


def test_operation_can_select_it_once(send_query, node):
    query = "{ forecast { baseline { isCut } } %s }"
    assert "errors" not in send_query(query % "").json()

    [error] = send_query(query % "again: forecast { at }").json()["errors"]

    assert error["extensions"]["code"] == "QUERY_TOO_COMPLEX"


def test_waiting_request_is_refused_while_another_forecast_is_computed(refusal, node, monkeypatch):
    monkeypatch.setattr("tasks_app.services.forecasts.process._WAIT_SECONDS", 0)
    with process._lock:
        error = refusal()

    assert error["extensions"]["code"] == "RATE_LIMITED"
