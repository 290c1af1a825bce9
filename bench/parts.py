"""The parts of the benchmark: each a function that answers a report, and its name in PARTS."""

import json
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from bench import cluster, graphql, load, loading, pages, queueing, schedules, stack
from bench import push as push_
from bench.report import Figures, Report
from bench.stack import NAIVE, OURS, BenchError, Contestant, Engines
from bench.yardsticks import limit

CONNECTIONS = 16
WARM_UP = 200
IDLE_SECONDS = 10


@dataclass(frozen=True)
class Bench:
    engines: Engines
    rounds: int
    count: int | None
    seconds: int | None = None

    def alternate(
        self, title: str, yardstick: str, ours: Callable[[], Figures], theirs: Callable[[], Figures]
    ) -> Report:
        """In turn, so that a machine that changes its speed changes it for both."""
        report = Report(title, yardstick)
        for number in range(1, self.rounds + 1):
            for name, measure, rounds in (
                (yardstick, theirs, report.theirs),
                ("ours", ours, report.ours),
            ):
                say(f"{title}, round {number} of {self.rounds}: {name}")
                rounds.append(measure())
        return report


def rest(bench: Bench) -> Report:
    """Tasks created one by one over REST, from the first request to the last stored result."""
    count = bench.count or 2_000
    return bench.alternate(
        f"rest: {count:,} tasks, created one by one on {CONNECTIONS} connections",
        "naive",
        ours=lambda: _create_one_by_one(bench.engines, OURS, count),
        theirs=lambda: _create_one_by_one(bench.engines, NAIVE, count),
    )


def submit(bench: Bench) -> Report:
    """Tasks created in bulk by `manage.py submit`, until all have finished."""
    count = bench.count or 20_000
    return bench.alternate(
        f"submit: {count:,} tasks, created in bulk",
        "limit",
        ours=lambda: _submit(bench.engines, count),
        theirs=lambda: _write_by_hand(bench.engines, count),
    )


def utilization(bench: Bench) -> Report:
    """A mixed load on three nodes of four slots, and on two while the third is drained."""
    title = "utilization: tasks of 1, 2 or 4 slots in three queues, 12 slots"
    say(title)
    all_nodes = queueing.utilization(bench.engines)
    drained = queueing.utilization(bench.engines, drained=1)
    return Report(
        title,
        ours=[all_nodes | {f"{name} (one node drained)": n for name, n in drained.items()}],
    )


def backlog(bench: Bench) -> Report:
    """A backlog, compared with a new submit of 20,000 tasks."""
    count = bench.count or 500_000
    return bench.alternate(
        f"backlog: {count:,} tasks in a queue that is resumed",
        "submit",
        ours=lambda: queueing.backlog(bench.engines, count),
        theirs=lambda: _submit(bench.engines, 20_000),
    )


def due(bench: Bench) -> Report:
    count = bench.count or 10_000
    title = f"due: {count:,} tasks due at the same moment"
    say(title)
    return Report(title, ours=[queueing.due(bench.engines, count) for _ in range(bench.rounds)])


def lone(bench: Bench) -> Report:
    title = f"lone: {queueing.LONE_TASKS} tasks, one after another"
    say(title)
    return Report(title, ours=[queueing.lone(bench.engines) for _ in range(bench.rounds)])


def claim(bench: Bench) -> Report:
    title = "claim: the time of one claim"
    say(title)
    return Report(title, ours=[queueing.claim(bench.engines)])


def ticks(bench: Bench) -> Report:
    """Schedules of a minute, for three minutes. One round takes seventeen minutes."""
    count = bench.count or 10_000
    population = schedules.EACH_MINUTE.lasting(bench.seconds)
    return replace(bench, rounds=1).alternate(
        f"ticks: {count:,} schedules of a minute",
        "stock",
        ours=lambda: schedules.tick(bench.engines, OURS, count, population),
        theirs=lambda: schedules.tick(bench.engines, schedules.STOCK, count, population),
    )


def mixed_ticks(bench: Bench) -> Report:
    """Schedules at intervals, by cron expressions in zones, and once, for ten minutes."""
    count = bench.count or 10_000
    population = schedules.MIXED.lasting(bench.seconds)
    figures = schedules.tick(bench.engines, OURS, count, population)
    return Report(f"ticks-mixed: {count:,} schedules of all kinds", ours=[figures])


def graphql_beside_rest(bench: Bench) -> Report:
    """One web process: tasks created one by one, and the newest 100 with the same fields."""
    count = bench.count or 2_000
    return bench.alternate(
        f"graphql: {count:,} creates and {graphql.LISTS} lists, compared with REST",
        "REST",
        ours=lambda: graphql.over_graphql(bench.engines, count),
        theirs=lambda: graphql.over_rest(bench.engines, count),
    )


def graphql_beside_raw(bench: Bench) -> Report:
    count = bench.count or 2_000
    return bench.alternate(
        f"graphql: {count:,} creates and {graphql.LISTS} lists, compared with hand-written views",
        "raw",
        ours=lambda: graphql.over_graphql(bench.engines, count),
        theirs=lambda: graphql.by_hand(bench.engines, count),
    )


