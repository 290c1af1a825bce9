"""Wake-ups: what reaches the broker. A real Valkey, and one that is not there."""

import contextlib
import threading

import pytest
from celery import current_app
from django.conf import settings
from django.db import transaction
from redis import Redis

from tasks_app import dispatch
from tasks_app.models import Task


@pytest.fixture
def broker():
    """A client of the broker, which is empty and has no worker."""
    client = Redis.from_url(settings.CELERY_BROKER_URL)
    client.flushdb()
    yield client
    client.flushdb()
    client.close()


@pytest.fixture
def dispatcher():
    return dispatch.Dispatcher()


def received(queue):
    """The names of the Celery tasks that wait in a queue of the broker, with their arguments."""
    with current_app.connection_for_read() as connection:
        simple = connection.SimpleQueue(queue)
        messages = []
        with contextlib.suppress(simple.Empty):
            while True:
                message = simple.get_nowait()
                message.ack()
                messages.append((message.headers["task"], message.payload[0]))
        simple.close()
    return messages


def test_wake_up_names_a_queue_and_no_task(broker, dispatcher):
    dispatcher.wake(["email", "billing"])

    assert dispatcher.wait_until_idle(5)
    assert received("email") == received("billing") == [("tasks_app.claim", [])]


def test_wake_ups_of_many_threads_are_coalesced(broker, dispatcher):
    start = threading.Barrier(20)

    def wake():
        start.wait()
        dispatcher.wake(["tests"])

    threads = [threading.Thread(target=wake) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert dispatcher.wait_until_idle(5)
    assert 1 <= len(received("tests")) < 10


def test_no_more_wake_ups_wait_than_the_cluster_could_use(broker, dispatcher, monkeypatch):
    monkeypatch.setattr(dispatch, "WAITING_MAX", 2)

    for _ in range(4):
        dispatcher.wake(["tests"])
        assert dispatcher.wait_until_idle(5)

    assert len(received("tests")) == 2


def test_broker_that_is_unavailable_neither_raises_nor_delays(dispatcher, monkeypatch, caplog):
    monkeypatch.setattr(current_app.conf, "broker_write_url", "redis://127.0.0.1:1/0")

    for _ in range(3):
        dispatcher.wake(["tests"])
        assert dispatcher.wait_until_idle(5)

    # After the first failure the broker is left alone.
    assert [record.message[:18] for record in caplog.records] == ["broker unavailable"]


def test_broker_that_is_unavailable_is_reported(monkeypatch):
    dispatch.check_broker()
    monkeypatch.setattr(current_app.conf, "broker_read_url", "redis://127.0.0.1:1/0")

    with pytest.raises(dispatch.BrokerUnavailableError):
        dispatch.check_broker()


@pytest.mark.django_db(transaction=True)
def test_wake_up_leaves_after_the_commit_only(broker, make_task):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        make_task()
        1 / 0
    assert dispatch.wait_until_idle(5)
    assert Task.objects.count() == 0
    assert received("default") == []

    make_task()
    assert dispatch.wait_until_idle(5)
    assert len(received("default")) == 1


@pytest.mark.django_db(transaction=True)
def test_wake_up_of_many_tasks_is_one_message(broker, make_task):
    with transaction.atomic():
        for _ in range(10):
            make_task()

    assert dispatch.wait_until_idle(5)
    assert len(received("default")) == 1
