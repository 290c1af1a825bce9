"""The parts of a search text: words, keys and values, with their positions."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tasks_app.search.errors import SearchError, shortened

_KEYED = re.compile(r"(-?)([A-Za-z][A-Za-z-]*):(.*)", re.DOTALL)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True)
class Part:
    """A part of the text.

    Attributes:
        text: The part as it is written.
        start: The position of its first character.
    """

    text: str
    start: int

    @property
    def end(self) -> int:
        """The position after the last character."""
        return self.start + len(self.text)

    @property
    def is_quoted(self) -> bool:
        """Whether the part is written in quotation marks."""
        return self.text.startswith('"')

    def after(self, length: int) -> "Part":
        """Return the part without its first characters."""
        return Part(self.text[length:], self.start + length)

    def content(self) -> str:
        """Return the text without quotation marks.

        Raises:
            SearchError: A quotation mark has no partner.
        """
        if '"' not in self.text:
            return self.text
        if not (quoted := _QUOTED.fullmatch(self.text)):
            raise SearchError(
                f"{shortened(self.text)} is not valid: quotation marks must enclose the whole"
                ' value. Write `\\"` for a quotation mark in a value.',
                self.start,
                self.end,
            )
        return _ESCAPED.sub(r"\1", quoted[1])


@dataclass(frozen=True)
class Token(Part):
    """A term of the text.

    Attributes:
        is_negated: Whether it has a minus sign and a key.
        key: The text before the colon. None for a word without a key.
        values: What follows the colon, split at commas; or the word.
    """

    is_negated: bool
    key: Part | None
    values: tuple[Part, ...]


def tokens(text: str) -> Iterator[Token]:
    """Yield the terms of a text. They are separated by spaces outside of quotation marks."""
    for part in _split(Part(text, 0), str.isspace):
        if not part.text:
            continue
        if keyed := _KEYED.fullmatch(part.text):
            key = Part(keyed[2], part.start + len(keyed[1]))
            values = tuple(_split(part.after(keyed.start(3)), ",".__eq__))
            yield Token(part.text, part.start, bool(keyed[1]), key, values)
        else:
            yield Token(part.text, part.start, False, None, (part,))


def _split(part: Part, is_separator: Callable[[str], bool]) -> Iterator[Part]:
    start, is_quoted, is_escaped = 0, False, False
    for position, letter in enumerate(part.text):
        if is_escaped:
            is_escaped = False
        elif letter == "\\":
            is_escaped = is_quoted
        elif letter == '"':
            is_quoted = not is_quoted
        elif is_separator(letter) and not is_quoted:
            yield Part(part.text[start:position], part.start + start)
            start = position + 1
    yield part.after(start)
