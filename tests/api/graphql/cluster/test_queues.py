"""Queues over GraphQL: weights, start rates, and the mutations that control them."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from tasks_app.models import Queue, WorkerNode
from tasks_app.services import queues
from tests.api.graphql.cluster.selections import STATS
from tests.support.working import run_all

pytestmark = pytest.mark.django_db


def test_queue_counts_its_tasks_by_status(data, node, make_task):
    make_task()
    run_all()
    make_task()

    shown = data(
        f"""{{ queue(name: "default") {{ paused statusCounts {{ status count }} {STATS} }}
              queues {{ name {STATS} }} cluster {{ {STATS} }} }}"""
    )

    counts = {row["status"]: row["count"] for row in shown["queue"]["statusCounts"]}
    assert counts == {"PENDING": 1, "RUNNING": 0, "SUCCESS": 1, "FAILED": 0, "CANCELLED": 0}
    loads = [found["stats"] for found in (shown["queue"], shown["queues"][0], shown["cluster"])]
    assert [load["succeeded"] for load in loads] == [1, 1, 1]
    assert loads[0]["runTime"] == loads[1]["runTime"] == loads[2]["runTime"]


def test_weight_of_a_queue_is_kept_unless_it_is_given(data):
    def update(**parameters):
        return data(
            """mutation M($input: UpdateQueueInput!) { updateQueue(input: $input) {
                queue { weight runningLimit } errors { code field } } }""",
            input={"name": "default", **parameters},
        )["updateQueue"]

    assert update(runningLimit=None, weight=2.5)["queue"] == {"weight": 2.5, "runningLimit": None}
    assert update(runningLimit=3)["queue"] == {"weight": 2.5, "runningLimit": 3}
    [error] = update(runningLimit=3, weight=0)["errors"]
    assert error == {"code": "OUT_OF_RANGE", "field": ["input", "weight"]}


def test_start_rate_of_a_queue_is_kept_unless_it_is_given(data):
    def update(**parameters):
        return data(
            """mutation M($input: UpdateQueueInput!) { updateQueue(input: $input) {
                queue { startRate { count perSeconds burst } nextStartAt }
                errors { code field } } }""",
            input={"name": "default", "runningLimit": None, **parameters},
        )["updateQueue"]

    rate = {"count": 5, "perSeconds": 1, "burst": 5}
    made = update(startRate={"count": 5})["queue"]
    assert made == {"startRate": rate, "nextStartAt": None}
    assert update()["queue"] == made
    assert update(startRate=None)["queue"] == {"startRate": None, "nextStartAt": None}
    for field in ("count", "perSeconds", "burst"):
        [error] = update(startRate={"count": 1, field: 0})["errors"]
        assert error == {"code": "OUT_OF_RANGE", "field": ["input", "startRate", field]}


def test_queue_is_created_with_a_start_rate(data):
    created = data(
        """mutation { createQueue(input: {name: "slow", startRate: {count: 2, perSeconds: 60,
            burst: 1}}) { queue { startRate { count perSeconds burst } } errors { code } } }"""
    )["createQueue"]

    rate = {"count": 2, "perSeconds": 60, "burst": 1}
    assert created == {"queue": {"startRate": rate}, "errors": []}


@pytest.mark.parametrize("mutation", ["createQueue", "updateQueue"])
@pytest.mark.parametrize(
    ("rate", "field"),
    [
        ({"count": 0}, "count"),
        ({"count": 1, "perSeconds": 86_401}, "perSeconds"),
        ({"count": 1, "burst": 1_000_001}, "burst"),
        # A bucket that fills for longer than a year, up to 2,700 of them.
        ({"count": 1, "perSeconds": 86_400, "burst": 367}, "burst"),
        ({"count": 1, "perSeconds": 86_400, "burst": 1_000_000}, "burst"),
    ],
)
def test_start_rate_that_is_not_valid_is_refused_by_field(order, mutation, rate, field):
    name = {"createQueue": "x", "updateQueue": "default"}[mutation]
    [error] = order(mutation, name=name, runningLimit=None, startRate=rate)["errors"]

    assert (error["code"], error["field"]) == ("OUT_OF_RANGE", ["input", "startRate", field])


def test_queue_has_the_slowest_start_rate_with_the_largest_burst(order):
    rate = {"count": 1, "perSeconds": 86_400, "burst": 366}
    queue = order("updateQueue", name="default", runningLimit=None, startRate=rate)["queue"]

    assert Queue.objects.get().start_burst == 366
    assert queue["name"] == "default"


def test_next_start_of_a_queue_is_in_the_future(data):
    def shown(at):
        rate = {"start_count": 1, "start_per_seconds": 60, "start_burst": 1}
        Queue.objects.update(**rate, next_start_at=at)
        return data('{ queue(name: "default") { nextStartAt } }')["queue"]["nextStartAt"]

    soon = timezone.now() + timedelta(minutes=1)
    assert datetime.fromisoformat(shown(soon)) == soon
    assert shown(timezone.now()) is None


def test_queues_are_controlled(order):
    made = order("createQueue", name="reports", runningLimit=2)
    assert made["queue"] == {
        "name": "reports",
        "paused": False,
        "pauseNote": "",
        "runningLimit": 2,
    }
    assert order("pauseQueue", name="reports", note="not yet")["queue"]["pauseNote"] == "not yet"
    assert order("resumeQueue", name="reports")["queue"]["paused"] is False
    assert order("updateQueue", name="reports", runningLimit=None)["queue"]["runningLimit"] is None
    assert order("deleteQueue", name="reports")["deletedId"]
    assert not Queue.objects.filter(name="reports").exists()


def test_queue_shows_why_its_groups_are_pending(data, node, make_task):
    queues.create_queue("ml")
    huge, _ = make_task(slots=16, queue="ml"), make_task(slots=16, queue="ml")
    WorkerNode.objects.update(queues=["default", "ml"])

    shown = data("{ queues { name pendingGroups { slots reason message firstTask { uuid } } } }")

    assert shown["queues"] == [
        {"name": "default", "pendingGroups": []},
        {
            "name": "ml",
            "pendingGroups": [
                {
                    "slots": 16,
                    "reason": "TOO_LARGE",
                    "message": "The task needs 16 slots; the largest node has 2.",
                    "firstTask": {"uuid": str(huge.pk)},
                }
            ],
        },
    ]
