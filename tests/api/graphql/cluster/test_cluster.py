"""Nodes and queues over GraphQL: their fields, and the mutations that control them."""

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tasks_app.models import ClusterEvent, Queue, WorkerNode
from tasks_app.services import nodes
from tests.api.graphql.cluster.selections import NODE, STATS
from tests.support.working import claim, claim_only, run_all

pytestmark = pytest.mark.django_db


def test_node_has_its_slots_and_statistics(data, node, make_task):
    make_task()
    run_all()
    make_task()
    claim()

    shown = data(
        f"""query Q($name: String!) {{ workerNode(name: $name) {{ {NODE} {STATS} }}
             missing: workerNode(name: "missing") {{ id }} workerNodes {{ name busySlots }} }}""",
        name=node.name,
    )

    found = shown["workerNode"]
    assert (found["slots"], found["busySlots"], found["scheduling"]) == (2, 1, "ACTIVE")
    assert (found["stats"]["succeeded"], found["stats"]["failed"]) == (1, 0)
    assert found["stats"]["runTime"]["p95"] > 0
    assert shown["missing"] is None
    assert shown["workerNodes"] == [{"name": node.name, "busySlots": 1}]


@pytest.mark.parametrize("count", [1, 20])
def test_number_of_queries_is_independent_of_the_nodes(data, node, count):
    for number in range(count):
        nodes.heartbeat(f"n{number}@here", host="x", pid=1, slots=1, queues=["default"])

    with CaptureQueriesContext(connection) as asked:
        data(f"{{ workerNodes {{ name busySlots {STATS} }} }}")

    assert len(asked) == 3  # nodes, what is busy, load


def test_nodes_are_controlled(order, node):
    paused = order("pauseWorkerNode", name=node.name, note="noisy")
    assert paused["errors"] == []
    assert paused["workerNode"]["scheduling"] == "PAUSED"
    assert paused["workerNode"]["schedulingNote"] == "noisy"
    assert order("resumeWorkerNode", name=node.name)["workerNode"]["scheduling"] == "ACTIVE"
    assert order("resizeWorkerNode", name=node.name, slots=5)["workerNode"]["desiredSlots"] == 5
    assigned = order("assignWorkerNode", name=node.name, queues=["default"])
    assert assigned["workerNode"]["desiredQueues"] == ["default"]
    drained = order("drainWorkerNode", name=node.name, deadline="2100-01-01T00:00:00Z")
    assert drained["workerNode"]["scheduling"] == "DRAINED"
    assert drained["workerNode"]["drainDeadline"] == "2100-01-01T00:00:00+00:00"
    assert order("stopWorkerNode", name=node.name)["workerNode"]["stopRequestedAt"]


def test_forgotten_node_is_null_where_its_work_is_shown(data, order, node, make_task):
    task = make_task()
    run_all()
    id = data(f'{{ workerNode(name: "{node.name}") {{ id }} }}')["workerNode"]["id"]
    nodes.node_offline(node.name)

    assert order("forgetWorkerNode", name=node.name) == {"deletedId": id, "errors": []}

    shown = data(
        """query Q($id: ID!, $node: ID!) {
            workerNodes { name } node(id: $node) { id }
            task(id: $id) {
                status workerNode { name }
                results { result workerNode { name } }
                history { kind workerNode { name } }
            }
        }""",
        id=str(task.pk),
        node=id,
    )
    assert (shown["workerNodes"], shown["node"]) == ([], None)
    assert shown["task"] == {
        "status": "SUCCESS",
        "workerNode": None,
        "results": [{"result": "5", "workerNode": None}],
        "history": [
            {"kind": kind, "workerNode": None}
            for kind in ("TASK_CREATED", "TASK_STARTED", "TASK_SUCCEEDED")
        ],
    }


SCHEDULING = "schedulingPolicy { policy backfill agingMs changedAt changedBy }"


def set_policy(data, **parameters):
    return data(
        f"""mutation M($input: SetSchedulingPolicyInput!) {{ setSchedulingPolicy(input: $input) {{
            {SCHEDULING} errors {{ code field message }} }} }}""",
        input=parameters,
    )["setSchedulingPolicy"]


def test_scheduling_policy_is_read_and_set(data):
    default = data(f"{{ cluster {{ {SCHEDULING} }} }}")["cluster"]["schedulingPolicy"]
    assert default == {
        **{"policy": "PRIORITY", "backfill": True, "agingMs": 600_000},
        **{"changedAt": None, "changedBy": ""},
    }

    changed = set_policy(data, policy="FAIR_SHARE", backfill=False, note="month's end")

    assert (changed["errors"], changed["schedulingPolicy"]["policy"]) == ([], "FAIR_SHARE")
    assert changed["schedulingPolicy"]["changedAt"]
    found = data(f"{{ cluster {{ {SCHEDULING} }} }}")["cluster"]["schedulingPolicy"]
    assert found == changed["schedulingPolicy"]
    event = ClusterEvent.objects.get(kind="SCHEDULING_CHANGED")
    assert event.message == "FAIR_SHARE, without backfill: month's end"


