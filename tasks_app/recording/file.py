"""The file of a recording, as JSON lines. It needs no Django.

The first line is the header, the last one the end. Between them are first the rows of the tables at
the start, then frames: what changed between two looks at the database.

    {"recording": 1, "version": "0.1.0", "at": …, "rolled_up": 12, "columns": {"task": ["id", …]}}
    {"state": {"task": [{"id": …}, …]}}
    {"seconds": 1.25, "rows": {"task": […], "clusterevent": […]}, "deleted": {"task": ["…"]}}
    {"end": 30.0}
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TextIO, TypeVar

FORMAT = 1

Row = dict[str, object]
Rows = dict[str, list[Row]]

T = TypeVar("T")


class RecordingError(Exception):
    """A recording cannot be played. The message says why."""


@dataclass(frozen=True)
class Header:
    """What the first line says.

    Attributes:
        version: The version of the application that recorded.
        at: The time at which the recording starts.
        rolled_up: How many of the first events the recorded statistics include.
        columns: The recorded columns of each table.
    """

    version: str
    at: datetime
    rolled_up: int
    columns: dict[str, list[str]]


@dataclass(frozen=True)
class Frame:
    """What changed in a moment.

    Attributes:
        seconds: The time since the start of the recording.
        rows: The rows that are new or have changed, and the new events, by table.
        deleted: The IDs of the rows that were deleted, by table.
    """

    seconds: float
    rows: Rows
    deleted: dict[str, list[str]]


@dataclass(frozen=True)
class Recording:
    """A whole recording in memory."""

    header: Header
    state: list[Rows] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    seconds: float = 0.0

    @classmethod
    def load(cls, path: Path) -> "Recording":
        """Read a file.

        Raises:
            RecordingError: The file is missing, damaged, incomplete or of another format.
        """
        try:
            # A string may contain other line separators than this one.
            lines = path.read_text("utf-8").removesuffix("\n").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not text"
            raise RecordingError(f"{path} cannot be read: {reason}.") from error
        header = _header(path, _parsed(path, 1, lines[0]))
        state: list[Rows] = []
        frames: list[Frame] = []
        for number, line in enumerate(lines[1:], 2):
            value = _parsed(path, number, line)
            if "end" in value:
                return cls(header, state, frames, _seconds(path, number, value, "end"))
            if "state" in value:
                state.append(_tables(path, number, value, "state"))
            else:
                frames.append(_frame(path, number, value))
        raise RecordingError(f"{path} is incomplete: its last line is missing. Record it again.")


class Writer:
    """Writes a recording line by line."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def header(self, header: Header) -> None:
        """Write the first line."""
        values = vars(header) | {"at": header.at.isoformat()}
        self._write({"recording": FORMAT, **values})

    def state(self, table: str, rows: list[Row]) -> None:
        """Write rows of a table at the start."""
        self._write({"state": {table: rows}})

    def frame(self, frame: Frame) -> None:
        """Write a frame."""
        self._write(vars(frame))

    def end(self, seconds: float) -> None:
        """Write the last line."""
        self._write({"end": seconds})

    def _write(self, value: Mapping[str, object]) -> None:
        self._file.write(json.dumps(value, separators=(",", ":"), ensure_ascii=False) + "\n")


def ids(rows: Iterable[Row]) -> list[str]:
    """Return the IDs of rows."""
    return [str(row["id"]) for row in rows]


def _header(path: Path, value: dict[str, object]) -> Header:
    if "recording" not in value:
        raise RecordingError(f"{path} is not a recording that ./run record has made.")
    if value["recording"] != FORMAT:
        raise RecordingError(
            f"{path} has the format {value['recording']}, and this version reads the format"
            f" {FORMAT}. Record it again with this version."
        )
    columns: dict[str, list[str]] = _get(path, 1, value, "columns", dict)
    try:
        at = datetime.fromisoformat(_get(path, 1, value, "at", str))
    except ValueError as error:
        raise RecordingError(f"{path}, line 1: `at` must be a time.") from error
    return Header(
        version=_get(path, 1, value, "version", str),
        at=at,
        rolled_up=_get(path, 1, value, "rolled_up", int),
        columns=columns,
    )


def _frame(path: Path, number: int, value: dict[str, object]) -> Frame:
    seconds = _seconds(path, number, value, "seconds")
    deleted: dict[str, list[str]] = _get(path, number, value, "deleted", dict)
    if not all(isinstance(ids, list) for ids in deleted.values()):
        raise RecordingError(f"{path}, line {number}: `deleted` must contain lists of IDs.")
    return Frame(seconds, _tables(path, number, value, "rows"), deleted)


def _tables(path: Path, number: int, value: dict[str, object], name: str) -> Rows:
    tables: dict[str, object] = _get(path, number, value, name, dict)
    checked: Rows = {}
    for table, rows in tables.items():
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise RecordingError(f"{path}, line {number}: `{name}` must contain lists of rows.")
        checked[table] = rows
    return checked


def _parsed(path: Path, number: int, line: str) -> dict[str, object]:
    try:
        value = json.loads(line)
    except (RecursionError, ValueError) as error:
        if number == 1:
            raise RecordingError(f"{path} is not a recording that ./run record has made.") from None
        raise RecordingError(f"{path}, line {number}: this is not JSON ({error}).") from error
    if not isinstance(value, dict):
        raise RecordingError(f"{path}, line {number}: this is not a JSON object.")
    return value


def _get(path: Path, number: int, value: dict[str, object], name: str, kind: type[T]) -> T:
    found = value.get(name)
    if not isinstance(found, kind):
        raise RecordingError(f"{path}, line {number}: `{name}` is missing or of a wrong type.")
    return found


def _seconds(path: Path, number: int, value: dict[str, object], name: str) -> float:
    found = value.get(name)
    if not isinstance(found, int | float):
        raise RecordingError(f"{path}, line {number}: `{name}` must be a number.")
    return float(found)
