"""The JSON format of workloads, version 1; `docs/simulation.md` describes it."""

import json
from collections.abc import Mapping

from tasks_app.simulation.workloads.workload import SimulatedTask, Workload, WorkloadError, ordered

VERSION = 1
_MAX_MS = 10**14
# The range of each number, and its default; None if it is required.
_NUMBERS: dict[str, tuple[int, int, int | None]] = {
    "submitMs": (0, _MAX_MS, None),
    "durationMs": (0, _MAX_MS, None),
    "estimateMs": (0, _MAX_MS, -1),
    "slots": (1, 1_000_000, 1),
    "priority": (0, 9, 5),
}
_TEXTS = {"name": "", "queue": "default", "owner": "anonymous"}
_MAX_LENGTH = 100


def read(text: str) -> Workload:
    """Return the workload of a file's text.

    Raises:
        WorkloadError: The text is invalid; the message names the line or the field.
    """
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise WorkloadError(
            f"Line {error.lineno}, column {error.colno}: invalid JSON: {error.msg}."
        ) from None
    except RecursionError:
        raise WorkloadError("The JSON is nested too deeply.") from None
    root = _object(document, "The document", {"version", "queues", "tasks"})
    if root.get("version") != VERSION:
        raise WorkloadError(f"`version` must be {VERSION}.")
    rows = root.get("tasks")
    if not isinstance(rows, list) or not rows:
        raise WorkloadError("`tasks` must be a list of at least one task.")
    tasks = [_task(row, index) for index, row in enumerate(rows)]
    names: dict[str, int] = {}
    for index, task in enumerate(tasks):
        if names.setdefault(task.name, index) != index:
            raise WorkloadError(
                f"`tasks[{index}].name` must be unique; tasks[{names[task.name]}] has it too."
            )
    return Workload(ordered(tasks), _limits(root.get("queues", {})))


def write(workload: Workload) -> str:
    """Return the text of a file."""
    tasks = [
        {
            "name": task.name,
            "submitMs": task.submit_ms,
            "durationMs": task.duration_ms,
            "estimateMs": task.estimate_ms,
            "slots": task.slots,
            "queue": task.queue,
            "owner": task.owner,
            "priority": task.priority,
        }
        for task in workload.tasks
    ]
    queues = {queue: {"runningLimit": limit} for queue, limit in workload.limits.items()}
    return json.dumps({"version": VERSION, "queues": queues, "tasks": tasks}, indent=1) + "\n"


def _task(row: object, index: int) -> SimulatedTask:
    where = f"tasks[{index}]"
    fields = _object(row, f"`{where}`", {*_NUMBERS, *_TEXTS})
    numbers = {name: _integer(fields, where, name, *bounds) for name, bounds in _NUMBERS.items()}
    texts = {name: _text(fields, where, name, default) for name, default in _TEXTS.items()}
    duration, estimate = numbers["durationMs"], numbers["estimateMs"]
    return SimulatedTask(
        name=texts["name"] or str(index + 1),
        submit_ms=numbers["submitMs"],
        duration_ms=duration,
        estimate_ms=duration if estimate < 0 else estimate,
        slots=numbers["slots"],
        queue=texts["queue"],
        owner=texts["owner"],
        priority=numbers["priority"],
    )


def _limits(value: object) -> dict[str, int]:
    limits = {}
    for queue, settings in _object(value, "`queues`", None).items():
        where = f"queues[{queue!r}]"
        fields = _object(settings, f"`{where}`", {"runningLimit"})
        limits[queue] = _integer(fields, where, "runningLimit", 1, 1_000_000, None)
    return limits


def _object(value: object, where: str, names: set[str] | None) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise WorkloadError(f"{where} must be an object.")
    unknown = [] if names is None else sorted(value.keys() - names)
    if names is not None and unknown:
        raise WorkloadError(
            f"{where} has an unknown field `{unknown[0][:40]}`. Known fields:"
            f" {', '.join(sorted(names))}."
        )
    return value


def _integer(
    fields: Mapping[str, object], where: str, name: str, least: int, most: int, default: int | None
) -> int:
    value = fields.get(name, default)
    if name not in fields and default is not None:
        return default
    if type(value) is not int or not least <= value <= most:
        raise WorkloadError(f"`{where}.{name}` must be an integer from {least} to {most:,}.")
    return value


def _text(fields: Mapping[str, object], where: str, name: str, default: str) -> str:
    value = fields.get(name, default)
    is_text = isinstance(value, str) and len(value) <= _MAX_LENGTH and value.isprintable()
    if not is_text or (name in fields and (not value or " " in str(value))):
        raise WorkloadError(
            f"`{where}.{name}` must be a text of 1 to {_MAX_LENGTH} printable characters without"
            " spaces."
        )
    return str(value)