def test_scheduling_policy_that_is_not_valid_is_refused_by_field(data):
    refused = set_policy(data, policy="AGED_PRIORITY", agingMs=1)
    [error] = refused["errors"]
    assert (error["code"], error["field"]) == ("OUT_OF_RANGE", ["input", "agingMs"])
    assert not ClusterEvent.objects.filter(kind="SCHEDULING_CHANGED").exists()


@pytest.mark.parametrize(
    ("mutation", "parameters", "field", "code"),
    [
        ("pauseWorkerNode", {"name": "nobody"}, "name", "NOT_FOUND"),
        ("resizeWorkerNode", {"name": "node-1@here", "slots": 0}, "slots", "OUT_OF_RANGE"),
        ("assignWorkerNode", {"name": "node-1@here", "queues": ["x"]}, "queues", "UNKNOWN_QUEUE"),
        ("forgetWorkerNode", {"name": "node-1@here"}, "name", "NOT_OFFLINE"),
        ("forgetWorkerNode", {"name": "nobody"}, "name", "NOT_FOUND"),
        ("pauseWorkerNode", {"name": "a\0"}, "name", "INVALID"),
        ("pauseQueue", {"name": "nowhere"}, "name", "NOT_FOUND"),
        *(
            (f"{verb}Queue", {"name": "a\0"} | limit, "name", "INVALID")
            for verb, limit in (
                *(("create", {}), ("update", {"runningLimit": 1}), ("delete", {})),
                *(("pause", {}), ("resume", {})),
            )
        ),
        ("deleteQueue", {"name": "nowhere"}, "name", "NOT_FOUND"),
        ("deleteQueue", {"name": "default"}, "name", "IN_USE"),
        ("createQueue", {"name": "default"}, "name", "ALREADY_EXISTS"),
        ("createQueue", {"name": "x", "runningLimit": 0}, "runningLimit", "OUT_OF_RANGE"),
    ],
)
def test_invalid_input_is_refused_by_field(order, node, mutation, parameters, field, code):
    payload = order(mutation, **parameters)

    assert [(e["code"], e["field"]) for e in payload["errors"]] == [(code, ["input", field])]
    assert not ClusterEvent.objects.exists()


def test_logged_in_user_is_the_actor_in_the_log(node):
    client = Client()
    client.force_login(get_user_model()._default_manager.create_user("ann", is_staff=True))
    query = 'mutation { pauseQueue(input: { name: "default" }) { queue { pausedBy } } }'

    answer = client.post("/graphql/", {"query": query}, content_type="application/json").json()

    assert answer == {
        "data": {"pauseQueue": {"queue": {"pausedBy": "ann"}}},
        "extensions": answer["extensions"],
    }
    assert ClusterEvent.objects.get().actor == "ann"


def test_pending_task_has_the_reason(data, node, make_task):
    make_task(duration_ms=60_000)
    claim(message="busy")
    make_task(slots=2, priority=9)
    task = make_task(slots=2)
    query = """query Q($id: ID!) { task(id: $id) { slots pendingReason
        pending { reason message tasksAhead estimatedStartAt } } }"""

    def shown():
        return data(query, id=str(task.pk))["task"]

    assert shown()["pending"] == {
        "reason": "WAITING_FOR_SLOT",
        "message": "All slots that the task could use are occupied, and other tasks come first by"
        " the policy PRIORITY.",
        "tasksAhead": 1,
        "estimatedStartAt": None,
    }
    WorkerNode.objects.update(slots=1)
    assert shown()["pending"]["reason"] == shown()["pendingReason"] == "TOO_LARGE"
    assert shown()["pending"]["tasksAhead"] is None
    WorkerNode.objects.update(slots=9)
    claim_only(task, message="message-9")
    assert shown() == {"slots": 2, "pendingReason": None, "pending": None}


def test_the_start_of_a_task_is_estimated_from_the_rate_of_its_queue(data, node, make_task):
    for _ in range(30):
        make_task()
    run_all()
    for _ in range(10):
        make_task()
    Queue.objects.update(running_limit=1)
    make_task(priority=9)
    claim()

    nodes = data("{ tasks { nodes { pending { reason tasksAhead estimatedStartAt } } } }")["tasks"]

    waiting = [task["pending"] for task in nodes["nodes"] if task["pending"]]
    assert {pending["reason"] for pending in waiting} == {"QUEUE_LIMIT"}
    assert [pending["tasksAhead"] for pending in waiting] == list(range(9, -1, -1))
    assert waiting[0]["estimatedStartAt"] > waiting[-1]["estimatedStartAt"]
