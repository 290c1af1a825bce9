"""Subscriptions to what is looked at again and again: told when it has changed, and only then."""

import asyncio
from collections.abc import AsyncGenerator, Hashable, Iterator
from contextlib import contextmanager

from schema.execution.executor import ResponseEncoder, Source
from schema.types.cluster import Cluster
from tasks_app.log.reader import log_reader

# As long as the log does not grow, a look every second is enough for what changes by itself.
IDLE_SECONDS = 1.0


class ClusterPolling(Source):
    """The cluster as a whole, looked at once for all who select the same as often."""

    def __init__(self, every_ms: int) -> None:
        self._every_ms = every_ms

    async def answers(self, answering: ResponseEncoder) -> AsyncGenerator[str, None]:
        async with log_reader.following():
            with _poller(self._every_ms, answering) as poller:
                told = ""
                while True:
                    # Whoever is slow finds only the newest.
                    told = await poller.answer_other_than(told)
                    yield told


class Poller:
    """Makes the same answer again and again, and knows when it is another."""

    def __init__(self, seconds: float, answering: ResponseEncoder) -> None:
        self.listeners = 0
        self._seconds = seconds
        self._answering = answering
        self._answer = ""
        self._changed = asyncio.Event()
        self._runner = asyncio.create_task(self._run())
        self._runner.add_done_callback(lambda _: self._tell())

    async def answer_other_than(self, told: str) -> str:
        """The present answer, when it is not this one. Raises what kept it from being made."""
        while self._answer == told:
            if self._runner.done():
                self._runner.result()
            await self._changed.wait()
        return self._answer

    def stop(self) -> None:
        self._runner.cancel()

    async def _run(self) -> None:
        while True:
            generation = log_reader.generation
            [answer] = await self._answering.make([Cluster()])
            if answer != self._answer:
                self._answer = answer
                self._tell()
            await asyncio.sleep(self._seconds)
            if generation == log_reader.generation:
                await asyncio.sleep(max(0.0, IDLE_SECONDS - self._seconds))

    def _tell(self) -> None:
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
