"""Who is slow, idle or gone, in this process, where time can be made to pass."""

import asyncio
from contextlib import aclosing

import pytest
from asgiref.sync import async_to_sync
from django.db import connection

from schema import schema
from schema.core.relay import global_id
from schema.execution import broadcast, executor
from schema.transport import websocket
from tasks_app.log import pages
from tasks_app.models import Task
from tasks_app.services import tasks
from tasks_app.services.tasks import NewTask
from tests.subscriptions.inside import CHANGES, answers


def change(id, version):
    task_id = global_id("Task", id)
    return f'{{"data":{{"taskStatusChanged":{{"taskId":"{task_id}","version":{version}}}}}}}'


def first_page_and_three_changes_of_two():
    """A page full of new tasks, and on the next page each change of two of them."""
    ids, _ = tasks.create_tasks([NewTask(a=n, b=1) for n in range(pages.PAGE_CHANGES_ENOUGH)])
    for _ in range(2):
        for id in ids[:2]:
            tasks.cancel_task(id)
            tasks.retry_task(id)
    return ids


def test_reading_client_gets_each_change(threads):
    after = pages.head().encode()
    ids = first_page_and_three_changes_of_two()

    received = answers(after, len(ids) + 8)

    assert received[len(ids) :] == [
        change(id, version) for pair in ((2, 3), (4, 5)) for id in ids[:2] for version in pair
    ]


def test_stalled_client_gets_the_newest_of_what_it_missed(threads, monkeypatch):
    # Each answer seems to be taken late.
    monkeypatch.setattr(broadcast, "STALL_SECONDS", -1)
    after = pages.head().encode()
    ids = first_page_and_three_changes_of_two()

    query = CHANGES.replace("version", "version coalesced")

    received = answers(after, len(ids) + 2, query)

    # Of each of the two tasks, three changes are left out.
    assert all('"coalesced":0' in each for each in received[: len(ids)])
    assert received[len(ids) :] == [
        change(id, 5).replace('"version":5', '"version":5,"coalesced":3') for id in ids[:2]
    ]


def test_stalled_client_gets_the_whole_log(threads, monkeypatch):
    monkeypatch.setattr(broadcast, "STALL_SECONDS", -1)
    after = pages.head().encode()
    ids = first_page_and_three_changes_of_two()
    query = """subscription S($after: String) { clusterEvents(after: $after) {
        ... on EventBatch { events { versions } } } }"""

    received = "".join(answers(after, 3, query))

    assert received.count('"versions"') == 1 + 8
    assert Task.objects.count() == len(ids)


def test_dropped_subscriber_misses_nothing(threads, monkeypatch):
    """A broadcaster drops a subscriber whose buffer is full, and it catches up."""
    monkeypatch.setattr(broadcast, "BUFFER_MAX", 1)
    monkeypatch.setattr(broadcast, "FULL_BUFFER_SECONDS", 0)
    lost, lose = asyncio.Event(), broadcast.Subscriber.drop
    monkeypatch.setattr(broadcast.Subscriber, "drop", lambda it: lost.set() or lose(it))
    after = pages.head().encode()

    async def collect():
        found = []
        request = executor.Request(CHANGES, {"after": after})
        async with asyncio.timeout(30), aclosing(executor.answers(schema, request)) as stream:
            first = asyncio.ensure_future(anext(stream))
            await asyncio.to_thread(create, 1)
            found.append(await first)
            await asyncio.to_thread(create, 100)
            # The broadcaster has more than the client takes.
            await lost.wait()
            while len(found) < 101:
                found.append(await anext(stream))
        return found

    def create(count):
        for _ in range(count):
            tasks.create_task(NewTask(a=1, b=1))
        connection.close()

    received = async_to_sync(collect)()

    in_order = Task.objects.order_by("pk").values_list("pk", flat=True)
    assert received == [change(id, 1) for id in in_order]


class Line:
    """A connection without a network: what the server receives, and what it sent."""

    def __init__(self, *messages):
        self.sent = asyncio.Queue()
        self._messages = asyncio.Queue()
        for message in ({"type": "websocket.connect"}, *messages):
            self._messages.put_nowait(message)

    async def receive(self):
        return await self._messages.get()

    async def send(self, message):
        await self.sent.put(message)
        if message["type"] == "websocket.close":
            await self._messages.put({"type": "websocket.disconnect", "code": message["code"]})

    async def all_that_is_sent(self):
        scope = {
            "type": "websocket",
            "headers": [(b"host", b"localhost")],
            "subprotocols": ["graphql-transport-ws"],
        }
        async with asyncio.timeout(10):
            await websocket.Consumer()(scope, self.receive, self.send)
        return [self.sent.get_nowait() for _ in range(self.sent.qsize())]


def text(message):
    return {"type": "websocket.receive", "text": message}


INIT = text('{"type":"connection_init"}')


@pytest.fixture
def hurried(monkeypatch):
    monkeypatch.setattr(websocket, "WATCH_SECONDS", 0.01)
    monkeypatch.setattr(websocket, "IDLE_SECONDS", 0.0)


def test_who_is_idle_is_closed(hurried):
    async def run():
        return await Line(INIT).all_that_is_sent()

    closed = async_to_sync(run)()[-1]
    assert (closed["type"], closed["code"]) == ("websocket.close", 1001)


def test_who_takes_nothing_is_closed(hurried, monkeypatch):
    """It may try again later: 1013."""
    monkeypatch.setattr(executor, "SEND_SECONDS", 0.0)

    class Stuck(Line):
        """As uvicorn is, with a client that reads nothing."""

        def __init__(self, *messages):
            super().__init__(*messages)
            self.closed = asyncio.Event()

        async def send(self, message):
            await super().send(message)
            if message["type"] == "websocket.send":
                await self.closed.wait()
                raise ConnectionResetError
            if message["type"] == "websocket.close":
                self.closed.set()

    async def run():
        return await Stuck(INIT, text('{"type":"ping"}')).all_that_is_sent()

    closed = async_to_sync(run)()[-1]
    assert (closed["type"], closed["code"]) == ("websocket.close", 1013)


def test_client_that_leaves_before_the_acknowledgement_is_no_error(transactional_db, caplog):
    async def run():
        return await Line(INIT, {"type": "websocket.disconnect", "code": 1006}).all_that_is_sent()

    assert [message["type"] for message in async_to_sync(run)()] == ["websocket.accept"]
    assert caplog.records == []
