"""What `taskStatusChanged` and `cluster` send to subscribers."""

import threading
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.utils import timezone

from schema.core.relay import global_id
from tasks_app import backfilling
from tasks_app.log import events, pages
from tasks_app.log.cursor import Cursor
from tasks_app.models import Task, WorkerNode, uuid7
from tasks_app.services import backfills, schedules, tasks
from tasks_app.services.backfills import NewBackfill
from tasks_app.services.nodes import heartbeat
from tasks_app.services.tasks import NewTask
from tests.support.working import run_only

CHANGES = """
subscription Changes($where: TaskChangeWhere, $after: String) {
  taskStatusChanged(where: $where, after: $after) {
    kind taskId previousStatus status at version attempt message cursor
    task { uuid a b status result results { run } history { kind } }
    workerNode { name }
  }
}
"""
BRIEF = """
subscription Brief($where: TaskChangeWhere, $after: String) {
  taskStatusChanged(where: $where, after: $after) { taskId status version cursor }
}
"""
NODE = "node-1@here"


def here():
    """The place in the log as it is now."""
    return pages.head().encode()


def run(*made):
    for task in made:
        run_only(task, node=NODE)


def received(client, count, **options):
    return [client.data(**options) for _ in range(count)]


def versions(changes):
    return [(change["taskId"], change["version"]) for change in changes]


@pytest.mark.usefixtures("node")
def test_each_change_is_sent_with_its_task(client, make_task):
    client.subscribe(CHANGES, after=here())

    task = make_task(a=2**62, b=2**62)
    run(task)
    created, started, succeeded = received(client, 3)

    id = global_id("Task", task.pk)
    assert [
        (c["kind"], c["taskId"], c["previousStatus"], c["status"], c["version"], c["attempt"])
        for c in (created, started, succeeded)
    ] == [
        ("TASK_CREATED", id, None, "PENDING", 1, 0),
        ("TASK_STARTED", id, "PENDING", "RUNNING", 2, 1),
        ("TASK_SUCCEEDED", id, "RUNNING", "SUCCESS", 3, 1),
    ]
    assert [c["workerNode"] for c in (created, started, succeeded)] == [
        None,
        {"name": NODE},
        {"name": NODE},
    ]
    assert succeeded["task"] == {
        "uuid": str(task.pk),
        "a": str(2**62),
        "b": str(2**62),
        "status": "SUCCESS",
        "result": str(2**63),
        "results": [{"run": 1}],
        "history": [{"kind": k} for k in ("TASK_CREATED", "TASK_STARTED", "TASK_SUCCEEDED")],
    }


@pytest.mark.usefixtures("node")
def test_only_matching_changes_are_sent(client, server, make_task):
    one, two, three = make_task(), make_task(), make_task(run_at=timezone.now() + timedelta(days=1))
    after = here()
    client.subscribe(BRIEF, id="ids", where={"ids": [str(one.pk)]}, after=after)
    client.subscribe(BRIEF, id="statuses", where={"statuses": ["SUCCESS"]}, after=after)
    client.subscribe(BRIEF, id="queue", where={"queue": "nobody's"}, after=after)
    client.subscribe(
        BRIEF, id="both", where={"ids": [str(two.pk)], "statuses": ["CANCELLED"]}, after=after
    )

    run(one, two)
    tasks.cancel_task(three.pk)
    received = [client.receive() for _ in range(4)]

    by_id = {"ids": [], "statuses": []}
    for message in received:
        change = message["payload"]["data"]["taskStatusChanged"]
        by_id[message["id"]].append((change["taskId"], change["status"]))
    first, second = global_id("Task", one.pk), global_id("Task", two.pk)
    assert by_id == {
        "ids": [(first, "RUNNING"), (first, "SUCCESS")],
        "statuses": [(first, "SUCCESS"), (second, "SUCCESS")],
    }
    client.ping()  # and nothing else has come


def test_schedule_subscription_sends_the_changes_of_its_task(client, make_schedule, make_task):
    schedule = make_schedule()
    make_task()
    client.subscribe(BRIEF, where={"scheduleId": str(schedule.pk)})
    assert client.data()["version"] == 1

    schedules.trigger_schedule(schedule.pk)
    make_task()
    schedules.update_schedule(schedule.pk, a=7)

    changes = received(client, 2)
    task_id = global_id("Task", schedule.task.pk)
    assert [(change["taskId"], change["version"]) for change in changes] == [
        (task_id, 2),
        (task_id, 3),
    ]


