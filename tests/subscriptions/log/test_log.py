"""clusterEvents: the whole log, and who watches it while others write."""

import threading
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from schema.core.relay import global_id
from tasks_app.log import events, pages
from tasks_app.log.cursor import Cursor
from tasks_app.models import ClusterEvent, Task
from tasks_app.services import schedules, tasks
from tasks_app.services.nodes import heartbeat, node_offline
from tasks_app.services.tasks import NewTask
from tests.subscriptions.log.events import EVENTS, another_connection, batches, begin


def test_log_has_every_change(client, make_schedule):
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


def test_only_the_requested_kinds_are_sent(client, make_task):
    begin(client, kinds=["NODE_ONLINE"])
    make_task()
    heartbeat("n@host", host="host", pid=1, slots=1, queues=["default"])

    assert [event["kind"] for event in batches(client, 1)] == ["NODE_ONLINE"]


def test_each_cursor_resumes_after_its_event(client, make_task):
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


def test_event_that_commits_late_is_not_missed(client):
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
