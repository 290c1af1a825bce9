"""Replays for tests: `manage.py replay`, or only its web process."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from project.replay.options import Options
from project.standalone.engines import free_port
from project.standalone.state import BASE_DIR
from tests.support.cluster import database_url
from tests.support.waiting import eventually


class Replay:
    """What a test does with a running replay."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

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

    def answers(self) -> bool:
        try:
            with urlopen(f"{self.url}/healthz/", timeout=5) as response:
                return bool(response.status == 200)
        except OSError:
            return False


@contextmanager
def serving(file: Path) -> Iterator[Replay]:
    """Run the web process of a replay, on the database of the tests. It waits at the start."""
    replay = Replay(free_port())
    options = Options(str(file), speed=0, loops=False, keeps_times=False).environment()
    process = subprocess.Popen(
        [sys.executable, "-m", "project.replay", f"--port={replay.port}", "--log-level=warning"],
        env=os.environ | options | {"DATABASE_URL": database_url()},
    )
    try:
        eventually(lambda: replay.answers() or process.poll() is not None, "the web process")
        assert process.poll() is None
        yield replay
    finally:
        process.kill()
        process.wait()


@contextmanager
def replaying(file: Path, output: Path, *options: str) -> Iterator[Replay]:
    """Run `manage.py replay`, with servers of its own."""
    replay = Replay(free_port())
    with open(output, "w") as opened:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "replay", str(file), f"--port={replay.port}", *options],
            cwd=BASE_DIR,
            stdout=opened,
            stderr=subprocess.STDOUT,
            # Tests that run in a shell's background would hand down that it is ignored.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
    try:
        eventually(
            lambda: "Control" in output.read_text() or process.poll() is not None,
            "the banner",
            seconds=120,
        )
        assert "Control" in output.read_text(), output.read_text()
        yield replay
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
