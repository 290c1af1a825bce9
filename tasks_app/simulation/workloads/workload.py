"""Workloads: the tasks of a simulation, in order of their submission."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple


class WorkloadError(ValueError):
    """A workload is invalid; the message names the place and the rule."""


class SimulatedTask(NamedTuple):
    """A task of a workload. Times are integer milliseconds.

    `name` identifies the task in the file, `submit_ms` is when it becomes due, `duration_ms` how
    long it runs, and `estimate_ms` how long the scheduler expects it to run. `size` is the number
    of tasks if it stands for a batch, which a node claims as a whole. A task that has not started
    by `expires_ms` never starts.
    """

    name: str
    submit_ms: int
    duration_ms: int
    estimate_ms: int
    slots: int = 1
    queue: str = "default"
    owner: str = "anonymous"
    priority: int = 5
    size: int = 1
    expires_ms: int | None = None


@dataclass(frozen=True)
class Workload:
    """Tasks in order of submission, the running limits of queues, and what was left out.

    `adjusted` counts changes to the tasks by reason, such as `unknown run time`.
    """

    tasks: Sequence[SimulatedTask]
    limits: Mapping[str, int] = field(default_factory=dict)
    adjusted: Mapping[str, int] = field(default_factory=dict)


def ordered(tasks: Iterable[SimulatedTask]) -> tuple[SimulatedTask, ...]:
    """Return tasks in order of submission; tasks of the same time keep their order."""
    return tuple(sorted(tasks, key=lambda task: task.submit_ms))


def with_exact_estimates(workload: Workload) -> Workload:
    """Return the workload with each estimate replaced by the duration."""
    tasks = [task._replace(estimate_ms=task.duration_ms) for task in workload.tasks]
    return Workload(tasks, workload.limits, workload.adjusted)


def fitted(workload: Workload, slots: int, wide: Literal["reject", "clamp"]) -> Workload:
    """Return the workload without tasks wider than the largest node.

    Args:
        workload: The workload.
        slots: The slots of the largest node.
        wide: Whether to leave such tasks out, or to give them that many slots.
    """
    count = sum(task.slots > slots for task in workload.tasks)
    if not count:
        return workload
    adjusted = Counter(workload.adjusted)
    if wide == "reject":
        adjusted["rejected: wider than the largest node"] += count
        tasks = [task for task in workload.tasks if task.slots <= slots]
    else:
        adjusted["clamped to the largest node"] += count
        tasks = [task._replace(slots=min(task.slots, slots)) for task in workload.tasks]
    return Workload(tasks, workload.limits, dict(adjusted))


def with_load(workload: Workload, slots: int, load: float) -> Workload:
    """Return the workload with the gaps between submissions scaled to an offered load.

    The offered load is the sum of slots * duration, divided by the cluster's slots times the time
    between the first and the last submission. A load above 1 is more than the cluster can do.

    Raises:
        WorkloadError: All tasks are submitted at the same time.
    """
    tasks = workload.tasks
    first, last = tasks[0].submit_ms, tasks[-1].submit_ms
    work = sum(task.slots * task.duration_ms for task in tasks)
    if first == last or not work:
        raise WorkloadError(
            "The load cannot be changed: the workload has no duration, or all its tasks are"
            " submitted at the same time."
        )
    factor = work / (slots * (last - first) * load)
    scaled = [
        task._replace(submit_ms=first + round((task.submit_ms - first) * factor)) for task in tasks
    ]
    return Workload(scaled, workload.limits, workload.adjusted)