def test_change_of_a_deleted_task_is_sent_without_its_row(client, make_schedule):
    schedule = make_schedule()
    after = here()
    schedules.trigger_schedule(schedule.pk)
    schedules.delete_schedule(schedule.pk)

    client.subscribe(CHANGES, after=after)

    change = client.data()
    assert (change["kind"], change["task"]) == ("TASK_TICKED", None)
    client.ping()  # that it was deleted is no status of it, and only in the log


@pytest.mark.usefixtures("node")
def test_subscription_begins_with_the_state_of_the_named_tasks(client, make_task):
    done, waiting = make_task(), make_task()
    run(done)

    client.subscribe(CHANGES, where={"ids": [str(done.pk), str(waiting.pk), str(uuid7())]})
    present = received(client, 2)
    run(waiting)
    later = received(client, 2)

    assert {(c["task"]["uuid"], c["status"], c["version"], c["kind"]) for c in present} == {
        (str(done.pk), "SUCCESS", 3, None),
        (str(waiting.pk), "PENDING", 1, None),
    }
    assert [(c["task"]["uuid"], c["version"]) for c in later] == [
        (str(waiting.pk), 2),
        (str(waiting.pk), 3),
    ]


def test_initial_state_is_not_sent_again(client, make_task):
    """While another transaction is open, what is known already is still ahead in the log."""
    opened, done = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()")
            opened.set()
            done.wait(timeout=30)
        connection.close()

    holding = threading.Thread(target=hold)
    holding.start()
    opened.wait(timeout=30)
    try:
        task = make_task()
        client.subscribe(BRIEF, where={"ids": [str(task.pk)]})
        assert client.data()["version"] == 1
    finally:
        done.set()
        holding.join()
    tasks.cancel_task(task.pk)

    assert client.data()["version"] == 2


def test_subscription_resumes_from_its_cursor(client, make_task):
    client.subscribe(BRIEF, after=here())
    ids, _ = tasks.create_tasks([NewTask(a=n, b=1) for n in range(5)])
    all_received = received(client, 5)

    for seen in range(1, 6):
        client.subscribe(BRIEF, id=f"after {seen}", after=all_received[seen - 1]["cursor"])
        assert versions(received(client, 5 - seen, id=f"after {seen}")) == versions(
            all_received[seen:]
        )
        client.send("complete", id=f"after {seen}")
    assert versions(all_received) == [(global_id("Task", id), 1) for id in ids]


def test_cursor_of_a_history_is_a_cursor_of_the_log(client, graphql_data):
    ids, _ = tasks.create_tasks([NewTask(a=n, b=1) for n in range(3)])
    query = "query Q($id: ID!) { task(id: $id) { history { cursor } } }"
    [event] = graphql_data(query, id=str(ids[1]))["task"]["history"]

    client.subscribe(BRIEF, after=event["cursor"])

    assert client.data()["taskId"] == global_id("Task", ids[2])


def test_a_page_and_what_follows_its_cursor_are_all(client, make_task, graphql_data):
    make_task()
    page = graphql_data("{ tasks { cursor nodes { id version } } }")["tasks"]
    second = make_task()

    client.subscribe(BRIEF, after=page["cursor"])

    known = {(task["id"], task["version"]) for task in page["nodes"]}
    change = client.data()
    while (change["taskId"], change["version"]) in known:
        change = client.data()
    assert (change["taskId"], change["version"]) == (global_id("Task", second.pk), 1)


@pytest.fixture
def graphql_data(server):
    def data(query, **variables):
        status, answer = server.request(
            "POST", "/graphql/", {"query": query, "variables": variables}
        )
        assert status == 200
        return answer["data"]

    return data


