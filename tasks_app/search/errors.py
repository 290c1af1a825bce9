"""What is wrong with a search, and where."""

from collections.abc import Sequence


class SearchError(ValueError):
    """A term of a search is not valid.

    Attributes:
        message: A sentence that names the term, and what is allowed in its place.
        start: The position of the first character that is not valid, from 0.
        end: The position after the last one.
        allowed: What is allowed in its place: keys, values or forms of values.
    """

    def __init__(self, message: str, start: int, end: int, allowed: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end
        self.allowed = list(allowed)


def shortened(text: str) -> str:
    """Return the text as code in a message, without its end if it is long."""
    return f"`{text if len(text) <= 60 else f'{text[:60]}…'}`"
