"""`manage.py replay`: a recording, served by the real web process over a database of its own.

There are no worker nodes and no Beat. PostgreSQL and Valkey are started in a temporary directory
and deleted at the end, so that any number of replays can run side by side.
"""

import os
import secrets
import shutil
import tempfile
from argparse import ArgumentParser, Namespace
from pathlib import Path

from project.replay.options import Options
from project.standalone import services
from project.standalone.engines import Engine, EngineError, PostgreSQL, Valkey, free_port
from project.standalone.preparation import Preparation
from project.standalone.supervisor import Supervisor, SupervisorError, say
from tasks_app.recording.file import Recording, RecordingError

SPEED_MAX = 1_000


def main(arguments: list[str]) -> str | int:
    """Run a replay until it is stopped; return the exit status, or what went wrong."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if not 0 <= options.speed <= SPEED_MAX:
        parser.error(f"--speed must be between 0 and {SPEED_MAX:,}")
    try:
        recording = Recording.load(options.file)
    except RecordingError as error:
        return f"Cannot replay: {error}"
    directory = Path(tempfile.mkdtemp(prefix="cluster-scheduler-replay-"))
    # Started by root, the servers run as another user.
    directory.chmod(0o711)
    try:
        _Replay(options, recording.seconds, directory).run()
    except (EngineError, SupervisorError) as error:
        return str(error)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    return 0


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="./run replay",
        description="Serve a recording of ./run record to the tests of a front end.",
    )
    add = parser.add_argument
    add("file", type=Path, metavar="FILE", help="the recording")
    add("--host", default="127.0.0.1", help="address of the web (127.0.0.1)")
    add("--port", type=int, default=8001, help="port of the web (8001)")
    add("--speed", type=float, default=1.0, help="seconds of the recording per second; 0 waits (1)")
    add("--loop", action="store_true", help="start again at the end")
    add("--keep-times", action="store_true", help="times as recorded, not moved to the present")
    add("--no-ui", action="store_true", help="without the dashboard and GraphiQL")
    return parser


class _Replay:
    """A replay, from its start to its end."""

    def __init__(self, options: Namespace, seconds: float, directory: Path) -> None:
        self._options = options
        self._seconds = seconds
        # As a client on this machine reaches it.
        self._host = "127.0.0.1" if options.host == "0.0.0.0" else options.host  # noqa: S104
        self._engines = self._adopt_engines(directory)

    def run(self) -> None:
        """Return after Ctrl-C or SIGTERM, when everything has stopped.

        Raises:
            EngineError: PostgreSQL or Valkey failed.
            SupervisorError: Something cannot start.
        """
        options = self._options
        [listener] = services.listen(options.host, options.port, 1)
        replayed = Options(
            str(options.file.absolute()), options.speed, options.loop, options.keep_times
        )
        supervisor = Supervisor(self._engines, [services.replay(listener, replayed.environment())])
        self._preparation = Preparation([], 0, os.environ)
        try:
            supervisor.run(
                prepare=self._preparation.wait, missing=self._missing, announce=self._announce
            )
        finally:
            self._preparation.stop()

    def _adopt_engines(self, directory: Path) -> list[Engine]:
        """Set the environment. A database of the user's environment is never touched."""
        password = secrets.token_urlsafe(24)
        database = f"postgres://app:{password}@127.0.0.1:{free_port()}/app"
        valkey = f"redis://127.0.0.1:{free_port()}/0"
        os.environ |= {
            "DATABASE_URL": database,
            "REDIS_URL": valkey,
            "SECRET_KEY": secrets.token_urlsafe(24),
            "STATE_DIR": str(directory),
            "API_AUTH": "open",
        }
        if self._options.no_ui:
            os.environ["UI"] = "false"
        return [
            PostgreSQL(directory / "postgresql", database, durable=False),
            Valkey(directory / "valkey", valkey),
        ]

    def _missing(self) -> list[str]:
        self._preparation.check()
        return [] if services.web_answers(self._host, self._options.port) else ["web"]

    def _announce(self) -> None:
        options = self._options
        name = "localhost" if self._host == "127.0.0.1" else self._host
        url = f"http://{name}:{options.port}/"
        speed = f"{options.speed:g} times its speed" if options.speed else "waits (speed 0)"
        say(
            f"\n  replaying {options.file}: {self._seconds:.1f} s at {speed}\n\n"
            f"  Dashboard   {url}\n"
            f"  GraphQL     {url}graphql/, ws://{name}:{options.port}/graphql/,"
            f" {url}graphql/stream/\n"
            f"  REST        {url}tasks/\n"
            f"  Control     {url}replay/\n"
            f"  Stop        Ctrl-C\n"
        )
