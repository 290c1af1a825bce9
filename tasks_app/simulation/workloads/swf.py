"""The Standard Workload Format of the Parallel Workloads Archive, version 2.2.

Header lines start with `;`. Every other line is a job of 18 numbers, in which -1 means unknown. How
a job becomes a task:

- field 2, submit time (s): the time of submission
- field 4, run time (s): the duration; a job of unknown run time is left out
- field 8, requested processors, or field 5, allocated processors: the slots; a job without either
  is left out
- field 9, requested time (s): the estimate; the run time if unknown
- field 11, status: lines of 2, 3 and 4 are parts of a job that has a line of its own, and left out
- field 12, user: the owner `user-N`; `anonymous` if unknown
- field 15, queue: the queue `queue-N`; `default` if unknown
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from tasks_app.simulation.workloads.workload import SimulatedTask, Workload, WorkloadError, ordered

FIELDS = (
    "job number",
    "submit time",
    "wait time",
    "run time",
    "allocated processors",
    "average CPU time",
    "used memory",
    "requested processors",
    "requested time",
    "requested memory",
    "status",
    "user ID",
    "group ID",
    "executable number",
    "queue number",
    "partition number",
    "preceding job number",
    "think time",
)
_PARTIAL = (2, 3, 4)
_MAX_SECONDS = 10**11


def read(lines: Iterable[str]) -> Workload:
    """Return the workload of a file's lines.

    Raises:
        WorkloadError: A line is invalid; the message names the line and the field.
    """
    tasks: list[SimulatedTask] = []
    left_out: Counter[str] = Counter()
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if text and not text.startswith(";"):
            task = _task(_values(text.split(), number), number)
            if isinstance(task, str):
                left_out[task] += 1
            else:
                tasks.append(task)
    if not tasks:
        raise WorkloadError("The file has no jobs that can be simulated.")
    return Workload(ordered(tasks), {}, dict(left_out))


def write(workload: Workload) -> Iterator[str]:
    """Yield the lines of a file. Priorities and limits have no place in the format."""
    owners, queues = (
        _numbers(t.owner for t in workload.tasks),
        _numbers(t.queue for t in workload.tasks),
    )
    yield "; Version: 2.2"
    yield f"; MaxJobs: {len(workload.tasks)}"
    yield f"; MaxRecords: {len(workload.tasks)}"
    yield f"; MaxProcs: {max((task.slots for task in workload.tasks), default=0)}"
    for number, task in enumerate(workload.tasks, 1):
        values: list[int | str] = [-1] * len(FIELDS)
        values[0] = number
        values[1] = _seconds(task.submit_ms)
        values[3] = _seconds(task.duration_ms)
        values[4] = values[7] = task.slots
        values[8] = _seconds(task.estimate_ms)
        values[10] = 1
        values[11], values[14] = owners[task.owner], queues[task.queue]
        yield " ".join(map(str, values))


def _values(words: Sequence[str], number: int) -> list[float]:
    if len(words) != len(FIELDS):
        raise WorkloadError(f"Line {number} has {len(words)} fields; a job has {len(FIELDS)}.")
    return [
        _number(word, number, index, name)
        for index, (word, name) in enumerate(zip(words, FIELDS, strict=True), 1)
    ]


def _number(word: str, line: int, field: int, name: str) -> float:
    try:
        value = float(word)
    except ValueError:
        value = math.nan
    if not -1 <= value <= _MAX_SECONDS and field in (2, 4, 5, 8, 9, 11, 12, 15):
        raise WorkloadError(
            f"Line {line}, field {field} ({name}): {word[:40]!r} must be a number that is at least"
            f" 0, or -1 for unknown, and at most {_MAX_SECONDS:,}."
        )
    if math.isnan(value):
        raise WorkloadError(f"Line {line}, field {field} ({name}): {word[:40]!r} is not a number.")
    return value


def _task(values: Sequence[float], line: int) -> SimulatedTask | str:
    """Return the task of a job, or the reason for which the job is left out."""
    job, submit, _, run, allocated, _, _, requested, requested_time, _, status = values[:11]
    if int(status) in _PARTIAL:
        return "left out: part of a job"
    if run < 0:
        return "left out: unknown run time"
    if submit < 0:
        return "left out: unknown submit time"
    slots = int(requested) if requested > 0 else int(allocated)
    if slots <= 0:
        return "left out: unknown number of processors"
    user, queue = int(values[11]), int(values[14])
    duration = round(run * 1000)
    return SimulatedTask(
        name=f"{job:.0f}" if job >= 0 else f"line-{line}",
        submit_ms=round(submit * 1000),
        duration_ms=duration,
        estimate_ms=round(requested_time * 1000) if requested_time >= 0 else duration,
        slots=slots,
        queue="default" if queue < 0 else f"queue-{queue}",
        owner="anonymous" if user < 0 else f"user-{user}",
    )


def _numbers(names: Iterable[str]) -> dict[str, int]:
    """Return a number for each name: that in `user-N` or `queue-N`, else the next free one."""
    found: dict[str, int] = {"anonymous": -1, "default": -1}
    others = []
    for name in dict.fromkeys(names):
        prefix, _, number = name.rpartition("-")
        if prefix in ("user", "queue") and number.isdecimal():
            found[name] = int(number)
        elif name not in found:
            others.append(name)
    taken = set(found.values())
    free = (number for number in range(1, len(taken) + len(others) + 1) if number not in taken)
    found.update(zip(others, free, strict=False))
    return found


def _seconds(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds}.{rest:03}".rstrip("0") if rest else str(seconds)
