"""What one web process pushes: to how many, how soon, and for how much CPU."""

import asyncio
import contextlib
import json
import socket
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgpack
import psutil
import redis
import uvloop

from bench.graphql import Web, running
from bench.report import Figures, Json
from bench.sockets import Subscriber, connect
from bench.stack import POLL_SECONDS, READY_SECONDS, BenchError, Engines, Process
from project.standalone.engines import free_port

FIELDS = "cursor taskId version status at"
FOLLOW = f"subscription S($after: String) {{ taskStatusChanged(after: $after) {{ {FIELDS} }} }}"
FOLLOW_SOME = f"""subscription S($ids: [ID!], $after: String) {{
    taskStatusChanged(where: {{ids: $ids}}, after: $after) {{ {FIELDS} }} }}"""
POOL = 1_000
QUIET_SECONDS = 60.0

ALIKE, ALIKE_CHANGES, ALIKE_PER_SECOND = 200, 200, 10
FEW, PER_SECOND, SECONDS = 20, 100, 60
CROWD, CROWD_WATCH_ALL, WATCHED = 1_000, 50, 10
SETTLE_SECONDS = 1.0


def ours_alike(engines: Engines) -> Figures:
    """Many subscribers with the same document."""
    with running(engines) as web:
        writer = Writer(web)
        write = partial(writer.write, ALIKE_CHANGES, ALIKE_PER_SECOND)
        return uvloop.run(_alike(web.port, web.pid, writer.cursor(), write))


def plain_alike(engines: Engines) -> Figures:
    """The same, with what happened sent to the channel layer as a whole."""

    async def write() -> None:
        with redis.Redis.from_url(engines.valkey.url) as client:
            for number in range(ALIKE_CHANGES):
                change = {
                    "cursor": f"{number:020}",
                    "task_id": f"VGFzazowMWEy{number:040}",
                    "version": number,
                    "status": "PENDING",
                    "at": f"{datetime.now(UTC)}",
                }
                message = {"type": "task.changed", "change": change}
                client.publish("asgi__group__changes", msgpack.packb(message))
                await asyncio.sleep(1 / ALIKE_PER_SECOND)

    with _plain(engines) as (port, process):
        return uvloop.run(_alike(port, process.pid, None, write))


async def _alike(
    port: int, pid: int, after: str | None, write: Callable[[], Coroutine[Any, Any, None]]
) -> Figures:
    subscribers = [Subscriber(FOLLOW, {"after": after}, lambda *_: None) for _ in range(ALIKE)]
    await connect(port, subscribers)
    await asyncio.sleep(SETTLE_SECONDS)
    before = _cpu(pid)
    await write()
    await _until(lambda: all(it.count == ALIKE_CHANGES for it in subscribers))
    cpu = _cpu(pid) - before
    deliveries = sum(it.count for it in subscribers)
    return {
        "deliveries per CPU second": deliveries / cpu,
        "CPU for a delivery, ms": cpu * 1000 / deliveries,
    }


def few(engines: Engines) -> Figures:
    """Few subscribers who watch everything: how soon they know."""
    delays: list[float] = []

    def heard(subscriber: Subscriber, payload: bytes, now: float) -> None:
        delays.append(_delay(_change(payload), now))

    async def measure(web: Web, writer: Writer) -> float:
        variables = {"after": writer.cursor()}
        subscribers = [Subscriber(FOLLOW, variables, heard) for _ in range(FEW)]
        await connect(web.port, subscribers)
        before = _cpu(web.pid)
        await writer.write(PER_SECOND * SECONDS, PER_SECOND)
        await _until(lambda: all(it.count == PER_SECOND * SECONDS for it in subscribers))
        return _cpu(web.pid) - before

    with running(engines) as web:
        cpu = uvloop.run(measure(web, Writer(web)))
    return {**_percentiles(delays), **_costs(cpu, len(delays))}


def crowd(engines: Engines) -> Figures:
    """A thousand subscribers, of whom a hundred never read."""
    with running(engines) as web:
        return uvloop.run(Crowd(web).measure())


