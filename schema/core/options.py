"""Options of tasks and schedules as fields of inputs."""

from typing import Any

import strawberry
from strawberry import UNSET

from tasks_app.options import OPTIONS, REQUIRED

# The options for which null is a value, so that an update can set it.
NULLABLE = ("ends_at", "max_runs")


def option(name: str, **replaced: Any) -> Any:
    """Return the input field of an option, with its default, range and description."""
    found = OPTIONS[name]
    if found.default is not REQUIRED and "default_factory" not in replaced:
        replaced = {"default": found.default} | replaced
    return strawberry.field(description=found.text, **replaced)


def changed_option(name: str) -> Any:
    """Return the field of an option that an update may leave out."""
    found = OPTIONS[name]
    unchanged = "Unchanged if left out." if name in NULLABLE else "Unchanged if left out or null."
    description = f"{found.with_range} {unchanged}"
    return strawberry.field(default=UNSET, description=description)
