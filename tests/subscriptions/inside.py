"""Subscriptions in the process of the tests."""

import asyncio
from contextlib import aclosing

from asgiref.sync import async_to_sync

from schema import schema
from schema.execution import executor

CHANGES = "subscription S($after: String) { taskStatusChanged(after: $after) { taskId version } }"


def answers(after, count, query=CHANGES):
    """Take a number of responses, as they would be sent."""

    async def collect():
        found = []
        request = executor.Request(query, {"after": after})
        async with asyncio.timeout(30), aclosing(executor.answers(schema, request)) as stream:
            while len(found) < count:
                found.append(await anext(stream))
        return found

    return async_to_sync(collect)()
