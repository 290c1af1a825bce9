"""Plays a recording: a thread that writes its frames to the database when they are due."""

import logging
import math
import queue
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from threading import Thread

from tasks_app.recording import database
from tasks_app.recording.file import Frame, Recording
from tasks_app.recording.timeline import Timeline
from tasks_app.stats.rollup import roll_up

logger = logging.getLogger(__name__)

ROLL_UP_EVERY_SECONDS = 1.0
_NEVER = 3600.0


@dataclass(frozen=True)
class Status:
    """Where a replay is: its position and the length of the recording in seconds, and its speed."""

    position: float
    seconds: float
    speed: float
    ended: bool

    def as_json(self) -> dict[str, object]:
        """Return the fields."""
        return asdict(self)


class Player:
    """A replay. One thread does everything, one action or frame after the other.

    Args:
        recording: The recording.
        speed: How many seconds of it are played in a second; 0 waits.
        loops: Whether it starts again at its end.
        keeps_times: Whether the recorded times are kept.
        on_restart: Called in the thread after the state at the start has been loaded again.
    """

    def __init__(
        self,
        recording: Recording,
        *,
        speed: float,
        loops: bool,
        keeps_times: bool,
        on_restart: Callable[[], None],
    ) -> None:
        self._recording = recording
        self._speed = speed
        self._loops = loops
        self._keeps_times = keeps_times
        self._on_restart = on_restart
        self._actions: queue.Queue[tuple[Callable[[], None], Future[Status]]] = queue.Queue()

    def start(self) -> None:
        """Load the state at the start, and begin to play.

        Raises:
            RecordingError: The tables of this version do not fit.
        """
        self._load()
        Thread(target=self._run, name="player", daemon=True).start()

    def submit(self, action: Callable[[], None]) -> "Future[Status]":
        """Run one of the methods below in the thread; return the status after it."""
        future: Future[Status] = Future()
        self._actions.put((action, future))
        return future

    def restart(self) -> None:
        """Go back to the start. The log begins anew, so every cursor leads to a gap."""
        self._load()
        self._on_restart()
        self._continue_at(0.0)

    def set_speed(self, speed: float) -> None:
        """Play faster or slower; 0 waits."""
        self._speed = speed
        self._continue_at(self._position())

    def advance(self, seconds: float) -> None:
        """Write the changes of the next seconds at once."""
        target = min(self._position() + seconds, self._recording.seconds)
        if self._timeline:
            self._timeline.continue_at(self._recorded(self._position()), _now(), math.inf)
        while (frame := self._next_frame()) and frame.seconds <= target:
            self._apply(frame)
        self._continue_at(target)

    def forget_log(self) -> None:
        """Delete the event log, so that every cursor leads to a gap."""
        database.forget_log()

    def look(self) -> None:
        """Do nothing: for the status."""

    def _load(self) -> None:
        start = self._recording.header.at
        self._timeline = None if self._keeps_times else Timeline(start, _now(), self._speed)
        database.load(self._recording, self._timeline)
        self._next = 0
        self._rolled_up_at = time.monotonic()
        self._continue_at(0.0)

    def _run(self) -> None:
        while True:
            try:
                action, future = self._actions.get(timeout=self._pause())
            except queue.Empty:
                self._play()
                continue
            try:
                action()
                future.set_result(self._status())
            except Exception as error:
                logger.exception("the replay cannot be controlled")
                future.set_exception(error)

    def _play(self) -> None:
        """Write the next frame, or start again at the end."""
        try:
            if frame := self._next_frame():
                self._apply(frame)
            elif self._loops:
                self.restart()
        except Exception:
            logger.exception("the recording cannot be continued; POST a restart to /replay/")
            self._speed = 0.0

    def _apply(self, frame: Frame) -> None:
        self._next += 1
        database.apply(frame, self._timeline)
        if time.monotonic() > self._rolled_up_at + ROLL_UP_EVERY_SECONDS:
            roll_up()
            self._rolled_up_at = time.monotonic()

    def _pause(self) -> float:
        """Return the seconds until something is due."""
        frame = self._next_frame()
        if not self._speed or (frame is None and not self._loops):
            return _NEVER
        due = frame.seconds if frame else self._recording.seconds
        return min(max(0.0, (due - self._position()) / self._speed), _NEVER)

    def _next_frame(self) -> Frame | None:
        frames = self._recording.frames
        return frames[self._next] if self._next < len(frames) else None

    def _position(self) -> float:
        played = (time.monotonic() - self._since) * self._running_speed
        return min(self._from + played, self._recording.seconds)

    def _continue_at(self, position: float) -> None:
        """Play on from a position at the current speed."""
        self._from, self._since, self._running_speed = position, time.monotonic(), self._speed
        if self._timeline:
            self._timeline.continue_at(self._recorded(position), _now(), self._speed)

    def _recorded(self, position: float) -> datetime:
        return self._recording.header.at + timedelta(seconds=position)

    def _status(self) -> Status:
        position = self._position()
        ended = self._next_frame() is None and position >= self._recording.seconds
        return Status(round(position, 3), self._recording.seconds, self._speed, ended)


def _now() -> datetime:
    return datetime.now(UTC)
