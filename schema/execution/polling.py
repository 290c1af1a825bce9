"""Subscriptions to polled state: a new response is sent only if the state has changed."""

import asyncio
from collections.abc import AsyncGenerator, Hashable, Iterator
from contextlib import contextmanager

from schema.execution.executor import ResponseEncoder, Source
from schema.types.cluster import Cluster
from tasks_app.log.reader import log_reader

# The minimum interval while the log does not grow. Only ages and rates change then.
IDLE_SECONDS = 1.0


class ClusterPolling(Source):
    """The cluster, polled once for all subscriptions with equal selection and interval."""

    def __init__(self, every_ms: int) -> None:
        self._every_ms = every_ms

    async def answers(self, answering: ResponseEncoder) -> AsyncGenerator[str, None]:
        """Yield a response now, and again each time it has changed."""
        async with log_reader.following():
            with _poller(self._every_ms, answering) as poller:
                sent = ""
                while True:
                    # A slow client receives only the newest response.
                    sent = await poller.answer_other_than(sent)
                    yield sent


class Poller:
    """Makes the response at an interval, and notifies its listeners when it has changed."""

    def __init__(self, seconds: float, answering: ResponseEncoder) -> None:
        self.listeners = 0
        self._seconds = seconds
        self._answering = answering
        self._answer = ""
        self._changed = asyncio.Event()
        self._runner = asyncio.create_task(self._run())
        self._runner.add_done_callback(lambda _: self._notify())

    async def answer_other_than(self, sent: str) -> str:
        """Wait until the response differs from the sent one, and return it.

        Raises:
            Exception: The error with which the poller has failed.
        """
        while self._answer == sent:
            if self._runner.done():
                self._runner.result()
            await self._changed.wait()
        return self._answer

    def stop(self) -> None:
        """Stop polling."""
        self._runner.cancel()

    async def _run(self) -> None:
        while True:
            generation = log_reader.generation
            [answer] = await self._answering.make([Cluster()])
            if answer != self._answer:
                self._answer = answer
                self._notify()
            await asyncio.sleep(self._seconds)
            if generation == log_reader.generation:
                await asyncio.sleep(max(0.0, IDLE_SECONDS - self._seconds))

    def _notify(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


_pollers: dict[Hashable, Poller] = {}


@contextmanager
def _poller(every_ms: int, answering: ResponseEncoder) -> Iterator[Poller]:
    key = (every_ms, answering.key)
    if key not in _pollers:
        _pollers[key] = Poller(every_ms / 1000, answering)
    poller = _pollers[key]
    poller.listeners += 1
    try:
        yield poller
    finally:
        poller.listeners -= 1
        if not poller.listeners:
            poller.stop()
            del _pollers[key]
