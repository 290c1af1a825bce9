"""Notifies the readers of the event log of new events, through the channel layer.

A notification is a hint. It may be lost, late or repeated: readers also read the log periodically.
Only this module uses the channel layer.
"""

import asyncio
import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Any

from channels.layers import get_channel_layer
from django.conf import settings
from django.db import connection
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

GROUP = "log"
# After a failure nothing is published for this long.
PAUSE_SECONDS = 1.0
TIMEOUT_SECONDS = 0.5


class Notifier:
    """Publishes notifications from a thread, so that writers do not wait for Valkey.

    Requests that arrive while it publishes are coalesced into one notification.
    """

    def __init__(self) -> None:
        self._notified = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def notify(self) -> None:
        """Publish a notification soon; return at once."""
        self._notified.set()
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="notifier", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        client = Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        is_unavailable = False
        while True:
            self._notified.wait()
            self._notified.clear()
            try:
                publish(client)
                is_unavailable = False
            except RedisError as error:
                if not is_unavailable:
                    logger.warning(
                        "broker unavailable, readers find events periodically: %s", error
                    )
                is_unavailable = True
                time.sleep(PAUSE_SECONDS)


def publish(client: Redis) -> None:
    """Publish a notification to the group, in the format of the channel layer.

    The layer's own `group_send` would need an event loop and a new connection each time.
    """
    message = get_channel_layer().serialize({"type": "log.grown"})
    client.publish(f"{settings.CHANNEL_PREFIX}__group__{GROUP}", message)


_notifier = Notifier()


def _start_afresh_in_child() -> None:
    global _notifier
    _notifier = Notifier()


# Threads do not survive a fork.
os.register_at_fork(after_in_child=_start_afresh_in_child)


def notify_after_commit() -> None:
    """Publish one notification after the current transaction has committed."""
    if not any(hook is _notify for _, hook, *_ in connection.run_on_commit):
        connection.on_commit(_notify, robust=True)


def _notify() -> None:
    _notifier.notify()


async def listen(on_notify: Callable[[], None]) -> None:
    """Call a function for each notification, forever. There are none while Valkey is unavailable.

    It is also called after each new connection, because earlier notifications were not received.
    """
    layer = get_channel_layer()
    is_unavailable = False
    while True:
        try:
            # The Redis client may lose a cancellation while it connects.
            channel = await asyncio.shield(_join(layer))
            is_unavailable = False
            on_notify()
            while True:
                await layer.receive(channel)
                on_notify()
        except (RedisError, OSError) as error:
            if not is_unavailable:
                logger.warning("broker unavailable, events are found periodically: %s", error)
            is_unavailable = True
            with contextlib.suppress(RedisError, OSError):
                await layer.flush()
            await asyncio.sleep(PAUSE_SECONDS)


async def _join(layer: Any) -> str:
    channel: str = await layer.new_channel()
    await layer.group_add(GROUP, channel)
    return channel
