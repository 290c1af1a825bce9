"""What `doctor` reports."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How serious a finding is."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """The result of one check. Warnings and problems have a command or a step that fixes them."""

    check: str
    level: Level
    message: str
    fix: str = ""


def ok(check: str, message: str) -> Finding:
    """Return a finding that needs no action."""
    return Finding(check, Level.OK, message)


def warning(check: str, message: str, fix: str) -> Finding:
    """Return a finding that limits or will limit the stack."""
    return Finding(check, Level.WARNING, message, fix)


def problem(check: str, message: str, fix: str) -> Finding:
    """Return a finding that prevents the stack from working."""
    return Finding(check, Level.PROBLEM, message, fix)
