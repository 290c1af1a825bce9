"""What clients were promised and what workers did, in files that no database can take back."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

STARTED, STORED = "started", "stored"


class Lines:
    """A file that is only appended to, a line with each write, by any number of processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def append(self, *, durably: bool, **line: Any) -> None:
        os.write(self._fd, json.dumps(line).encode() + b"\n")
        if durably:
            os.fsync(self._fd)

    def close(self) -> None:
        os.close(self._fd)


def read(path: Path) -> Iterator[dict[str, Any]]:
    if path.exists():
        with open(path) as lines:
            for line in lines:
                yield json.loads(line)


@dataclass(frozen=True)
class Acknowledged:
    """A task that a client knows to exist. No other request has the same `a`."""

    id: str
    a: int
    b: int
    key: str = ""


class ClientJournal(Lines):
    """Each acknowledgement is on the disk before its client sends the next request."""

    def note(self, acknowledged: Acknowledged) -> None:
        self.append(durably=True, **asdict(acknowledged))


@dataclass(frozen=True)
class Execution:
    """What a worker's process did with a task, as it saw itself: which attempt it thought it was.

    `started` before the body of the task, `stored` after the commit of its result.
    """

    what: str
    task: str
    run: int
    attempt: int
    pid: int


class ExecutionJournal(Lines):
    """Written by the workers. What a process has written survives its kill -9."""

    def note(self, execution: Execution) -> None:
        self.append(durably=False, **asdict(execution))


def read_acknowledged(path: Path) -> list[Acknowledged]:
    return [Acknowledged(**line) for line in read(path)]


def read_executions(path: Path) -> list[Execution]:
    return [Execution(**line) for line in read(path)]
