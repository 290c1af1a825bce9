"""Failures of the database that are no defects: clients and nodes try again later."""

from django.db import InterfaceError, InternalError, OperationalError

UNREACHABLE = "The database cannot be reached. Try again in a moment."
DISK_FULL = (
    "The disk of the database is full, so nothing can be written. Try again when an operator has"
    " freed space."
)
READ_ONLY = "The database accepts no writes: it is a standby, or read-only. Try again in a moment."

_DISK_FULL = "53100"
_READ_ONLY = "25006"


def message_of(error: BaseException | None) -> str | None:
    """Return the message for clients about an outage, or None if the error is something else."""
    code = getattr(error.__cause__, "pgcode", None) if error else None
    match error:
        case OperationalError() if code == _DISK_FULL:
            return DISK_FULL
        case InternalError() if code == _READ_ONLY:
            return READ_ONLY
        case OperationalError() | InterfaceError():
            return UNREACHABLE
    return None
