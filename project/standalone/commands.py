"""Django's management commands on the running stack, with failures as one sentence."""

import os

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError, ProgrammingError

from project.standalone import environment
from project.standalone.engines import programs
from project.standalone.no_database.base import NoDatabaseError

UNDEFINED_TABLE, UNDEFINED_COLUMN = "42P01", "42703"


def run(arguments: list[str]) -> str | int:
    """Run a management command; return the exit status, or why it failed.

    Args:
        arguments: As `sys.argv`. With `--traceback`, failures are raised.

    Raises:
        StateError: The state directory cannot be used.
    """
    environment.adopt(arguments)
    # For `dbshell`, if psql is not installed.
    os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", ""), *programs.client_path()])
    try:
        execute_from_command_line(arguments)
    except (ImproperlyConfigured, OperationalError, ProgrammingError) as error:
        message = _message(error)
        if "--traceback" in arguments or not message:
            raise
        return message
    return 0


def _message(error: Exception) -> str | None:
    """Return a sentence for a failure that is not a defect of the command."""
    reason = str(error).partition("\n")[0]
    match error:
        case ImproperlyConfigured() | NoDatabaseError():
            return reason
        case OperationalError():
            return f"The database is unavailable: {reason}. Find the cause with: ./run doctor"
    if getattr(error.__cause__, "pgcode", None) in {UNDEFINED_TABLE, UNDEFINED_COLUMN}:
        return f"The database is not migrated: {reason}. Migrate it with: ./run migrate"
    return None
