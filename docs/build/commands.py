"""The reference of commands: `./run` and the commands of manage.py, as they describe themselves."""

import re
from collections.abc import Iterator
from pathlib import Path

from django.core.management import load_command_class

RUN = Path(__file__).resolve().parents[2] / "run"

# Commands of manage.py that belong to this project.
COMMANDS = ("submit", "token", "record", "reconcile", "simulate")


def page() -> str:
    """Return the page of commands."""
    lines = [
        "# Commands",
        "",
        "`./run` needs only Python 3.11 to 3.14. It installs packages on first use.",
        "",
        "```text",
        *_summary(),
        "```",
        "",
        "## ./run",
        "",
        *_help(_up_help()),
        "",
        "Every other command that needs the database takes `--state DIR`, or the variable",
        "`STATE_DIR`, and finds the stack that runs from this directory.",
        "",
        "## ./run doctor",
        "",
        *_help(_doctor_help()),
        "",
        "## ./run replay",
        "",
        *_help(_replay_help()),
    ]
    for name in COMMANDS:
        parser = load_command_class("tasks_app", name).create_parser("./run", name)
        lines += ["", f"## ./run {name}", "", *_help(parser.format_help())]
    return "\n".join(lines) + "\n"


def _summary() -> Iterator[str]:
    """Yield the comment at the top of `run`, which lists its commands."""
    for line in RUN.read_text().splitlines()[1:]:
        if not line.startswith("#"):
            return
        yield re.sub(r"^# ?", "", line)


def _up_help() -> str:
    from project.standalone import up

    return up._parser().format_help()


def _doctor_help() -> str:
    from project.standalone import doctor

    return doctor.parser().format_help()


def _replay_help() -> str:
    from project.standalone import replay

    return replay._parser().format_help()


def _help(text: str) -> list[str]:
    return ["```text", *text.rstrip().splitlines(), "```"]
