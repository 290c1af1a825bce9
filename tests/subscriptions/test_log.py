"""clusterEvents: the whole log, and who watches it while others write."""

import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from redis import Redis

from schema.core.relay import global_id
from tasks_app.log import events, pages
from tasks_app.log.cursor import Cursor
from tasks_app.models import ClusterEvent, Task
from tasks_app.services import schedules, tasks
from tasks_app.services.nodes import heartbeat, node_offline
from tasks_app.services.tasks import NewTask
from tests.subscriptions.client import socket
from tests.support.cluster import running_cluster
from tests.support.waiting import eventually

EVENTS = """
subscription Log($after: String, $kinds: [ClusterEventKind!]) {
  clusterEvents(after: $after, kinds: $kinds) {
    __typename
    ... on EventBatch {
      cursor caughtUp
      events {
        cursor kind at actor message queue previousStatus status
        taskIds versions attempts scheduleIds workerNode { name connection }
      }
    }
    ... on StreamHeartbeat { at cursor }
    ... on StreamGap { cursor }
  }
}
"""


def batches(client, count):
    """Events, until there are so many."""
    found = []
    while len(found) < count:
        message = client.data()
        assert message["__typename"] == "EventBatch"
        found += message["events"]
    return found


def begin(client, *, id="1", **variables):
    client.subscribe(EVENTS, id=id, **variables)
    first = client.data(id=id)
    assert (first["__typename"], first["events"]) == ("EventBatch", [])
    return first["cursor"]


def test_everything_that_happens_is_in_it(client, make_schedule):
    begin(client)
    heartbeat("n@host", host="host", pid=1, slots=1, queues=["default"])
    ids, _ = tasks.create_tasks([NewTask(a=n, b=1) for n in range(3)])
    schedule = make_schedule()
    schedules.pause_schedule(schedule.pk, note="for lunch")
    node_offline("n@host")

    online, created, scheduled, paused, offline = batches(client, 5)

    assert (online["kind"], online["workerNode"]["name"]) == ("NODE_ONLINE", "n@host")
    assert (offline["kind"], offline["workerNode"]["connection"]) == ("NODE_OFFLINE", "OFFLINE")
    assert created == {
        "cursor": created["cursor"],
        "kind": "TASK_CREATED",
        "at": created["at"],
        "actor": None,
        "message": None,
        "queue": "default",
        "previousStatus": None,
        "status": "PENDING",
        "taskIds": [global_id("Task", id) for id in ids],
        "versions": [1, 1, 1],
        "attempts": [0, 0, 0],
        "scheduleIds": [],
        "workerNode": None,
    }
    assert scheduled["scheduleIds"] == [global_id("TaskSchedule", schedule.pk)]
    assert (paused["kind"], paused["message"]) == ("SCHEDULE_PAUSED", "for lunch")


def test_only_some_kinds(client, make_task):
    begin(client, kinds=["NODE_ONLINE"])
    make_task()
    heartbeat("n@host", host="host", pid=1, slots=1, queues=["default"])

    assert [event["kind"] for event in batches(client, 1)] == ["NODE_ONLINE"]


def test_each_cursor_goes_on_where_it_was_taken(client, make_task):
    start = begin(client)
    for _ in range(4):
        make_task()
    received = batches(client, 4)

    for seen, cursor in enumerate([start, *(event["cursor"] for event in received)]):
        client.subscribe(EVENTS, id=f"after {seen}", after=cursor)
        first = client.data(id=f"after {seen}")
        assert first["events"] == []
        rest = []
        while len(rest) < 4 - seen:
            rest += client.data(id=f"after {seen}")["events"]
        assert [event["cursor"] for event in rest] == [event["cursor"] for event in received[seen:]]
        client.send("complete", id=f"after {seen}")


def test_more_than_a_page_is_sent_in_order_until_caught_up(client, make_task):
    after = here()
    count = 2 * pages.PAGE_EVENTS_MAX + 10
    for _ in range(count):
        make_task()
    client.subscribe(EVENTS, after=after)

    received, caught_up = [], False
    while not caught_up:
        batch = client.data()
        received += batch["events"]
        caught_up = batch["caughtUp"] and bool(batch["events"])

    lines = ClusterEvent.objects.order_by("xid", "id")
    expected = [Cursor(line.xid, line.id).encode() for line in lines]
    assert [event["cursor"] for event in received] == expected
    assert len(received) == count


def here():
    return pages.head().encode()


def test_gap_is_sent_and_the_stream_continues(client, make_task):
    make_task()
    after = here()
    make_task()
    prune_all()
    client.subscribe(EVENTS, after=after)

    gap, first = client.data(), client.data()
    assert (gap["__typename"], first["__typename"]) == ("StreamGap", "EventBatch")
    assert gap["cursor"] == first["cursor"]
    kept = make_task()
    [event] = batches(client, 1)
    assert event["taskIds"] == [global_id("Task", kept.pk)]


def prune_all():
    assert events.delete_before(timezone.now() + timedelta(days=1), 1_000, rolled_up_until=2**62)


@contextmanager
def another_connection():
    """Runs functions in a thread, and so in a transaction of its own."""
    work, done = threading.Semaphore(0), threading.Semaphore(0)
    jobs = []

    def loop():
        while True:
            work.acquire()
            job = jobs.pop()
            if job is None:
                connection.close()
                return
            job()
            done.release()

    thread = threading.Thread(target=loop)
    thread.start()

    def run(job):
        jobs.append(job)
        work.release()
        assert done.acquire(timeout=30)

    try:
        yield run
    finally:
        jobs.append(None)
        work.release()
        thread.join()


