"""The doorbell: rung once for each transaction that appended to the log, and heard by the layer."""

import asyncio
import threading

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.db import transaction
from redis import Redis

from tasks_app.log import notifier
from tasks_app.models import Task
from tasks_app.services import tasks
from tasks_app.services.tasks import NewTask
from tests import engines

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rings(monkeypatch):
    heard = []
    monkeypatch.setattr(notifier._notifier, "notify", lambda: heard.append("notify"))
    return heard


def test_a_transaction_rings_once_when_it_has_committed(rings, make_task):
    with transaction.atomic():
        make_task()
        with transaction.atomic():
            make_task()
        assert rings == []

    assert rings == ["notify"]


def test_what_is_rolled_back_does_not_ring(rings, make_task):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        make_task()
        1 / 0

    assert rings == []


def test_what_is_left_of_a_transaction_rings(rings, make_task):
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            make_task()
            1 / 0
        make_task()

    assert rings == ["notify"]


def test_what_changes_nothing_does_not_ring(rings):
    tasks.cancel_tasks(tasks.Q())

    assert rings == []


def test_a_ring_is_heard_through_the_channel_layer():
    """The bell writes what the layer reads, which is nobody's promise but this test's."""

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


@pytest.mark.skipif(engines.valkey is None, reason="somebody else's Valkey is not ours to pause")
def test_nobody_waits_for_a_valkey_that_hangs(monkeypatch):
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
