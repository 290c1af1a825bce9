"""Subscriptions to what is looked at again and again: told when it has changed, and only then."""

import asyncio
from collections.abc import AsyncGenerator, Hashable, Iterator
from contextlib import contextmanager

from schema.cluster import Cluster
from schema.streams import Answering, Source
from tasks_app.tail import tail

# As long as the log does not grow, a look every second is enough for what changes by itself.
IDLE_SECONDS = 1.0


class ClusterPulse(Source):
    """The cluster as a whole, looked at once for all who select the same as often."""

    def __init__(self, every_ms: int) -> None:
        self._every_ms = every_ms

    async def answers(self, answering: Answering) -> AsyncGenerator[str, None]:
        async with tail.following():
            with _ticker(self._every_ms, answering) as ticker:
                told = ""
                while True:
                    # Whoever is slow finds only the newest.
                    told = await ticker.answer_other_than(told)
                    yield told


class Ticker:
    """Makes the same answer again and again, and knows when it is another."""

    def __init__(self, seconds: float, answering: Answering) -> None:
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
            growth = tail.growth
            [answer] = await self._answering.make([Cluster()])
            if answer != self._answer:
                self._answer = answer
                self._tell()
            await asyncio.sleep(self._seconds)
            if growth == tail.growth:
                await asyncio.sleep(max(0.0, IDLE_SECONDS - self._seconds))

    def _tell(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


_tickers: dict[Hashable, Ticker] = {}


@contextmanager
def _ticker(every_ms: int, answering: Answering) -> Iterator[Ticker]:
    key = (every_ms, answering.key)
    if key not in _tickers:
        _tickers[key] = Ticker(every_ms / 1000, answering)
    ticker = _tickers[key]
    ticker.listeners += 1
    try:
        yield ticker
    finally:
        ticker.listeners -= 1
        if not ticker.listeners:
            ticker.stop()
            del _tickers[key]
