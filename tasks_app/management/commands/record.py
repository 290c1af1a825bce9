"""`manage.py record`: write what the cluster does to a file, for `./run replay`."""

import signal
import threading
import time
from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError

from tasks_app.recording.file import Writer
from tasks_app.recording.recorder import Recorder

LOOK_EVERY_SECONDS = 0.05


class Command(BaseCommand):
    """Records a running cluster."""

    help = (
        "Record what the cluster does, until Ctrl-C or for some seconds. ./run replay FILE serves"
        " the recording to the tests of front ends."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("file", type=Path, metavar="FILE", help="the recording, as JSON lines")
        parser.add_argument(
            "--seconds", type=float, help="how long to record (default: until Ctrl-C)"
        )
        parser.add_argument("--force", action="store_true", help="replace FILE if it exists")

    def handle(self, *, file: Path, seconds: float | None, force: bool, **_: object) -> None:
        """Run the command."""
        if seconds is not None and not 0 < seconds < float("inf"):
            raise CommandError("--seconds must be greater than 0.")
        if file.exists() and not force:
            raise CommandError(f"{file} exists. Choose another name, or replace it with --force.")
        unfinished = file.with_name(f"{file.name}.unfinished")
        try:
            with unfinished.open("w", encoding="utf-8") as opened:
                recorder = Recorder(Writer(opened), settings.VERSION)
                self._record(recorder, seconds)
            unfinished.replace(file)
        except (InterfaceError, OperationalError) as error:
            raise CommandError(f"The database is unavailable: {str(error).strip()}") from error
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}.") from error
        finally:
            unfinished.unlink(missing_ok=True)
        self.stdout.write(
            f"Recorded {recorder.seconds:.1f} s with {recorder.events:,} events in {file}"
            f" ({file.stat().st_size:,} bytes)."
        )

    def _record(self, recorder: Recorder, seconds: float | None) -> None:
        recorder.begin()
        # An exception could come in the middle of a transaction or of a line.
        is_stopped = threading.Event()
        signal.signal(signal.SIGINT, lambda *_: is_stopped.set())
        self.stdout.write("Recording." + ("" if seconds else " Stop with Ctrl-C."))
        self.stdout.flush()
        deadline = time.monotonic() + (seconds or float("inf"))
        while time.monotonic() < deadline and not is_stopped.wait(LOOK_EVERY_SECONDS):
            recorder.look()
        # What was committed before the end is in the recording.
        recorder.look()
        recorder.end()