def test_cursor_before_the_log_ends_with_a_new_cursor(client, make_task):
    make_task()
    after = here()
    make_task()
    events.delete_before(timezone.now() + timedelta(days=1), 1_000, rolled_up_until=2**62)
    last = make_task()

    client.subscribe(BRIEF, after=after)

    answer = client.answer()
    [error] = answer["errors"]
    assert answer["data"] is None
    assert error["extensions"]["code"] == "STREAM_GAP"
    assert client.receive() == {"id": "1", "type": "complete"}
    client.subscribe(BRIEF, after=error["extensions"]["cursor"])
    assert client.data()["taskId"] == global_id("Task", last.pk)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ('after: "x"', "`after` must be a cursor of the event log."),
        ('after: ""', "`after` must be a cursor of the event log."),
        ('after: "LTE6Mg=="', "`after` must be a cursor of the event log."),
        ('after: "OTk5OTk5OTk5OTk5OTk5OTk5OTk6MQ=="', "`after` must be a cursor of the event log."),
        ('where: {ids: ["x"]}', "`x` must be a global ID: the `id` of an object."),
        ('where: {scheduleId: "x"}', "`x` must be a global ID: the `id` of an object."),
        (
            f'where: {{scheduleId: "{UUID(int=7)}"}}',
            "`scheduleId` does not identify an existing schedule.",
        ),
    ],
)
def test_invalid_arguments_are_refused(client, arguments, message):
    client.subscribe(f"subscription {{ taskStatusChanged({arguments}) {{ version }} }}")

    refusal = client.receive()
    assert (refusal["type"], refusal["id"]) == ("error", "1")
    [error] = refusal["payload"]
    assert (error["message"], error["extensions"]["code"]) == (message, "BAD_USER_INPUT")
    client.ping()


def test_a_cursor_of_another_database_is_a_gap(client):
    far = Cursor(2**62, 1).encode()
    client.subscribe(BRIEF, after=far)

    [error] = client.answer()["errors"]
    assert error["extensions"]["code"] == "STREAM_GAP"


def test_subscriptions_send_only_their_own_selection(client, server, make_task):
    """Operations share their answers only if they would be the same."""
    query = """subscription Q($after: String, $with: Boolean!) {
        taskStatusChanged(after: $after) { version status @include(if: $with) } }"""
    after = here()
    client.subscribe(query, id="with", after=after, **{"with": True})
    client.subscribe(query, id="without", after=after, **{"with": False})
    client.subscribe(
        query.replace("version", "v: version"), id="other", after=after, **{"with": False}
    )

    for _ in range(3):  # the first ones may come one by one
        make_task()
        received = [client.receive() for _ in range(3)]
        assert {m["id"]: m["payload"]["data"]["taskStatusChanged"] for m in received} == {
            "with": {"version": 1, "status": "PENDING"},
            "without": {"version": 1},
            "other": {"v": 1},
        }


def test_node_that_comes_online_sends_no_change_of_a_task(client):
    client.subscribe(BRIEF, after=here())
    heartbeat("n@host", host="host", pid=1, slots=1, queues=["default"])
    assert WorkerNode.objects.exists()
    client.ping()


def test_schedule_subscription_sends_overlapping_runs_and_backfills(client, node, make_schedule):
    schedule = make_schedule(overlap="ALLOW", max_concurrent_runs=3)
    other = make_schedule(overlap="ALLOW")
    schedules.trigger_schedule(schedule.pk)
    before = schedules.trigger_schedule(schedule.pk)
    ended = schedules.trigger_schedule(schedule.pk)
    tasks.cancel_task(ended.pk)
    after = here()
    client.subscribe(BRIEF, where={"scheduleId": str(schedule.pk)})
    client.subscribe(BRIEF, id="after", where={"scheduleId": str(schedule.pk)}, after=after)
    present = {change["taskId"] for change in received(client, 2)}
    assert present == {global_id("Task", task) for task in (schedule.task.pk, before.pk)}

    for each in (other, other, schedule):
        overlapping = schedules.trigger_schedule(each.pk)
    run(overlapping)
    until = timezone.now()
    new = NewBackfill(schedule_id=schedule.pk, since=until - timedelta(minutes=1), until=until)
    backfills.create_backfill(new)
    backfilling.advance(10)
    tasks.retry_task(ended.pk)

    [past] = Task.objects.filter(backfill_of=schedule)
    expected = [
        *((overlapping.pk, status) for status in ("PENDING", "RUNNING", "SUCCESS")),
        *((past.pk, "PENDING"), (ended.pk, "PENDING")),
    ]
    messages = [client.receive() for _ in range(2 * len(expected))]
    for id in ("1", "after"):
        changes = [
            message["payload"]["data"]["taskStatusChanged"]
            for message in messages
            if message["id"] == id
        ]
        assert [(change["taskId"], change["status"]) for change in changes] == [
            (global_id("Task", task), status) for task, status in expected
        ]
    client.ping()  # and nothing else has come
