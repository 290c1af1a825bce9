"""The doorbell of the log: rung when something was appended, on_notify by whoever follows it.

A notify is a hint. It may be lost, come late or twice; followers look at the log by a timer, too.
The only module that knows the channel layer.
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
# After a failure Valkey is left alone for this long.
PAUSE_SECONDS = 1.0
TIMEOUT_SECONDS = 0.5


class Notifier:
    """Rings from a thread of its own, so that no writer ever waits for Valkey.

    What is rung while it is ringing is one notify.
    """

    def __init__(self) -> None:
        self._notified = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def notify(self) -> None:
        self._notified.set()
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="doorbell", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        client = Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        is_away = False
        while True:
            self._notified.wait()
            self._notified.clear()
            try:
                publish(client)
                is_away = False
            except RedisError as error:
                if not is_away:
                    logger.warning("unreachable, followers find changes by their timer: %s", error)
                is_away = True
                time.sleep(PAUSE_SECONDS)


def publish(client: Redis) -> None:
    """As the layer's `group_send` would, but without an event loop and a new connection each."""
    message = get_channel_layer().serialize({"type": "log.grown"})
    client.publish(f"{settings.CHANNEL_PREFIX}__group__{GROUP}", message)


_notifier = Notifier()


def _start_afresh_in_child() -> None:
    global _notifier
    _notifier = Notifier()


# Threads do not survive a fork.
os.register_at_fork(after_in_child=_start_afresh_in_child)


def notify_after_commit() -> None:
    """Ring once the running transaction has committed, however often it asks for that."""
    if not any(hook is _notify for _, hook, *_ in connection.run_on_commit):
        connection.on_commit(_notify, robust=True)


def _notify() -> None:
    _notifier.notify()


async def listen(on_notify: Callable[[], None]) -> None:
    """Call `on_notify` at each notify, for ever. While Valkey is away there are none."""
    layer = get_channel_layer()
    is_away = False
    while True:
        try:
            # Redis' client may lose a cancellation while it connects.
            channel = await asyncio.shield(_join(layer))
            is_away = False
            # Whatever was rung until now nobody has on_notify.
            on_notify()
            while True:
                await layer.receive(channel)
                on_notify()
        except (RedisError, OSError) as error:
            if not is_away:
                logger.warning("cannot be on_notify, the timer has to do: %s", error)
            is_away = True
            with contextlib.suppress(RedisError, OSError):
                await layer.flush()
            await asyncio.sleep(PAUSE_SECONDS)


async def _join(layer: Any) -> str:
    channel: str = await layer.new_channel()
    await layer.group_add(GROUP, channel)
    return channel
