"""Internal errors reach the subscriber. None leaves a subscription silent."""

import asyncio
import json
from contextlib import aclosing

import pytest
from asgiref.sync import async_to_sync
from django.db import OperationalError, connection

from schema import schema
from schema.execution import executor
from tasks_app.log import pages, reader
from tests.subscriptions.inside import CHANGES, answers

pytestmark = pytest.mark.usefixtures("threads")
COUNTERS = "subscription { cluster { cursor } }"


def failing(times, error, function):
    """Fails a number of times, then does what it should."""

    def fail(*arguments):
        nonlocal times
        times -= 1
        if times >= 0:
            raise error
        return function(*arguments)

    return fail


@pytest.mark.parametrize("query", [CHANGES, COUNTERS])
def test_an_answer_that_cannot_be_made_ends_the_subscription(monkeypatch, make_task, query):
    after = pages.head().encode()
    make_task()
    monkeypatch.setattr(
        executor.ResponseEncoder,
        "_answer",
        failing(100, ZeroDivisionError(), executor.ResponseEncoder._answer),
    )

    [received] = answers(after, 1, query)

    [error] = json.loads(received)["errors"]
    assert (error["message"], error["extensions"]["code"]) == ("Internal error.", "INTERNAL_ERROR")


@pytest.mark.parametrize("query", [CHANGES, COUNTERS])
def test_while_the_database_is_away_subscribers_wait(monkeypatch, make_task, query):
    after = pages.head().encode()
    make_task()
    monkeypatch.setattr(executor, "RETRY_SECONDS", 0)
    monkeypatch.setattr(
        executor.ResponseEncoder,
        "_answer",
        failing(2, OperationalError(), executor.ResponseEncoder._answer),
    )

    [received] = answers(after, 1, query)

    assert "errors" not in json.loads(received)


@pytest.mark.parametrize("error", [OperationalError("away"), ZeroDivisionError()])
def test_a_log_that_could_not_be_read_is_read_again(monkeypatch, make_task, error):
    monkeypatch.setattr(reader, "RETRY_SECONDS", 0)
    after = pages.head().encode()
    make_task()

    async def collect():
        request = executor.Request(CHANGES, {"after": after})
        async with asyncio.timeout(30), aclosing(executor.answers(schema, request)) as stream:
            received = [await anext(stream)]
            second = asyncio.ensure_future(anext(stream))
            monkeypatch.setattr(pages, "read", failing(2, error, pages.read))
            await asyncio.to_thread(make_another)
            return [*received, await second]

    def make_another():
        make_task()
        connection.close()

    first, second = async_to_sync(collect)()
    assert first != second
