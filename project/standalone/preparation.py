"""`manage.py prepare` as a child: it needs Django, which the supervisor does not load."""

import json
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Mapping
from threading import Thread

from project.standalone.processes import describe_exit, spawn
from project.standalone.state import BASE_DIR
from project.standalone.supervisor import SupervisorError

POLL_SECONDS = 0.02


class Preparation:
    """Prepares the database, and reports which parts of the stack are still missing.

    It starts at once and loads Django while the engines start; then it waits for the database.
    """

    def __init__(self, nodes: list[str], beats: int, environment: Mapping[str, str]) -> None:
        # None until the database is prepared.
        self.missing: list[str] | None = None
        self._lines: deque[str] = deque(maxlen=20)
        self._process = spawn(
            [sys.executable, "manage.py", "prepare", "--beats", str(beats), *nodes],
            death_signal=signal.SIGKILL,
            cwd=BASE_DIR,
            env=environment,
            stdout=subprocess.PIPE,
        )
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait(self) -> None:
        """Return when the database is prepared.

        Raises:
            SupervisorError: It cannot be, with what the child said.
        """
        while self.missing is None:
            self.check()
            time.sleep(POLL_SECONDS)

    def check(self) -> None:
        """Raise SupervisorError if the child failed."""
        if status := self._process.poll():
            self._reader.join()
            lines = "\n".join(self._lines)
            raise SupervisorError(f"Preparing the database {describe_exit(status)}:\n{lines}")

    def stop(self) -> None:
        """Kill the child."""
        self._process.kill()
        self._process.wait()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as output:
            for raw in output:
                line = raw.decode(errors="replace").rstrip()
                try:
                    self.missing = json.loads(line)["missing"]
                except (ValueError, TypeError, KeyError):
                    self._lines.append(line)
