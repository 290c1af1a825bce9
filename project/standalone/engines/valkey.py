"""Valkey as a child of this process."""

import signal
import socket
from pathlib import Path

from project.standalone.engines import programs
from project.standalone.engines.base import Engine


class Valkey(Engine):
    """A Valkey or Redis server."""

    name = "Valkey"
    stop_signal = signal.SIGTERM

    def __init__(self, directory: Path, url: str) -> None:
        super().__init__(directory, url)
        self._program = programs.valkey()

    @property
    def version(self) -> str:
        """The version of the installed program."""
        return programs.version(self._program)

    def _prepare_data(self) -> None:
        pass

    def _command(self) -> list[str | Path]:
        return [
            *(self._program, "--port", str(self.port), "--bind", "127.0.0.1"),
            *("--dir", self.directory, "--appendonly", "yes", "--appendfsync", "everysec"),
            *("--save", "", "--maxmemory-policy", "noeviction"),
        ]

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port or 0), timeout=3) as connection:
                connection.sendall(b"INFO server\r\n")
                answer = connection.recv(65_536)
        except OSError:
            return False
        # Without a password, another server that took the port meanwhile would answer too.
        return self.process is not None and b"process_id:%d\r" % self.process.pid in answer