def test_what_commits_late_is_not_missed(client):
    """The first to take a place in the log is the last to be seen there."""
    begin(client)
    block = transaction.atomic()

    def start():
        block.__enter__()
        tasks.create_task(NewTask(a=1, b=1))

    with another_connection() as other:
        other(start)
        tasks.create_task(NewTask(a=2, b=2))
        heartbeat("n@host", host="host", pid=1, slots=1, queues=["default"])
        other(lambda: block.__exit__(None, None, None))

    received = batches(client, 3)
    assert [event["kind"] for event in received] == ["TASK_CREATED", "TASK_CREATED", "NODE_ONLINE"]
    sums = dict(Task.objects.values_list("pk", "a"))
    assert [sums_of(event, sums) for event in received] == [[1], [2], []]


def sums_of(event, sums):
    return [sums[pk] for pk in sums if global_id("Task", pk) in event["taskIds"]]


def test_four_writers_whose_transactions_overlap_leave_no_gap(client):
    """Each begins before the others have ended, in an order of its own."""
    rounds = 40
    begin(client)

    def write(number):
        for i in range(rounds):
            with transaction.atomic():
                tasks.create_task(NewTask(a=number, b=i))
                turn.wait()  # all four have taken their places
                if number == i % 4:
                    late.wait()
            if number != i % 4:
                late.wait()
        connection.close()

    turn, late = threading.Barrier(4), threading.Barrier(4)
    writers = [threading.Thread(target=write, args=[number]) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    received = batches(client, 4 * rounds)
    cursors = [event["cursor"] for event in received]
    lines = ClusterEvent.objects.order_by("xid", "id")
    assert cursors == [Cursor(line.xid, line.id).encode() for line in lines]
    client.ping()


@pytest.fixture
def patient_server(transactional_db):
    """A server that polls the log so rarely that only notifications count."""
    with running_cluster(LOG_POLL_SECONDS="600") as cluster:
        yield cluster


def test_notification_alone_is_enough(patient_server, make_task):
    with socket(patient_server) as client:
        begin(client)
        eventually(is_listened_to)
        for _ in range(3):
            make_task()
            assert batches(client, 1)[0]["kind"] == "TASK_CREATED"


def is_listened_to():
    with Redis.from_url(settings.REDIS_URL) as valkey:
        return any(
            number for _, number in valkey.pubsub_numsub(f"{settings.CHANNEL_PREFIX}__group__log")
        )


def test_held_back_events_are_sent_without_another_notification(patient_server, make_task):
    """By a transaction that has nothing to do with the log, and so does not ring when it ends."""
    block = transaction.atomic()

    def start():
        block.__enter__()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()")

    with socket(patient_server) as client, another_connection() as other:
        begin(client)
        eventually(is_listened_to)
        other(start)
        before = timezone.now()
        make_task()
        eventually(lambda: was_read_since(before))
        other(lambda: block.__exit__(None, None, None))
        assert batches(client, 1)[0]["kind"] == "TASK_CREATED"


def was_read_since(time):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " AND query LIKE '%%AS horizon%%' AND query_start > %s",
            [time],
        )
        return cursor.rowcount


@pytest.fixture
def deaf_server(transactional_db):
    """It looks for its Valkey where there is none."""
    with running_cluster(REDIS_URL="redis://127.0.0.1:1/0") as cluster:
        yield cluster


def test_the_timer_alone_is_enough(deaf_server, make_task):
    with socket(deaf_server) as client:
        begin(client)
        for _ in range(3):
            make_task()
            assert batches(client, 1)[0]["kind"] == "TASK_CREATED"


@pytest.fixture
def late_server(transactional_db):
    """It hears nothing, and looks at the log every few seconds."""
    with running_cluster(REDIS_URL="redis://127.0.0.1:1/0", LOG_POLL_SECONDS="3") as cluster:
        yield cluster


def test_cursor_ahead_of_the_server_gets_nothing_twice(late_server, make_task):
    """As after a change of servers: the last one may have been ahead of this one."""
    changes = "subscription S($after: String) { taskStatusChanged(after: $after) { taskId } }"
    with socket(late_server) as client:
        start = begin(client, id="log")
        client.subscribe(changes, id="changes", after=start)
        client.ping()
        known, new = make_task(), make_task()
        [first, _] = pages.read(Cursor.decode(start)).events
        after = first.end.encode()

        client.subscribe(EVENTS, id="log from there", after=after)
        client.subscribe(changes, id="changes from there", after=after)

        received = {"log": [], "log from there": [], "changes": [], "changes from there": []}
        while sum(map(len, received.values())) < 6:
            message = client.receive()
            [data] = message["payload"]["data"].values()
            received[message["id"]] += tasks_of(data)
    both = [global_id("Task", task.pk) for task in (known, new)]
    assert received == {
        "log": both,
        "changes": both,
        "log from there": both[1:],
        "changes from there": both[1:],
    }


def tasks_of(data):
    if "taskId" in data:
        return [data["taskId"]]
    return [id for event in data["events"] for id in event["taskIds"]]
