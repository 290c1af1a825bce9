"""Follows the changes of tasks, across lost connections and restarts of the server."""

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import cast

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from cluster_scheduler_client.client import Client
from cluster_scheduler_client.generated import TaskChange, TaskChangeWhere
from cluster_scheduler_client.generated.exceptions import (
    GraphQLClientError,
    GraphQLClientGraphQLMultiError,
)

logger = logging.getLogger(__name__)

BACKOFF_SECONDS_MIN = 0.25
BACKOFF_SECONDS_MAX = 10.0
PING_SECONDS = 10.0
PONG_SECONDS = 5.0
# The server is busy; the same request may succeed later.
TRANSIENT_CODES = {"DATABASE_UNAVAILABLE", "RATE_LIMITED", "TOO_MANY_CONNECTIONS"}


@dataclass(frozen=True)
class Gap:
    """Changes are missing, because the event log no longer contains them.

    Read the state of the tasks again, for example with `list_tasks`.

    Attributes:
        cursor: The position of the event log from which the changes continue.
    """

    cursor: str


async def follow_tasks(
    client: Client, after: str | None = None, *, where: TaskChangeWhere | None = None
) -> AsyncGenerator[TaskChange | Gap]:
    """Yield each change of each task, in order, and never end.

    If the connection is lost or does not respond, the client reconnects and resumes after the last
    change that it yielded. It waits longer after each failed attempt, at most 10 seconds.

    If the program takes more than 3 seconds between two changes, the server may leave out all but
    the newest change of a task. `coalesced` of that change is the number of those left out.

    Args:
        client: The client of the cluster.
        after: The cursor to resume from, of a `TaskChange`, a `Gap`, `get_cursor` or `list_tasks`.
            None to begin now.
        where: The condition that the changes match. None for all changes.

    Yields:
        Changes, and a `Gap` where changes are missing.

    Raises:
        GraphQLClientError: The server refuses the operation or the credentials.
        httpx.HTTPError: `after` is None, and the server does not answer the first request.
    """
    cursor = after if after is not None else (await client.get_cursor()).cursor
    delays = _delays()
    while True:
        try:
            async with aclosing(_changes(client, cursor, where)) as changes:
                async for change in changes:
                    delays = _delays()
                    cursor = change.cursor
                    yield change
            reason = "The server ended the subscription"
        except (GraphQLClientError, OSError, ConnectionClosed, InvalidHandshake) as error:
            if gap := _gap(error):
                cursor = gap.cursor
                yield gap
            elif not _is_transient(error):
                raise _refusal(error) from error
            reason = str(error) or type(error).__name__
        delay = next(delays)
        logger.warning("%s; resuming in %.1f s", reason, delay)
        await asyncio.sleep(delay)


def _changes(
    client: Client, after: str, where: TaskChangeWhere | None
) -> AsyncGenerator[TaskChange]:
    changes = client.task_status_changed(
        where=where,
        after=after,
        # A connection whose other end has disappeared is closed when a pong does not arrive.
        ping_interval=PING_SECONDS,
        ping_timeout=PONG_SECONDS,
    )
    # A generator, whatever its annotation says.
    return cast(AsyncGenerator[TaskChange], changes)


def _gap(error: Exception) -> Gap | None:
    if isinstance(error, GraphQLClientGraphQLMultiError):
        for each in error.errors:
            extensions = each.extensions or {}
            if extensions.get("code") == "STREAM_GAP":
                return Gap(cursor=str(extensions["cursor"]))
    return None


def _is_transient(error: Exception) -> bool:
    """Return whether the same request may succeed later."""
    if isinstance(error, GraphQLClientGraphQLMultiError):
        return {(each.extensions or {}).get("code") for each in error.errors} <= TRANSIENT_CODES
    if isinstance(error, GraphQLClientError):
        # The server did not acknowledge the connection in time.
        return isinstance(error.__cause__, TimeoutError)
    if isinstance(error, ConnectionClosed):
        # The codes from 4400 mirror the client errors of HTTP; 4408 is a timeout.
        code = error.rcvd.code if error.rcvd else 1006
        return not 4400 <= code < 4500 or code == 4408
    if isinstance(error, InvalidStatus):
        status = error.response.status_code
        return status >= 500 or status in (408, 429)
    return True


def _refusal(error: Exception) -> GraphQLClientError:
    if isinstance(error, GraphQLClientError):
        return error
    return GraphQLClientError(f"The server refused the connection: {error}")


def _delays() -> Iterator[float]:
    """Yield the seconds to wait before each attempt: they double, with jitter."""
    limit = BACKOFF_SECONDS_MIN
    while True:
        yield limit * random.uniform(0.5, 1)
        limit = min(2 * limit, BACKOFF_SECONDS_MAX)
