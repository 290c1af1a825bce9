"""Queries of tasks and of the cluster: selections, conditions, reasons."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tasks_app.models import Queue, Task
from tasks_app.services import nodes, tasks
from tests.support.working import run_only

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(data):
    """Which tasks match, by their `a`, in the order of the list."""

    def found(where=None, **arguments):
        query = """query Q($where: TaskWhere, $orderBy: TaskOrder, $last: Int, $before: String) {
            tasks(where: $where, orderBy: $orderBy, last: $last, before: $before) {
              nodes { a } totalCount } }"""
        page = data(query, where=where, **arguments)["tasks"]
        return [int(task["a"]) for task in page["nodes"]]

    return found


def test_history_of_a_task_has_the_attempts_that_failed(data, node, make_task):
    task = make_task(fail_attempts=2, max_attempts=2, retry_backoff_ms=0)
    run_only(task)

    shown = data(
        """query Q($id: ID!) { task(id: $id) {
            status failedMessage failAttempts retryBackoffMs result
            history { kind attempt message } } }""",
        id=str(task.pk),
    )["task"]

    failed = [event for event in shown.pop("history") if event["message"]]
    message = "Attempt {} of 2 failed: simulated failure.".format
    assert failed == [
        {"kind": "TASK_ATTEMPT_FAILED", "attempt": 1, "message": message(1)},
        {"kind": "TASK_FAILED", "attempt": 2, "message": message(2)},
    ]
    assert shown == {
        **{"status": "FAILED", "failedMessage": message(2), "result": None},
        **{"failAttempts": 2, "retryBackoffMs": 0},
    }


def test_task_has_the_history_of_its_attempts(data, node, make_task):
    task = make_task(
        a=2, b=3, priority=7, duration_ms=1, idempotency_key="order-7", concurrency_key="k"
    )
    run_only(task)

    shown = data(
        """query Q($id: ID!) { task(id: $id) {
            id uuid a b result status isTerminal failedMessage celeryTaskId priority durationMs
            queue { name } workerNode { name slots } attempt run maxAttempts version idempotencyKey
            concurrencyKey concurrencyLimit queueTimeMs runTimeMs pendingReason schedule { uuid }
            history { kind previousStatus status version attempt workerNode { name } } } }""",
        id=str(task.pk),
    )["task"]

    history = shown.pop("history")
    assert shown.pop("queueTimeMs") >= 0
    assert shown.pop("runTimeMs") >= 1
    assert shown.pop("id") != shown["uuid"]
    assert shown == {
        **{"uuid": str(task.pk), "a": "2", "b": "3", "result": "5", "status": "SUCCESS"},
        **{"isTerminal": True, "failedMessage": None, "celeryTaskId": "message-1"},
        **{"priority": 7, "durationMs": 1, "queue": {"name": "default"}},
        **{"workerNode": {"name": "node-1@here", "slots": 2}, "attempt": 1, "run": 1},
        **{"maxAttempts": 3, "version": 3, "idempotencyKey": "order-7"},
        **{"pendingReason": None, "schedule": None},
        **{"concurrencyKey": "k", "concurrencyLimit": 1},
    }
    assert [(e["kind"], e["previousStatus"], e["status"], e["version"]) for e in history] == [
        ("TASK_CREATED", None, "PENDING", 1),
        ("TASK_STARTED", "PENDING", "RUNNING", 2),
        ("TASK_SUCCEEDED", "RUNNING", "SUCCESS", 3),
    ]
    assert history[1]["workerNode"] == {"name": "node-1@here"}


def test_objects_are_found_again_by_their_global_id(data, node, make_task):
    run_only(task := make_task())
    ids = data("{ tasks { nodes { id queue { id } workerNode { id } results { id } } } }")
    [shown] = ids["tasks"]["nodes"]
    wanted = [
        shown["id"],
        shown["queue"]["id"],
        shown["workerNode"]["id"],
        shown["results"][0]["id"],
    ]

    query = "query Q($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Task { uuid } } }"
    nodes = data(query, ids=wanted)["nodes"]

    assert [node["id"] for node in nodes] == wanted
    assert [node["__typename"] for node in nodes] == ["Task", "Queue", "WorkerNode", "TaskResult"]
    assert nodes[0]["uuid"] == str(task.pk)
    task.results.all().delete()
    Task.objects.all().delete()
    assert data("query Q($id: ID!) { node(id: $id) { id } }", id=wanted[0])["node"] is None


def test_conditions_choose_tasks(found, make_task, node):
    one, two, three = (make_task(a=a, b=10) for a in (1, 2, 3))
    run_only(one)
    tasks.cancel_task(two.pk)
    later = (timezone.now() + timedelta(minutes=1)).isoformat()

    assert found() == [3, 2, 1]
    assert found({"ids": [str(one.pk), str(three.pk)]}) == [3, 1]
    assert found({"statuses": ["SUCCESS", "CANCELLED"]}) == [2, 1]
    assert found({"queue": "default"}) == [3, 2, 1]
    assert found({"workerNode": "node-1@here"}) == [1]
    assert found({"scheduled": True}) == []
    assert found({"createdAt": {"start": later}}) == []
    assert found({"finishedAt": {"end": later}}) == [2, 1]
    assert found({"a": {"min": 2, "max": "2"}}) == [2]
    assert found({"b": {"equals": 10}, "a": {"equals": 3}}) == [3]
    assert found({"result": {"equals": 11}}) == [1]
    assert found({"result": {"max": str(10**30)}}) == [1]
    assert found({"a": {"min": str(2**70)}}) == []
    assert found({"OR": [{"a": {"equals": 1}}, {"a": {"equals": 3}}]}) == [3, 1]
    assert found({"OR": []}) == []
    assert found({"AND": [{"a": {"min": 2}}, {"a": {"max": 2}}]}) == [2]
    assert found({"NOT": {"result": {"equals": 11}}}) == [3, 2]
    assert found({"NOT": {"statuses": ["PENDING"]}}) == [2, 1]


def test_tasks_of_a_schedule(found, make_schedule, make_task):
    schedule = make_schedule(a=7)
    make_task(a=1)

    assert found({"scheduleId": str(schedule.pk)}) == [7]
    assert found({"scheduled": True}) == [7]
    assert found({"scheduled": False}) == [1]


def test_the_list_has_an_order_and_can_be_read_backwards(found, make_task, node):
    one, two, _ = (make_task(a=a) for a in (1, 2, 3))
    run_only(two)
    run_only(one)

    assert found(orderBy={"field": "CREATED_AT", "direction": "ASC"}) == [1, 2, 3]
    assert found(orderBy={"field": "FINISHED_AT"}) == [1, 2]
    assert found(last=2) == [2, 1]


def test_why_a_task_waits(data, make_task):
    def reason():
        return data("{ tasks { nodes { pendingReason } } }")["tasks"]["nodes"][0]["pendingReason"]

    task = make_task(run_at=timezone.now() + timedelta(hours=1))
    assert reason() == "NOT_DUE"
    Task.objects.update(due_at=timezone.now())
    assert reason() == "NO_NODE_FOR_QUEUE"
    nodes.heartbeat("node-1@here", host="here", pid=1, slots=2, queues=["default"])
    assert reason() == "WAITING_FOR_SLOT"
    Queue.objects.update(paused_at=timezone.now())
    assert reason() == "QUEUE_PAUSED"
    Queue.objects.update(paused_at=None)
    run_only(task)
    assert reason() is None


def test_a_task_of_a_schedule_waits_for_its_first_tick(data, make_schedule):
    schedule = make_schedule()

    shown = data(
        """{ taskSchedules { nodes { nextRunAt task { pendingReason } } }
             cluster { oldestPendingMs } }"""
    )

    assert shown["taskSchedules"]["nodes"] == [
        {
            "nextRunAt": schedule.next_run_at.isoformat(),
            "task": {"pendingReason": "NOT_DUE"},
        }
    ]
    assert shown["cluster"]["oldestPendingMs"] is None


def test_the_cluster_at_a_glance(data, make_task, node):
    run_only(make_task())
    make_task()

    shown = data(
        """{ cluster { statusCounts { status count } oldestPendingMs cursor }
             queues { name } workerNodes { name connection } }"""
    )

    counts = {row["status"]: row["count"] for row in shown["cluster"]["statusCounts"]}
    assert counts == {"PENDING": 1, "RUNNING": 0, "SUCCESS": 1, "FAILED": 0, "CANCELLED": 0}
    assert shown["cluster"]["oldestPendingMs"] >= 0
    assert shown["queues"] == [{"name": "default"}]
    assert shown["workerNodes"] == [{"name": "node-1@here", "connection": "ONLINE"}]


def test_the_cluster_holds_its_nodes_and_queues(data, node, django_assert_max_num_queries):
    query = """{ cluster { queues { name statusCounts { status } stats { perSecond } }
        workerNodes { name slots busySlots stats { perSecond } } } }"""
    for name in ("mail", "reports", "video"):
        Queue.objects.create(name=name)

    with django_assert_max_num_queries(6):
        shown = data(query)["cluster"]
    assert [queue["name"] for queue in shown["queues"]] == ["default", "mail", "reports", "video"]
    assert [(each["name"], each["busySlots"]) for each in shown["workerNodes"]] == [
        ("node-1@here", 0)
    ]


def test_answer_has_the_cost_of_its_operation(graphql):
    answer = graphql.execute("{ tasks(first: 10) { nodes { a results(first: 2) { result } } } }")

    assert answer["extensions"] == {
        "cost": {"requested": 1 + 10 * (1 + 1 + 1 + 2), "limit": 10_000}
    }
