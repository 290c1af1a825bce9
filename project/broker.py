"""Changes to Celery's client of the broker, so that a node works on without the broker.

What a node cannot send to the broker is forgotten: the message stays there, or is delivered again,
and is a wake-up that finds nothing to do.
"""

import logging
import threading
import time
from typing import Any

from celery.worker import consumer, state
from kombu.exceptions import ChannelError, OperationalError
from kombu.transport import redis
from redis import ConnectionError as BrokerConnectionError
from redis import ResponseError

logger = logging.getLogger(__name__)
# What a broker answers that accepts no commands, as Valkey does on a full disk.
_REFUSALS = (ChannelError, OperationalError, ResponseError)

RECONNECT_SECONDS = 1.0


class QoS(redis.QoS):
    """The messages that a node has received and not yet acknowledged."""

    def can_consume(self) -> bool:
        """Return whether the node has an idle process for another message.

        Kombu counts messages only; a process may also be busy with a request of the node itself.
        The channel of control commands has no limit.
        """
        limit = self.prefetch_count
        return super().can_consume() and (not limit or len(state.reserved_requests) < limit)

    def ack(self, delivery_tag: str) -> None:
        """Acknowledge a message, and free its place even if that cannot be sent.

        Kombu keeps the place for ever, because the connection is simply made anew: after as many
        as a node has, the node would be online and consume nothing.
        """
        try:
            super().ack(delivery_tag)
        except (*self.channel.connection_errors, ResponseError) as error:  # type: ignore[attr-defined]
            logger.warning("an acknowledgement was not sent, its message comes again: %s", error)
            self._quick_ack(delivery_tag)  # type: ignore[attr-defined]


class Channel(redis.Channel):
    """A channel that reports a lost connection as such, also after its connection was given up.

    Celery still closes such channels, and acknowledges by them. Kombu would look for the address of
    a connection that is gone, and its AttributeError would end the node.
    """

    QoS = QoS

    def _connparams(self, asynchronous: bool = False) -> dict[str, object]:
        if getattr(self.connection, "client", None) is None:
            raise BrokerConnectionError("The connection of this channel was given up.")
        return super()._connparams(asynchronous)  # type: ignore[no-any-return,misc]


redis.Transport.Channel = Channel


class Consumer(consumer.Consumer):
    """Serves the pool while it waits for the broker, and tries to connect every second.

    Celery's own consumer sleeps between its tries, longer each time: meanwhile results of the
    pool's processes are not read, and no process can be given work.
    """

    hub: Any
    controller: Any

    def ensure_connected(self, connection: Any) -> Any:
        """Return the connection once it is open, and serve the pool meanwhile."""
        attempt = _Attempt(connection, self.hub)
        if not attempt.wait(0.1) or attempt.error:
            self._serve_pool_until_connected(connection, attempt)
        self.first_connection_attempt = False
        return connection

    def _serve_pool_until_connected(self, connection: Any, attempt: "_Attempt") -> None:
        hub = self.hub
        timers_before = {scheduled.entry for scheduled in hub.timer.queue}
        self.controller.register_with_event_loop(hub)
        timers = {scheduled.entry for scheduled in hub.timer.queue} - timers_before
        # Without the ticks of the connection that was lost.
        ticks, hub.on_tick = hub.on_tick, {self.pool._pool.on_poll_start}
        # The last loop polls descriptors that the hub has closed.
        hub._loop = None
        is_reported = False
        try:
            while True:
                while not attempt.is_over():
                    state.maybe_shutdown()
                    hub.run_once()
                if attempt.error is None:
                    return
                if not is_reported:
                    uri = connection.as_uri()
                    logger.error("cannot connect to %s: %s; trying again", uri, attempt.error)
                is_reported = True
                attempt = _Attempt(connection, hub)
        finally:
            hub.on_tick = ticks
            for timer in timers:
                timer.cancel()


class _Attempt:
    """An attempt to connect, in a thread of its own."""

    def __init__(self, connection: Any, hub: Any) -> None:
        self.error: BaseException | None = None
        self._pause_ends_at = time.monotonic() + RECONNECT_SECONDS
        self._ended = threading.Event()
        arguments = (connection, hub)
        threading.Thread(target=self._run, args=arguments, name="connect", daemon=True).start()

    def _run(self, connection: Any, hub: Any) -> None:
        try:
            # Kombu's connect() would pause for two seconds between its two tries.
            connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0)
        except (*connection.recoverable_connection_errors, *_REFUSALS) as error:
            self.error = error
        except Exception as error:
            self.error = error
            logger.exception("connecting to the broker failed")
        self._ended.set()
        hub.call_soon(lambda: None)  # Ends the poll of the event loop.

    def wait(self, seconds: float) -> bool:
        """Return whether it ended within this time."""
        return self._ended.wait(seconds)

    def is_over(self) -> bool:
        """Return whether it succeeded, or failed and the pause after it is over."""
        is_pause_over = time.monotonic() >= self._pause_ends_at
        return self._ended.is_set() and (self.error is None or is_pause_over)
