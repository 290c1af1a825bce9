"""The names that exist for a key of the search language: queues, worker nodes and so on."""

from collections.abc import Callable, Iterator

from django.db.models import F, Func

from tasks_app.models import Queue, TaskSchedule, WorkerNode

# The names that are proposed for a key, and the newest schedules among which they are looked for.
NAMES_MAX = 100
# As many digits as the lists show of an ID.
_SHORT_ID_DIGITS = 8

_Named = Iterator[tuple[str, str]]


def names(key: str, begun: str) -> _Named:
    """Yield the names that begin with a text, in any case, each with a description.

    Args:
        key: The name of a key of the search language.
        begun: The beginning of the names.
    """
    return _SOURCES[key](begun) if key in _SOURCES else iter(())


def _queues(begun: str) -> _Named:
    found = Queue.objects.filter(name__istartswith=begun).order_by("name")
    for name in found.values_list("name", flat=True)[:NAMES_MAX]:
        yield name, "Queue"


def _nodes(begun: str) -> _Named:
    found = WorkerNode.objects.filter(name__istartswith=begun).order_by("name")
    for name, connection in found.values_list("name", "connection")[:NAMES_MAX]:
        yield name, f"Worker node, {connection.lower()}"


def _schedules(begun: str) -> _Named:
    newest = TaskSchedule.objects.order_by("-pk").values_list("pk", "tasks__a", "tasks__b")
    for pk, a, b in newest[:NAMES_MAX]:
        digits = pk.hex[-_SHORT_ID_DIGITS:]
        if digits.startswith(begun.lower()):
            yield digits, f"Schedule of {a} + {b}"


def _labels(begun: str) -> _Named:
    label = Func(F("labels"), function="unnest")
    found = TaskSchedule.objects.values_list(label, flat=True).distinct()
    matching = (name for name in found if name.lower().startswith(begun.lower()))
    for name in sorted(matching)[:NAMES_MAX]:
        yield name, "Label of schedules"


_SOURCES: dict[str, Callable[[str], _Named]] = {
    "queue": _queues,
    "node": _nodes,
    "schedule": _schedules,
    "label": _labels,
}
