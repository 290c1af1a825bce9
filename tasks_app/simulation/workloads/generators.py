"""Generators of workloads: the same arguments give the same tasks.

All draw from `random.Random`, whose methods used here give the same numbers on every platform and
version that the project supports.
"""

import math
import random
from collections.abc import Callable, Iterator

from tasks_app.simulation.workloads.workload import SimulatedTask, Workload, ordered

_HOUR_MS = 3_600_000
_OWNERS = 20
# Weights of arrivals by the hour of the day: quiet at night, busy from morning to evening.
_DAY = (2, 1, 1, 1, 1, 2, 3, 5, 8, 11, 12, 12, 10, 11, 12, 12, 11, 9, 7, 6, 5, 4, 3, 3)


def poisson(jobs: int, seed: int) -> Workload:
    """Return independent arrivals, one in 5 s on average, of exponential run times (mean 60 s)."""
    rng = random.Random(f"poisson {seed}")
    return _workload(
        rng, _arrivals(jobs, lambda: rng.expovariate(1 / 5_000)), lambda: _exponential(rng, 60_000)
    )


def bursts(jobs: int, seed: int) -> Workload:
    """Return bursts of 50 tasks on average, one burst in 5 minutes, each of one owner."""
    rng = random.Random(f"bursts {seed}")
    tasks: list[SimulatedTask] = []
    start = 0.0
    while len(tasks) < jobs:
        start += rng.expovariate(1 / 300_000)
        owner, at = _owner(rng), start
        for _ in range(min(1 + int(rng.expovariate(1 / 49)), jobs - len(tasks))):
            tasks.append(_task(len(tasks) + 1, at, _exponential(rng, 60_000), _width(rng), owner))
            at += rng.expovariate(1 / 100)
    return Workload(ordered(tasks))


def diurnal(jobs: int, seed: int) -> Workload:
    """Return arrivals with a daily cycle: busy hours have 12 times as many as quiet ones."""
    rng = random.Random(f"diurnal {seed}")
    return _workload(rng, _daily(jobs, rng, 10_000), lambda: _exponential(rng, 120_000))


def heavy_tailed(jobs: int, seed: int) -> Workload:
    """Return Poisson arrivals of Pareto run times (shape 1.2, from 2 s, at most 24 hours)."""
    rng = random.Random(f"heavy-tailed {seed}")
    return _workload(
        rng,
        _arrivals(jobs, lambda: rng.expovariate(1 / 5_000)),
        lambda: min(24 * _HOUR_MS, round(2_000 * (1 - rng.random()) ** (-1 / 1.2))),
    )


def heavy_user(jobs: int, seed: int) -> Workload:
    """Return nine tasks in ten of the owner `heavy`, all submitted at once, and one of `light`.

    The owner `light` submits a task every 30 s on average. Run times are exponential (mean 60 s).
    """
    rng = random.Random(f"heavy-user {seed}")
    tasks: list[SimulatedTask] = []
    at = 0.0
    for number in range(1, jobs + 1):
        is_light = number % 10 == 0
        at += rng.expovariate(1 / 30_000) if is_light else 0
        tasks.append(
            _task(
                number,
                at if is_light else 0,
                _exponential(rng, 60_000),
                1,
                "light" if is_light else "heavy",
            )
        )
    return Workload(ordered(tasks))


def lublin(jobs: int, seed: int) -> Workload:
    """Return a workload in the style of Lublin and Feitelson (2003), for nodes of up to 8 slots.

    A quarter of the tasks need one slot. The others have a width whose logarithm follows a
    two-stage uniform distribution, rounded to a power of two in three of four cases. The logarithm
    of the run time is gamma distributed: a short or a long kind, and the long kind is the likelier
    the wider the task. Arrivals have a daily cycle. The parameters are scaled from supercomputers
    to this cluster; users' estimates are up to 5 times the run time.
    """
    rng = random.Random(f"lublin {seed}")
    tasks = []
    for index, at in enumerate(_daily(jobs, rng, 15_000)):
        slots = _lublin_width(rng)
        duration = _lublin_duration(rng, slots)
        task = _task(index + 1, at, duration, slots, _owner(rng))
        tasks.append(task._replace(estimate_ms=round(duration * (1 + 4 * rng.random()))))
    return Workload(ordered(tasks))


GENERATORS: dict[str, Callable[[int, int], Workload]] = {
    "poisson": poisson,
    "bursts": bursts,
    "diurnal": diurnal,
    "heavy-tailed": heavy_tailed,
    "heavy-user": heavy_user,
    "lublin": lublin,
}


def _arrivals(jobs: int, gap: Callable[[], float]) -> Iterator[float]:
    at = 0.0
    for _ in range(jobs):
        yield at
        at += gap()


def _daily(jobs: int, rng: random.Random, mean_gap_ms: float) -> Iterator[float]:
    """Yield arrivals of a Poisson process whose rate follows the hours of the day, by thinning."""
    peak, mean = max(_DAY), sum(_DAY) / len(_DAY)
    at, count = 8.0 * _HOUR_MS, 0
    while count < jobs:
        at += rng.expovariate(peak / mean / mean_gap_ms)
        if rng.random() * peak < _DAY[int(at / _HOUR_MS) % 24]:
            count += 1
            yield at


def _workload(
    rng: random.Random, arrivals: Iterator[float], duration: Callable[[], int]
) -> Workload:
    return Workload(
        ordered(
            _task(index + 1, at, duration(), _width(rng), _owner(rng))
            for index, at in enumerate(arrivals)
        )
    )


def _task(number: int, at: float, duration_ms: int, slots: int, owner: str) -> SimulatedTask:
    return SimulatedTask(str(number), round(at), duration_ms, duration_ms, slots=slots, owner=owner)


def _exponential(rng: random.Random, mean_ms: int) -> int:
    return max(1, round(rng.expovariate(1 / mean_ms)))


def _width(rng: random.Random) -> int:
    return rng.choices((1, 2, 4, 8), (60, 20, 15, 5))[0]


def _owner(rng: random.Random) -> str:
    """Return an owner by a Zipf distribution: a few submit most tasks."""
    return f"user-{rng.choices(range(1, _OWNERS + 1), [1 / n for n in range(1, _OWNERS + 1)])[0]}"


def _lublin_width(rng: random.Random) -> int:
    if rng.random() < 0.25:
        return 1
    exponent = rng.uniform(0.8, 2.0) if rng.random() < 0.7 else rng.uniform(2.0, 3.0)
    if rng.random() < 0.75:
        exponent = round(exponent)
    return max(1, min(8, round(2**exponent)))


def _lublin_duration(rng: random.Random, slots: int) -> int:
    is_long = rng.random() < 0.2 + 0.05 * slots
    log_seconds = rng.gammavariate(60, 0.1) if is_long else rng.gammavariate(6, 0.5)
    return max(1, round(1000 * min(math.exp(log_seconds), 24 * 3600)))
