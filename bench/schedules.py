"""Many schedules in one Beat: each of a minute compared with stock Beat, and a mix of all kinds."""

import json
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bench import stack
from bench.report import Figures, Json
from bench.stack import OURS, Contestant, Engines

# For the runs that are due last.
LAST_SECONDS = 3
LATE_SECONDS = 2

_WORKER = "-m celery -q -A project worker -c 2 --without-mingle --without-gossip -n"
STOCK = replace(
    OURS,
    name="stock",
    prepare="manage.py migrate",
    services=[
        "-m project.web --port {port} --log-level warning",
        f"{_WORKER} node-1@%h",
        f"{_WORKER} node-2@%h",
        "-m celery -q -A project beat -S django_celery_beat.schedulers:DatabaseScheduler",
    ],
)


@dataclass(frozen=True)
class Population:
    """Schedules of a kind of `bench.population`, and for how long their runs are measured."""

    kind: str
    seconds: int

    def lasting(self, seconds: int | None) -> "Population":
        """Return the same schedules, measured for a number of seconds; None for their own time."""
        return replace(self, seconds=seconds or self.seconds)


EACH_MINUTE = Population("minute", 180)
MIXED = Population("mixed", 600)


def tick(engines: Engines, contestant: Contestant, count: int, population: Population) -> Figures:
    """Create the schedules, measure their scheduled times, and compare them with those due."""
    with stack.running(contestant, engines) as cluster:
        first = cluster.run(f"-m bench.population create {population.kind} {count}").split()[-1]
        _sleep_until(datetime.fromisoformat(first))
        before = cluster.cpu_seconds("beat")["beat"]
        time.sleep(population.seconds)
        cpu = cluster.cpu_seconds("beat")["beat"] - before
        cluster.check()
        memory = cluster.memory()["beat"]
        time.sleep(LAST_SECONDS)
        command = f"-m bench.population compare {first} {population.seconds}"
        found: Json = json.loads(cluster.run(command).splitlines()[-1])
        lags: list[float] = found.pop("lags")
        return {
            **{name: float(count) for name, count in found.items()},
            f"of those late by {LATE_SECONDS} s or more": sum(lag >= LATE_SECONDS for lag in lags),
            "lag p50, ms": _percentile(lags, 50) * 1000,
            "lag p99, ms": _percentile(lags, 99) * 1000,
            "CPU of Beat, % of a core": cpu / population.seconds * 100,
            "memory of Beat, PSS, MB": memory,
        }


def _sleep_until(moment: datetime) -> None:
    time.sleep(max(0.0, (moment - datetime.now(UTC)).total_seconds()))


def _percentile(ordered: list[float], percent: int) -> float:
    return ordered[len(ordered) * percent // 100] if ordered else float("nan")
