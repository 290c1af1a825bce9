"""`manage.py replay` for tests."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from project.standalone.engines import free_port
from project.standalone.state import BASE_DIR
from tests.support.waiting import eventually


class Replay:
    """A running `manage.py replay`."""

    def __init__(self, file: Path, output: Path, *options: str) -> None:
        self.port = free_port()
        self._output = output
        with open(output, "w") as opened:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "manage.py", "replay", str(file)),
                    f"--port={self.port}",
                    *options,
                ],
                cwd=BASE_DIR,
                stdout=opened,
                stderr=subprocess.STDOUT,
                # Tests that run in a shell's background would hand down that it is ignored.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def output(self) -> str:
        return self._output.read_text()

    def wait_until_ready(self) -> None:
        eventually(
            lambda: "Control" in self.output or self.process.poll() is not None,
            "the banner",
            seconds=120,
        )
        assert "Control" in self.output, self.output

    def request(self, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Return the status and the JSON of a response."""
        data = None if body is None else json.dumps(body).encode()
        request = Request(self.url + path, data, {"Content-Type": "application/json"} | headers)
        try:
            with urlopen(request, timeout=60) as response:
                return response.status, json.loads(response.read())
        except HTTPError as error:
            return error.code, json.loads(error.read())

    def control(self, action: str, **parameters: float) -> Any:
        status, answer = self.request("/replay/", {"action": action, **parameters})
        assert status == 200, answer
        return answer

    def query(self, query: str) -> Any:
        status, answer = self.request("/graphql/", {"query": query})
        assert status == 200, answer
        assert "errors" not in answer, answer
        return answer["data"]

    def cursor(self) -> str:
        cursor: str = self.query("{ cluster { cursor } }")["cluster"]["cursor"]
        return cursor


@contextmanager
def replaying(file: Path, output: Path, *options: str) -> Iterator[Replay]:
    """Replay a file until the context ends."""
    replay = Replay(file, output, *options)
    try:
        replay.wait_until_ready()
        yield replay
    finally:
        replay.process.send_signal(signal.SIGINT)
        replay.process.wait(timeout=60)