class Crowd:
    """Fifty who watch everything, the others ten tasks each; each tenth never reads."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._writer = Writer(web)
        self._delays: list[float] = []
        self._seen: defaultdict[Subscriber, list[tuple[str, int]]] = defaultdict(list)
        after = self._writer.cursor()
        self._watched = {self._make(n, after): self._ids(n) for n in range(CROWD)}

    async def measure(self) -> Figures:
        subscribers = list(self._watched)
        await connect(self._web.port, subscribers)
        memory = {"before": _memory(self._web.pid)}
        cpu = _cpu(self._web.pid)
        await self._writer.write(PER_SECOND * SECONDS, PER_SECOND)
        memory["after"] = _memory(self._web.pid)
        changes = self._writer.changes(PER_SECOND * SECONDS)
        healthy = {
            it: [change for change in changes if change[0] in ids]
            for it, ids in self._watched.items()
            if it.reads
        }
        await _until(lambda: all(it.count >= len(wanted) for it, wanted in healthy.items()))
        cpu = _cpu(self._web.pid) - cpu
        await _until(lambda: _sockets(self._web.pid, self._web.port) <= len(healthy))
        for it, wanted in healthy.items():
            if it.is_lost or self._seen[it] != wanted:
                raise BenchError("one who reads has not seen just what it should")
        return {
            "deliveries": len(self._delays),
            **_percentiles(self._delays),
            **_costs(cpu, len(self._delays)),
            **{f"memory (RSS) {when}, MB": size for when, size in memory.items()},
            "who never read, closed": len(subscribers) - len(healthy),
        }

    def _make(self, number: int, after: str) -> Subscriber:
        reads = number % 10 != 0
        if number < CROWD_WATCH_ALL:
            return Subscriber(FOLLOW, {"after": after}, self._heard, reads=reads)
        variables = {"after": after, "ids": sorted(self._ids(number))}
        return Subscriber(FOLLOW_SOME, variables, self._heard, reads=reads)

    def _ids(self, number: int) -> set[str]:
        first = number * WATCHED % POOL
        return set(
            self._writer.ids[first:][:WATCHED] if number >= CROWD_WATCH_ALL else self._writer.ids
        )

    def _heard(self, subscriber: Subscriber, payload: bytes, now: float) -> None:
        change = _change(payload)
        self._seen[subscriber].append((change["taskId"], change["version"]))
        self._delays.append(_delay(change, now))


def _costs(cpu: float, deliveries: int) -> Figures:
    return {
        "CPU for a delivery, ms": cpu * 1000 / deliveries,
        "CPU of web, of a core, %": cpu * 100 / SECONDS,
    }


class Writer:
    """A thousand tasks that no node runs, and a process that changes them one by one."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self.ids: list[str] = json.loads(web.run("make", f"-m bench.writer make {POOL}"))

    def cursor(self) -> str:
        query = "/graphql/?query=%7Bcluster%7Bcursor%7D%7D"
        return str(self._web.ask(query)["data"]["cluster"]["cursor"])

    async def write(self, count: int, rate: float) -> None:
        command = f"-m bench.writer change {count} {rate}"
        await asyncio.to_thread(self._web.run, "change", command)

    def changes(self, count: int) -> list[tuple[str, int]]:
        """Return the next changes: each task, and its version after it."""
        return [(self.ids[n % POOL], 2 + n // POOL) for n in range(count)]


@contextmanager
def _plain(engines: Engines) -> Iterator[tuple[int, Process]]:
    port = free_port()
    command = f"-m uvicorn bench.yardsticks.plain.asgi:application --port {port}"
    process = Process(
        "plain",
        [*command.split(), "--log-level", "warning"],
        engines.directory / "plain.log",
        {
            "DJANGO_SETTINGS_MODULE": "bench.yardsticks.plain.settings",
            "SECRET_KEY": "only for the benchmark",
            "REDIS_URL": engines.valkey.url,
        },
    )
    try:
        deadline = time.monotonic() + READY_SECONDS
        while not _listens(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise BenchError(process.last_words())
            time.sleep(POLL_SECONDS)
        yield port, process
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    with contextlib.closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + QUIET_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise BenchError(f"not within {QUIET_SECONDS} s: {condition.__qualname__}")
        await asyncio.sleep(0.05)


def _delay(change: Json, now: float) -> float:
    """From the beginning of the transaction that made the change, in seconds."""
    return now - datetime.fromisoformat(change["at"]).timestamp()


def _change(payload: bytes) -> Json:
    change: Json = json.loads(payload)["payload"]["data"]["taskStatusChanged"]
    return change


def _percentiles(delays: Sequence[float]) -> Figures:
    ordered = sorted(delays)
    return {
        f"commit to client p{percent}, ms": ordered[int(len(ordered) * percent / 100)] * 1000
        for percent in (50, 99)
    }


def _cpu(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def _memory(pid: int) -> float:
    return float(psutil.Process(pid).memory_info().rss / 1e6)


def _sockets(pid: int, port: int) -> int:
    """How many connections the process has from clients."""
    found = psutil.Process(pid).net_connections("tcp4")
    return sum(it.status == psutil.CONN_ESTABLISHED and it.laddr.port == port for it in found)
