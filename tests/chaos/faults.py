"""What is broken, in which order, and how. The same seed breaks the same things for as long."""

import os
import random
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from redis import Redis

from tests.chaos.checks.checker import ROLLING_RESTART
from tests.chaos.cluster.proxy import Fault as Line
from tests.chaos.cluster.stack import KINDS, Service, Stack

# The number of faults.
AWAITED = 0.7


@dataclass(frozen=True)
class Fault:
    """`pick` is a number from 0 to 1 that chooses among what there is when it comes to that.

    If it is `awaited`, the next one comes when the cluster has recovered, else on top of it.
    """

    name: str
    pick: float
    seconds: float
    pause_seconds: float
    awaited: bool


def plan(seed: int, *, longest_seconds: float) -> Iterator[Fault]:
    """For ever: first a rolling restart, then each fault once in a random order, and so on."""
    chance = random.Random(seed)

    def draw(name: str) -> Fault:
        seconds = chance.uniform(min(5.0, longest_seconds), longest_seconds)
        pause = round(chance.uniform(1, 5), 1)
        return Fault(name, chance.random(), round(seconds, 1), pause, chance.random() < AWAITED)

    yield replace(draw(ROLLING_RESTART), awaited=True)
    while True:
        deck = sorted(FAULTS)
        chance.shuffle(deck)
        yield from map(draw, deck)


def inject(fault: Fault, stack: Stack) -> None:
    """Returns when it is over; what has died meanwhile has been started anew."""
    FAULTS[fault.name](stack, fault)
    stack.supervise()


def _chosen(services: list[Service], fault: Fault) -> Service:
    return services[int(fault.pick * len(services))]


def _kill(kind: str) -> Callable[[Stack, Fault], None]:
    def kill(stack: Stack, fault: Fault) -> None:
        # Its pool finds out by itself.
        _chosen(stack.of_kind(kind), fault).signal(signal.SIGKILL, pool=False)
        stack.supervise()

    return kill


def _kill_with_pool(stack: Stack, fault: Fault) -> None:
    _chosen(stack.of_kind("node"), fault).signal(signal.SIGKILL)
    stack.supervise()


def _kill_pool_process(stack: Stack, fault: Fault) -> None:
    pool = [process for node in stack.of_kind("node") for process in node.pool()]
    if pool:
        pool[int(fault.pick * len(pool))].kill()


def _freeze(kind: str) -> Callable[[Stack, Fault], None]:
    def freeze(stack: Stack, fault: Fault) -> None:
        service = _chosen(stack.of_kind(kind), fault)
        service.signal(signal.SIGSTOP)
        stack.supervise_for(fault.seconds)
        service.signal(signal.SIGCONT)

    return freeze


def _freeze_pool_process(stack: Stack, fault: Fault) -> None:
    pool = [process for node in stack.of_kind("node") for process in node.pool()]
    if pool:
        process = pool[int(fault.pick * len(pool))]
        process.suspend()
        stack.supervise_for(fault.seconds)
        if process.is_running():
            process.resume()


def _empty_valkey(stack: Stack, fault: Fault) -> None:
    with Redis.from_url(stack.engines.valkey.url) as valkey:
        valkey.flushall()


def _freeze_valkey(stack: Stack, fault: Fault) -> None:
    process = stack.engines.valkey.process
    assert process is not None
    process.send_signal(signal.SIGSTOP)
    stack.supervise_for(fault.seconds)
    process.send_signal(signal.SIGCONT)


def _truncate_valkey(stack: Stack, fault: Fault) -> None:
    """As after a crash of the machine: the end of its file was never written."""
    valkey = stack.engines.valkey
    valkey.kill()
    for aof in Path(valkey.directory).glob("appendonlydir/*.incr.aof"):
        os.truncate(aof, int(aof.stat().st_size * fault.pick))
    stack.supervise_for(min(fault.seconds, 3))
    valkey.start()


def _crash_postgresql(stack: Stack, fault: Fault) -> None:
    """What `pg_ctl restart -m immediate` does: SIGQUIT, no checkpoint, recovery at the start."""
    postgresql = stack.engines.postgresql
    assert postgresql.process is not None
    postgresql.process.send_signal(signal.SIGQUIT)
    postgresql.process.wait(30)
    postgresql.start()


def _disturb(engine: str, line: Line) -> Callable[[Stack, Fault], None]:
    def disturb(stack: Stack, fault: Fault) -> None:
        kind = KINDS[int(fault.pick * len(KINDS))]
        proxy = stack.proxies[kind, engine]
        stack.switchboard.set(proxy, line)
        stack.supervise_for(fault.seconds)
        stack.switchboard.set(proxy, Line.NONE)

    return disturb


def _restart_all(stack: Stack, fault: Fault) -> None:
    """The first of each kind, then the second: one of each kind is always there."""
    for services in zip(*(stack.of_kind(kind) for kind in KINDS), strict=True):
        stack.restart_gently(services)


FAULTS: dict[str, Callable[[Stack, Fault], None]] = {
    "web killed": _kill("web"),
    "node's main process killed": _kill("node"),
    "node killed": _kill_with_pool,
    "pool process killed": _kill_pool_process,
    "Beat killed": _kill("beat"),
    "web frozen": _freeze("web"),
    "node frozen": _freeze("node"),
    "pool process frozen": _freeze_pool_process,
    "Beat frozen": _freeze("beat"),
    "Valkey emptied": _empty_valkey,
    "Valkey frozen": _freeze_valkey,
    "Valkey without its tail": _truncate_valkey,
    "PostgreSQL restarted at once": _crash_postgresql,
    **{
        f"{name} {line}": _disturb(engine, line)
        for name, engine in (("PostgreSQL", "postgresql"), ("Valkey", "valkey"))
        for line in Line
        if line is not Line.NONE
    },
    ROLLING_RESTART: _restart_all,
}
