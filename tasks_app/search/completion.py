"""Proposes what to write next in a search: keys, and values of the key at the cursor."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tasks_app.search.keys import KEYS, Key, Kind
from tasks_app.search.parser import check_text
from tasks_app.search.tokens import Token, tokens


@dataclass(frozen=True)
class Proposal:
    """What can be written in place of the part at the cursor.

    Attributes:
        text: The text to insert.
        description: What it means.
        is_complete: Whether a term is complete with it. False for a key, which needs a value.
    """

    text: str
    description: str
    is_complete: bool


@dataclass(frozen=True)
class Completion:
    """Proposals for a part of the text.

    Attributes:
        start: The position of the first character to replace.
        end: The position after the last one.
        proposals: The proposals, best first.
    """

    start: int
    end: int
    proposals: list[Proposal]


# Returns names for a key that begin with a text: of queues, worker nodes, schedules and so on.
Names = Callable[[str, str], Iterable[tuple[str, str]]]


def complete(text: str, cursor: int, names: Names) -> Completion:
    """Return proposals for the key or the value that ends at the cursor.

    Args:
        text: The search text. Terms before the cursor need not be valid.
        cursor: The position of the cursor.
        names: Returns pairs of a name and its description, given a key and the text to begin with.

    Raises:
        SearchError: The text is too long, or has characters that no search has.
    """
    check_text(text)
    token = _token_at(text, cursor)
    if token is None:
        return Completion(cursor, cursor, list(_keys("")))
    if token.key is None:
        minus = len(token.text) - len(token.text.removeprefix("-"))
        start = token.start + minus
        return Completion(start, token.end, list(_keys(text[start:cursor])))
    if cursor <= token.key.end:
        # The colon is replaced with the key.
        start = token.key.start
        return Completion(start, token.key.end + 1, list(_keys(text[start:cursor])))
    part = next(part for part in token.values if cursor <= part.end)
    key = KEYS.get(token.key.text.lower())
    begun = text[part.start : cursor].lstrip('"')
    proposals = list(_values(key, begun, names)) if key else []
    return Completion(part.start, part.end, proposals)


def _token_at(text: str, cursor: int) -> Token | None:
    return next((each for each in tokens(text) if each.start <= cursor <= each.end), None)


def _keys(begun: str) -> Iterator[Proposal]:
    for key in KEYS.values():
        if key.name.startswith(begun.lower()):
            yield Proposal(f"{key.name}:", key.description, is_complete=False)


def _values(key: Key, begun: str, names: Names) -> Iterator[Proposal]:
    for choice in key.choices:
        if choice.startswith(begun.lower()):
            yield Proposal(choice, key.description, is_complete=True)
    for name, description in names(key.name, begun):
        yield Proposal(quoted(name), description, is_complete=True)
    # An example of a name or an ID would find nothing.
    if key.kind in (Kind.NUMBER, Kind.DURATION, Kind.TIME):
        for example in key.kind.examples:
            if example.startswith(begun):
                yield Proposal(example, f"An example of {key.kind.form}.", is_complete=True)


def quoted(value: str) -> str:
    """Return a value as it is written in a search: in quotation marks if it needs them."""
    if value and not any(letter.isspace() or letter in ',"' for letter in value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
