"""Cursors: positions in the event log, which clients hold as opaque strings."""

import base64
from typing import NamedTuple

_WHOLE_EVENT = 2**31 - 1


class Cursor(NamedTuple):
    """A position in the log: all events up to this one have been read.

    If `seen` is given, only the first `seen` tasks of this event have been read.
    """

    xid: int
    id: int
    seen: int = _WHOLE_EVENT

    @property
    def is_inside_event(self) -> bool:
        """Whether some tasks of the event have not been read."""
        return self.seen != _WHOLE_EVENT

    def encode(self) -> str:
        """Return the cursor as an opaque string."""
        numbers = self if self.is_inside_event else self[:2]
        return base64.urlsafe_b64encode(":".join(map(str, numbers)).encode()).decode()

    @classmethod
    def decode(cls, text: str) -> "Cursor":
        """Return the cursor of an opaque string.

        Raises:
            ValueError: `encode` has not returned this string.
        """
        xid, id, *seen = (int(part) for part in base64.urlsafe_b64decode(text).decode().split(":"))
        cursor = cls(xid, id, *seen[:1])
        if cursor.encode() != text or not all(0 <= number < 2**63 for number in cursor):
            raise ValueError("not a cursor")
        return cursor


class GapError(Exception):
    """Events after the cursor have been deleted, or the cursor belongs to another log.

    Attributes:
        resume: The cursor from which the log can be read.
    """

    def __init__(self, resume: Cursor) -> None:
        super().__init__("The log does not go back that far.")
        self.resume = resume