def graphql_loading(bench: Bench) -> Report:
    """One process that runs the same list by turns in both ways."""
    report = Report("graphql: lists with relations, prefetched and with DataLoaders", "DataLoaders")
    for number in range(1, bench.rounds + 1):
        say(f"{report.title}, round {number} of {bench.rounds}")
        ours, theirs = loading.measure(bench.engines)
        report.ours.append(ours)
        report.theirs.append(theirs)
    return report


def graphql_bounds(bench: Bench) -> Report:
    """What is bounded, and where the bounds are. One round says enough."""
    title = "graphql: what one process bears"
    say(title)
    return Report(title, ours=[graphql.bounds(bench.engines)])


def push(bench: Bench) -> Report:
    """One web process with many subscribers who ask for the same."""
    return bench.alternate(
        f"push: {push_.ALIKE} subscribers with one document, {push_.ALIKE_CHANGES} changes",
        "plain",
        ours=lambda: push_.ours_alike(bench.engines),
        theirs=lambda: push_.plain_alike(bench.engines),
    )


def push_few(bench: Bench) -> Report:
    title = f"push: {push_.FEW} who watch everything, {push_.PER_SECOND} changes a second"
    say(title)
    return Report(title, ours=[push_.few(bench.engines)])


def push_crowd(bench: Bench) -> Report:
    title = f"push: {push_.CROWD:,} subscribers, {push_.PER_SECOND} changes a second"
    say(title)
    return Report(title, ours=[push_.crowd(bench.engines)])


def tasks_page(bench: Bench) -> Report:
    """The effect of a burst on a subscriber."""
    title = f"page: Tasks in Chromium, {pages.STORED:,} stored, a burst of {pages.BURST:,}"
    say(title)
    return Report(title, ours=[pages.tasks_page(bench.engines)])


def watching(bench: Bench) -> Report:
    """A million finished tasks and a hundred nodes. One round says enough."""
    count = bench.count or 1_000_000
    title = f"cluster: {count:,} finished tasks, {cluster.NODES} nodes"
    say(title)
    return Report(title, ours=[cluster.watch(bench.engines, count)])


def memory(bench: Bench) -> Report:
    """What the whole stack takes when it has worked a little and is idle again."""
    title = "memory: the idle stack, PSS"
    say(title)
    with stack.running(OURS, bench.engines) as running:
        load.post_all(running.url, _bodies(WARM_UP), connections=CONNECTIONS)
        time.sleep(IDLE_SECONDS)
        sizes = running.memory()
    figures = {"all, MB": sum(sizes.values())}
    figures |= {f"of that {name}, MB": size for name, size in sorted(sizes.items())}
    return Report(title, ours=[figures])


PARTS: dict[str, Callable[[Bench], Report]] = {
    "rest": rest,
    "submit": submit,
    "utilization": utilization,
    "backlog": backlog,
    "due": due,
    "lone": lone,
    "claim": claim,
    "ticks": ticks,
    "ticks-mixed": mixed_ticks,
    "graphql": graphql_beside_rest,
    "graphql-raw": graphql_beside_raw,
    "graphql-loading": graphql_loading,
    "graphql-bounds": graphql_bounds,
    "push": push,
    "push-few": push_few,
    "push-crowd": push_crowd,
    "page": tasks_page,
    "cluster": watching,
    "memory": memory,
}


def _create_one_by_one(engines: Engines, contestant: Contestant, count: int) -> Figures:
    with stack.running(contestant, engines) as running:
        load.post_all(running.url, _bodies(WARM_UP), connections=CONNECTIONS)
        running.wait_for_results(1 + WARM_UP)
        cpu_before = running.cpu_seconds()
        began = time.perf_counter()
        posted = load.post_all(running.url, _bodies(count), connections=CONNECTIONS)
        running.wait_for_results(1 + WARM_UP + count - posted.errors)
        seconds = time.perf_counter() - began
        cpu = running.cpu_seconds()
    return {
        "end to end, tasks/s": (count - posted.errors) / seconds,
        "created, tasks/s": (count - posted.errors) / posted.seconds,
        "create p50, ms": posted.percentile(50),
        "create p99, ms": posted.percentile(99),
        "errors": posted.errors,
        **{
            f"CPU of {name}, ms/task": (cpu[name] - cpu_before[name]) * 1000 / count for name in cpu
        },
    }


def _submit(engines: Engines, count: int) -> Figures:
    with stack.running(OURS, engines) as running:
        output = running.run(f"manage.py submit --count {count}")
    summary = re.search(r"^(\d+) SUCCESS in .*: (\d+) tasks/s$", output, re.MULTILINE)
    if summary is None or int(summary[1]) != count:
        raise BenchError(f"manage.py submit did not succeed with all {count}:\n{output}")
    return {"end to end, tasks/s": float(summary[2])}


def _write_by_hand(engines: Engines, count: int) -> Figures:
    return {"end to end, tasks/s": limit.tasks_per_second(engines.renew("limit_"), count)}


def _bodies(count: int) -> list[bytes]:
    return [json.dumps({"a": number, "b": 2 * number}).encode() for number in range(count)]


def say(line: str) -> None:
    print(f"bench: {line}", file=sys.stderr, flush=True)
