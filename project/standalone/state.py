"""The state directory: the data a stack keeps between runs, and the record of the running one."""

import fcntl
import hashlib
import json
import os
import secrets
import time
from dataclasses import asdict, dataclass
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parents[2]

# For root, the engines run as another user, which often cannot enter a checkout.
ROOT_DIRECTORY = Path("/var/lib/cluster-scheduler")
CLAIM_SECONDS = 1


def default_directory() -> Path:
    """Return the default state directory of this checkout."""
    if os.geteuid() == 0:
        return ROOT_DIRECTORY / hashlib.sha256(bytes(BASE_DIR)).hexdigest()[:12]
    return BASE_DIR / ".state"


@dataclass(frozen=True)
class Record:
    """The record of the stack that runs, or ran last."""

    pid: int
    url: str
    environment: dict[str, str]


class StateError(Exception):
    """The state directory cannot be used. The message says why and what to do."""


class AlreadyRunningError(StateError):
    """Another stack runs from the state directory."""


class State:
    """A state directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.absolute()
        self._record = self.directory / "running.json"
        self._claim: int | None = None

    def claim(self) -> None:
        """Lock the directory until this process ends.

        Raises:
            AlreadyRunningError: Another process has locked it.
            StateError: It cannot be written.
        """
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            claim = _open_private(self._record, os.O_CREAT | os.O_RDWR)
        except OSError as error:
            raise StateError(
                f"cannot write to {self.directory}: {error.strerror}. Choose another directory"
                " with --state."
            ) from error
        deadline = time.monotonic() + CLAIM_SECONDS
        while not _try_lock(claim, fcntl.LOCK_EX):
            # A reader holds its lock for an instant, a running stack for good.
            if time.monotonic() > deadline:
                record = self._read()
                raise AlreadyRunningError(
                    f"already running at {record.url} (process {record.pid}, "
                    f"state in {self.directory})."
                )
            time.sleep(0.05)
        self._claim = claim

    def publish(self, url: str, environment: dict[str, str]) -> None:
        """Write the record. Requires the claim."""
        assert self._claim is not None
        record = Record(os.getpid(), url, environment)
        os.ftruncate(self._claim, 0)
        os.pwrite(self._claim, json.dumps(asdict(record)).encode(), 0)

    def last_environment(self) -> dict[str, str]:
        """Return the environment of the stack that runs, or ran last."""
        return self._read().environment

    def running_environment(self) -> dict[str, str]:
        """Return the environment of the running stack, or an empty one.

        Raises:
            StateError: Another user's stack runs from the directory.
        """
        record = self.running()
        return record.environment if record else {}

    def running(self) -> Record | None:
        """Return the record of the running stack, or None.

        Raises:
            StateError: The record cannot be read.
        """
        try:
            with open(self._record) as record:
                is_blocked = not _try_lock(record.fileno(), fcntl.LOCK_SH)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise StateError(
                f"Cannot read {self._record}: {error.strerror}. Run the command as the user who"
                " started the stack."
            ) from error
        return self._read() if is_blocked else None

    def secret(self, name: str) -> str:
        """Return a random secret, created once and readable by this user only."""
        path = self.directory / name
        if not path.exists():
            unfinished = path.with_suffix(".new")
            with open(unfinished, "w", opener=_open_private) as file:
                file.write(secrets.token_urlsafe(24))
            unfinished.rename(path)
        return path.read_text()

    def _read(self) -> Record:
        try:
            return Record(**json.loads(self._record.read_text()))
        except (OSError, ValueError):
            return Record(pid=0, url="an address not known yet", environment={})


def _open_private(path: str | Path, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _try_lock(file: int, kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
