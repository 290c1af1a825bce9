"""Options of tasks and schedules as fields of inputs."""

from typing import Any

import strawberry
from strawberry import UNSET

from tasks_app.options import OPTIONS, REQUIRED


def option(name: str, **replaced: Any) -> Any:
    """Return the input field of an option, with its default, range and description."""
    found = OPTIONS[name]
    if found.default is not REQUIRED and "default_factory" not in replaced:
        replaced = {"default": found.default} | replaced
    return strawberry.field(description=found.text, **replaced)


def changed_option(name: str) -> Any:
    """Return the field of an option that an update may leave out."""
    description = f"{OPTIONS[name].description} Unchanged if left out."
    return strawberry.field(default=UNSET, description=description)
