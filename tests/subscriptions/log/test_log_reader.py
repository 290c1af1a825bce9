"""The reader of the log is woken by notifications and by its timer."""

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from redis import Redis

from schema.core.relay import global_id
from tasks_app.log import pages
from tasks_app.log.cursor import Cursor
from tests.subscriptions.client import socket
from tests.subscriptions.log.events import EVENTS, another_connection, batches, begin
from tests.support.cluster import running_cluster
from tests.support.waiting import eventually


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
