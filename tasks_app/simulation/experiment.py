"""Experiments: the same workload under several policies, repeated with shaken input.

One run is noise: a small change of one arrival can change all decisions that follow (Tsafrir,
Ouaknine and Feitelson, 2007). So an experiment repeats the run with slightly changed arrivals. All
policies get the same changed workloads, and the differences between policies are those of pairs.
"""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tasks_app.policy.orders import Policy
from tasks_app.simulation.cluster import Cluster
from tasks_app.simulation.engine import simulate
from tasks_app.simulation.measures import Measures, measure
from tasks_app.simulation.runs import Run
from tasks_app.simulation.workloads.workload import Workload, ordered

# Quantiles of Student's t distribution for two-sided 95 % intervals, by degrees of freedom.
_T = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228),
    *(2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086),
    *(2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042),
)

# The measures that experiments compare.
COMPARED: dict[str, Callable[[Measures], float]] = {
    "makespan": lambda m: m.makespan,
    "utilization": lambda m: m.utilization,
    "idle_slot_seconds": lambda m: m.idle_slot_seconds,
    "lost_slot_seconds": lambda m: m.lost_slot_seconds,
    "failed": lambda m: m.all.failed,
    "starved": lambda m: m.all.starved,
    "jain": lambda m: m.jain,
    "wait_mean": lambda m: m.all.wait.mean,
    "wait_p50": lambda m: m.all.wait.p50,
    "wait_p95": lambda m: m.all.wait.p95,
    "wait_p99": lambda m: m.all.wait.p99,
    "wait_max": lambda m: m.all.wait.max,
    "turnaround_mean": lambda m: m.all.turnaround.mean,
    "turnaround_p50": lambda m: m.all.turnaround.p50,
    "turnaround_p95": lambda m: m.all.turnaround.p95,
    "turnaround_p99": lambda m: m.all.turnaround.p99,
    "slowdown_mean": lambda m: m.all.slowdown.mean,
    "bounded_slowdown_mean": lambda m: m.all.bounded_slowdown.mean,
    "bounded_slowdown_p95": lambda m: m.all.bounded_slowdown.p95,
}


@dataclass(frozen=True)
class Arm:
    """A policy of an experiment: its label, a maker of new policies, and whether it backfills."""

    label: str
    make: Callable[[], Policy]
    backfill: bool = True


@dataclass(frozen=True)
class Settings:
    """How an experiment runs.

    `shake_ms` is how far, at most, a replication moves each submission. The first replication takes
    the workload as it is.
    """

    replications: int = 1
    seed: int = 0
    shake_ms: int = 30_000
    overhead_ms: int = 0
    starvation_ms: int = 3_600_000


@dataclass(frozen=True)
class ArmResult:
    """The measures and digests of an arm's replications, and the first run."""

    arm: Arm
    measures: Sequence[Measures]
    digests: Sequence[str]
    first: Run


class Estimate(NamedTuple):
    """A mean over replications, and half the width of its 95 % confidence interval.

    The half width is None if there is one replication only.
    """

    mean: float
    half_width: float | None

    @property
    def is_significant(self) -> bool:
        """Whether the interval excludes 0."""
        return self.half_width is not None and abs(self.mean) > self.half_width


def run(
    workload: Workload, cluster: Cluster, arms: Sequence[Arm], settings: Settings
) -> list[ArmResult]:
    """Run each arm on the same replications of a workload."""
    measures: list[list[Measures]] = [[] for _ in arms]
    digests: list[list[str]] = [[] for _ in arms]
    first: list[Run] = []
    for replication in range(settings.replications):
        seed = settings.seed + replication
        input = shaken(workload, settings.shake_ms, seed) if replication else workload
        for index, arm in enumerate(arms):
            result = simulate(
                input,
                cluster,
                arm.make(),
                backfill=arm.backfill,
                overhead_ms=settings.overhead_ms,
                seed=seed,
            )
            measures[index].append(measure(result, starvation_ms=settings.starvation_ms))
            digests[index].append(result.digest)
            if not replication:
                first.append(result)
    return [ArmResult(*row) for row in zip(arms, measures, digests, first, strict=True)]


def shaken(workload: Workload, shake_ms: int, seed: int) -> Workload:
    """Return the workload with each submission moved by up to `shake_ms`, uniformly, to 0 at least.

    Args:
        workload: The workload.
        shake_ms: The largest move, in milliseconds.
        seed: The same seed moves submissions in the same way.
    """
    rng = random.Random(f"shake {seed}")
    tasks = [
        task._replace(submit_ms=max(0, task.submit_ms + rng.randint(-shake_ms, shake_ms)))
        for task in workload.tasks
    ]
    return Workload(ordered(tasks), workload.limits, workload.adjusted)


def values(result: ArmResult, name: str) -> list[float]:
    """Return a measure of each replication."""
    return [COMPARED[name](measures) for measures in result.measures]


def estimate(sample: Sequence[float]) -> Estimate:
    """Return the mean of a sample, with a 95 % confidence interval by Student's t distribution."""
    count = len(sample)
    mean = math.fsum(sample) / count
    if count < 2:
        return Estimate(mean, None)
    variance = math.fsum((value - mean) ** 2 for value in sample) / (count - 1)
    return Estimate(mean, t_quantile(count - 1) * math.sqrt(variance / count))


def difference(result: ArmResult, baseline: ArmResult, name: str) -> Estimate:
    """Return the paired difference of a measure between two arms."""
    pairs = zip(values(result, name), values(baseline, name), strict=True)
    return estimate([value - base for value, base in pairs])


def t_quantile(degrees: int) -> float:
    """Return the quantile for a 95 % interval; above 30 degrees of freedom to within 0.01."""
    return _T[degrees - 1] if degrees <= len(_T) else 1.96 + 2.5 / degrees
