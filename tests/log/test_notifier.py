"""The notifier: publishes once per transaction that appended events, to the channel layer."""

import asyncio
import threading

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from redis import Redis

from tasks_app.log import notifier
from tasks_app.models import Task
from tasks_app.services import tasks
from tasks_app.services.tasks import NewTask
from tests import engines

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def notifications(monkeypatch):
    heard = []
    monkeypatch.setattr(notifier._notifier, "notify", lambda: heard.append("notify"))
    return heard


def test_transaction_notifies_once_after_commit(notifications, make_task):
    with transaction.atomic():
        make_task()
        with transaction.atomic():
            make_task()
        assert notifications == []

    assert notifications == ["notify"]


def test_rolled_back_transaction_does_not_notify(notifications, make_task):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        make_task()
        1 / 0

    assert notifications == []


def test_transaction_with_a_rolled_back_savepoint_notifies(notifications, make_task):
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            make_task()
            1 / 0
        make_task()

    assert notifications == ["notify"]


def test_command_without_effect_does_not_notify(notifications):
    tasks.cancel_tasks(Q())

    assert notifications == []


def test_notification_arrives_through_the_channel_layer():
    """The notifier writes the private format of the channel layer, which may change with it."""

    async def wait_for_a_ring():
        heard = asyncio.Event()
        listening = asyncio.create_task(notifier.listen(heard.set))
        try:
            async with asyncio.timeout(10):
                # First it says that it listens.
                await heard.wait()
                heard.clear()
                threading.Thread(target=ring).start()
                await heard.wait()
        finally:
            listening.cancel()

    def ring():
        with Redis.from_url(settings.REDIS_URL) as valkey:
            notifier.publish(valkey)

    async_to_sync(wait_for_a_ring)()


@pytest.mark.skipif(engines.valkey is None, reason="an external Valkey must not be paused")
def test_writer_does_not_wait_for_an_unresponsive_valkey(monkeypatch):
    """So it is seen by order, not by the clock: all are written before one ring has ended."""
    ended = threading.Event()
    publish = notifier.publish

    def publish_and_tell(client):
        try:
            publish(client)
        finally:
            ended.set()

    monkeypatch.setattr(notifier, "publish", publish_and_tell)
    monkeypatch.setattr(notifier, "TIMEOUT_SECONDS", 5.0)
    monkeypatch.setattr(notifier, "_notifier", notifier.Notifier())
    engines.valkey.pause()
    try:
        for number in range(20):
            tasks.create_task(NewTask(a=number, b=1))
        assert not ended.is_set()
        assert Task.objects.count() == 20
    finally:
        engines.valkey.resume()
    assert ended.wait(timeout=20)
