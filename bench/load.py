"""Clients: a request after the other on each of some keep-alive connections, every one timed."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat

import aiohttp
import uvloop

HEADERS = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Load:
    """How the requests went."""

    seconds: float
    latencies: list[float]
    errors: int

    def percentile(self, percent: float) -> float:
        """The time that a share of the requests, in percent, did not exceed, in milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(int(len(ordered) * percent / 100), len(ordered) - 1)] * 1000


def post_all(url: str, bodies: Sequence[bytes], *, connections: int) -> Load:
    """Post each body once; what is not answered with 2xx is an error."""
    return uvloop.run(_send_all("POST", url, iter(bodies), connections))


def get_all(url: str, count: int, *, connections: int) -> Load:
    """Get the same path a number of times; a response other than 2xx is an error."""
    return uvloop.run(_send_all("GET", url, repeat(b"", count), connections))


async def _send_all(method: str, url: str, bodies: Iterator[bytes], connections: int) -> Load:
    latencies: list[float] = []
    errors = 0

    async def client() -> None:
        nonlocal errors
        # The iterator is shared: each client takes the next body when it is free.
        for body in bodies:
            began = time.perf_counter()
            try:
                async with session.request(method, url, data=body, headers=HEADERS) as response:
                    await response.read()
                    errors += not response.ok
            except aiohttp.ClientError:
                errors += 1
            latencies.append(time.perf_counter() - began)

    connector = aiohttp.TCPConnector(limit=connections)
    async with aiohttp.ClientSession(connector=connector) as session:
        began = time.perf_counter()
        await asyncio.gather(*(client() for _ in range(connections)))
        return Load(time.perf_counter() - began, latencies, errors)
