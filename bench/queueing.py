"""How well the cluster uses its slots, and how its speed depends on what is pending."""

import random
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from statistics import quantiles

import psycopg2

from bench import stack
from bench.report import Figures, Row
from bench.stack import OURS, BenchError, Engines, Running

NODES, SLOTS = 3, 4
# The queues of the mixed load, with their number of tasks and the range of durations in ms.
MIXED = {"email": (200, 300, 1500), "billing": (30, 1000, 4000), "notifications": (150, 200, 900)}
# A stall is a time in which at most one slot is busy while more than this many tasks are pending.
STALL_PENDING = 20
LONE_TASKS = 100
PENDING = (1_000, 100_000, 1_000_000)

_LARGE = replace(
    OURS,
    services=[
        f"manage.py up --port {{port}} --state {{state}} --workers {NODES} --concurrency {SLOTS}"
    ],
)


def utilization(engines: Engines, *, drained: int = 0) -> Figures:
    """Run tasks of 1, 2 or 4 slots in three queues, with some of the nodes drained."""
    choose = random.Random(7)
    rows = [
        (queue, choose.randint(low, high), choose.choice([3, 5, 5, 7]), choose.choice([1, 1, 2, 4]))
        for queue, (count, low, high) in MIXED.items()
        for _ in range(count)
    ]
    with stack.running(_LARGE, engines) as running, connected(running) as execute:
        for queue in MIXED:
            execute(
                "INSERT INTO tasks_app_queue (id, name, paused_by, pause_note)"
                " VALUES (uuidv7(), %s, '', '')",
                [queue],
            )
        time.sleep(3)  # By then all nodes know the queues.
        execute(
            "UPDATE tasks_app_workernode SET scheduling = 'DRAINING' WHERE id IN"
            " (SELECT id FROM tasks_app_workernode ORDER BY name DESC LIMIT %s)",
            [drained],
        )
        for queue, duration_ms, priority, slots in rows:
            execute(
                "INSERT INTO tasks_app_task (id, a, b, queue, duration_ms, priority, slots)"
                " VALUES (uuidv7(), 1, 2, %s, %s, %s, %s)",
                [queue, duration_ms, priority, slots],
            )
        running.wait_for_results(1 + len(rows))
        runs = execute(
            "SELECT started_at, finished_at, slots, duration_ms FROM tasks_app_task"
            " WHERE queue <> 'default'"
        )
    capacity = (NODES - drained) * SLOTS
    begin, end = min(run[0] for run in runs), max(run[1] for run in runs)
    seconds = (end - begin).total_seconds()
    used = sum((finished - started).total_seconds() * slots for started, finished, slots, _ in runs)
    work = sum(slots * duration_ms / 1000 for _, _, slots, duration_ms in runs)
    return {
        "slots in use, share": used / capacity / seconds,
        "of the time, ideal": work / capacity / seconds,
        "time, s": seconds,
        "longest stall, s": _longest_stall(runs),
    }


def _longest_stall(runs: list[tuple[datetime, datetime, int, int]]) -> float:
    """Return the longest time with at most one busy slot and many pending tasks."""
    changes = sorted(
        [(started, slots, -1) for started, _, slots, _ in runs]
        + [(finished, -slots, 0) for _, finished, slots, _ in runs]
    )
    busy, pending, longest, since = 0, len(runs), 0.0, None
    for at, slots, waiting in changes:
        if since is not None:
            longest = max(longest, (at - since).total_seconds())
        busy, pending = busy + slots, pending + waiting
        is_stalled = busy <= 1 and pending > STALL_PENDING
        since = (since or at) if is_stalled else None
    return longest


def backlog(engines: Engines, count: int) -> Figures:
    """Drain a backlog, from the moment at which its queue is resumed."""
    with stack.running(OURS, engines) as running, connected(running) as execute:
        execute("UPDATE tasks_app_queue SET paused_at = now()")
        running.run(f"-m bench.filler {count}")
        execute("UPDATE tasks_app_queue SET paused_at = NULL")
        began = time.perf_counter()
        running.wait_for_results(1 + count, seconds=count / 500)
        return {"end to end, tasks/s": count / (time.perf_counter() - began)}


def due(engines: Engines, count: int) -> Figures:
    """Run tasks that all become due at the same moment."""
    with stack.running(OURS, engines) as running, connected(running) as execute:
        running.run(f"-m bench.filler {count} --in-seconds 8")
        running.wait_for_results(1 + count)
        [(first, last)] = execute(
            "SELECT extract(epoch FROM min(started_at) - max(run_at))::float,"
            " extract(epoch FROM max(finished_at) - max(run_at))::float FROM tasks_app_task"
            " WHERE run_at IS NOT NULL"
        )
    return {"first started after, s": first, "last finished after, s": last}


def lone(engines: Engines) -> Figures:
    """Create one task at a time over REST, and wait for its result before the next one."""
    times = []
    with stack.running(OURS, engines) as running, connected(running) as execute:
        for number in range(LONE_TASKS):
            began = time.perf_counter()
            _post(running.url)
            while execute("SELECT count(*) FROM tasks_app_taskresult")[0][0] < number + 2:
                time.sleep(0.001)
            times.append((time.perf_counter() - began) * 1000)
    cuts = quantiles(times, n=100)
    return {"request to result p50, ms": cuts[49], "request to result p99, ms": cuts[98]}


def claim(engines: Engines) -> Figures:
    """Time claims of a batch, and of a task with a duration, with more and more tasks pending."""
    figures: Figures = {}
    running = Running(OURS, engines)
    running.prepare("manage.py migrate")
    for count in PENDING:
        batch, one = map(float, running.run(f"-m bench.claims {count}").split())
        figures[f"of a batch, {count:,} pending, p50, ms"] = batch
        figures[f"of one task, {count:,} pending, p50, ms"] = one
    return figures


def _post(url: str) -> None:
    headers = {"Content-Type": "application/json"}
    with urllib.request.urlopen(
        urllib.request.Request(url, b'{"a": 1, "b": 2}', headers), timeout=10
    ) as response:
        if response.status != 201:
            raise BenchError(f"POST /tasks/ answered {response.status}")


@contextmanager
def connected(running: Running) -> Iterator[Callable[..., list[Row]]]:
    """Yield a function that executes a statement in the contestant's database."""
    with closing(psycopg2.connect(running.database_url)) as connection:
        connection.autocommit = True

        def execute(sql: str, params: Sequence[object] = ()) -> list[Row]:
            with connection.cursor() as cursor:
                cursor.execute(sql, params)
                return cursor.fetchall() if cursor.description else []

        yield execute
