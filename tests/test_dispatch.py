"""What reaches the broker. A real Valkey, and one that is not there."""

import threading

import pytest
from celery import current_app
from django.conf import settings
from redis import Redis

from tasks_app import dispatch
from tasks_app.models import Task, uuid7
from tasks_app.models.transitions import Moved


@pytest.fixture
def broker():
    """The broker as the worker sees it: a fresh queue that only this test reads."""
    client = Redis.from_url(settings.CELERY_BROKER_URL)
    client.flushdb()
    yield client
    client.flushdb()
    client.close()


@pytest.fixture
def dispatcher():
    return dispatch.Dispatcher()


def moved(**facts):
    defaults = dict.fromkeys(Moved._fields, 0) | {"id": uuid7(), "queue": "tests", "priority": 5}
    return Moved(**(defaults | facts))


def received(queue="tests"):
    """The messages of a queue in the order in which a worker gets them."""
    with current_app.connection_for_read() as connection:
        simple = connection.SimpleQueue(queue)
        messages = []
        while (message := next(iter_queue(simple), None)) is not None:
            messages.append(message)
        simple.close()
    return messages


def iter_queue(simple):
    try:
        message = simple.get_nowait()
    except simple.Empty:
        return
    message.ack()
    yield message.payload[0][0]


def test_tasks_travel_together_by_queue_and_priority(broker, dispatcher):
    low = [moved(priority=1) for _ in range(3)]
    high = [moved(priority=9) for _ in range(2)]

    dispatcher.put([*low, *high])

    assert dispatcher.wait_until_idle(5)
    assert received() == [[str(task.id) for task in high], [str(task.id) for task in low]]


def test_long_tasks_and_survivors_of_a_crash_travel_alone(broker, dispatcher):
    some = [moved(duration_ms=5), moved(attempt=1), moved(), moved()]

    dispatcher.put(some)

    assert dispatcher.wait_until_idle(5)
    assert sorted(map(len, received())) == [1, 1, 2]


def test_what_comes_while_one_message_leaves_travels_in_the_next(broker, dispatcher):
    start = threading.Barrier(20)

    def put():
        start.wait()
        dispatcher.put([moved()])

    threads = [threading.Thread(target=put) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert dispatcher.wait_until_idle(5)
    messages = received()
    assert sum(map(len, messages)) == 20
    assert len(messages) < 10


def test_a_broker_that_is_away_neither_raises_nor_holds_anybody_up(dispatcher, monkeypatch, caplog):
    monkeypatch.setattr(current_app.conf, "broker_write_url", "redis://127.0.0.1:1/0")

    for _ in range(3):
        dispatcher.put([moved()])
        assert dispatcher.wait_until_idle(5)

    # After the first failure the broker is left alone.
    assert [record.message[:18] for record in caplog.records] == ["broker unreachable"]


def test_messages_that_wait_are_counted_over_all_priorities(broker, dispatcher):
    dispatcher.put([moved(priority=priority, duration_ms=1) for priority in range(10)])

    assert dispatcher.wait_until_idle(5)

    assert dispatch.waiting(["tests", "empty"]) == {"tests": 10, "empty": 0}


def test_a_broker_that_is_away_cannot_say_what_waits(monkeypatch):
    monkeypatch.setattr(current_app.conf, "broker_read_url", "redis://127.0.0.1:1/0")

    with pytest.raises(dispatch.BrokerAwayError):
        dispatch.waiting(["tests"])


@pytest.mark.django_db(transaction=True)
def test_nothing_leaves_before_the_commit(broker, make_task):
    from django.db import transaction

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        make_task()
        1 / 0

    assert dispatch.wait_until_idle(5)
    assert Task.objects.count() == 0
    assert dispatch.waiting(["default"]) == {"default": 0}
