"""The end of the log, read once in a process for all that follow it there."""

import asyncio
import contextlib
import logging
from bisect import bisect_right
from collections.abc import AsyncIterator, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection

from tasks_app.log import events, notifier
from tasks_app.log.events import (
    PAGE_CHANGES_ENOUGH,
    Cursor,
    EventRow,
    Page,
)

logger = logging.getLogger(__name__)

# Rings that come sooner after a look than this are one.
COALESCE_SECONDS = 0.02
# A line that is held is looked for again after this long, then after twice as long, and so on.
BLOCKED_RETRY_SECONDS = 0.005
RETRY_SECONDS = 1.0
# So many changes are kept in memory for those who are a little behind.
RECENT_CHANGES = 20_000

T = TypeVar("T")


class LogReader:
    """Who follows the log asks for one page after the other, by cursor.

    At its end that waits: for the doorbell, and for a timer in case it is not heard.
    """

    def __init__(self) -> None:
        # Another number whenever there is something new.
        self.generation = 0
        self._followers = 0
        self._runner: asyncio.Task[None] | None = None
        self._listening: asyncio.Task[None] | None = None
        # Neither waits for what clients do: one thread for the end, one for those who are behind.
        self._end_thread = ThreadPoolExecutor(1, thread_name_prefix="log-reader")
        self._behind_thread = ThreadPoolExecutor(1, thread_name_prefix="behind")

    @contextlib.asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        """Pages can be asked for. The log is looked at only while somebody does."""
        self._followers += 1
        if self._runner is None:
            self._runner = asyncio.create_task(self._run())
            self._begun = asyncio.Event()
        try:
            await self._begun.wait()
            yield
        finally:
            self._followers -= 1
            if not self._followers:
                self._runner.cancel()
                self._runner = None

    async def head(self) -> Cursor:
        """Where the log stands, whether or not it has been read so far."""
        return await self._persistently(self._behind_thread, events.head)

    async def verify(self, after: Cursor) -> None:
        """Raises GapError if this is no cursor to go on from."""
        await self._persistently(self._behind_thread, partial(events.read, after, []))

    async def page(self, after: Cursor, task_ids: Collection[UUID] | None = None) -> Page:
        """The next lines after the cursor; waits until there are some.

        Of what is older than memory only the lines about these tasks, if they are given; then a
        page may be empty. Raises GapError.
        """
        if after < self._start:
            return await self._persistently(
                self._behind_thread, partial(events.read, after, task_ids)
            )
        while after >= self.cursor:
            await self._grown.wait()
        return self._recent_page(after)

    def _recent_page(self, after: Cursor) -> Page:
        first = bisect_right(self._lines, after, key=lambda line: line.end)
        lines: list[EventRow] = []
        changes = 0
        for line in self._lines[first : first + events.PAGE_EVENTS_MAX]:
            lines.append(line)
            changes += _weight(line)
            if changes >= PAGE_CHANGES_ENOUGH:
                break
        if first + len(lines) < len(self._lines):
            return Page(lines, lines[-1].end, is_last=False, is_blocked=False)
        return Page(lines, self.cursor, self._is_at_end, is_blocked=False)

    async def _run(self) -> None:
        self.cursor = self._start = await self.head()
        self._lines: list[EventRow] = []
        self._changes = 0
        self._is_at_end = True
        self._grown = asyncio.Event()
        self._rung = asyncio.Event()
        self._begun.set()
        if self._listening is None or self._listening.done():
            # For as long as the process lives: to stop and start again is more than to hear.
            self._listening = asyncio.create_task(notifier.listen(lambda: self._rung.set()))
        while True:
            try:
                await self._read_on(self._rung)
            except Exception:
                logger.exception("the log cannot be read")
                await asyncio.sleep(RETRY_SECONDS)

    async def _read_on(self, rung: asyncio.Event) -> None:
        held_for = BLOCKED_RETRY_SECONDS
        while True:
            rung.clear()
            page = await self._persistently(self._end_thread, partial(events.read, self.cursor))
            self._take(page)
            if not page.is_last:
                continue
            await asyncio.sleep(COALESCE_SECONDS if page.lines else BLOCKED_RETRY_SECONDS)
            held_for = held_for * 2 if page.is_blocked and not page.lines else BLOCKED_RETRY_SECONDS
            seconds = settings.LOG_POLL_SECONDS
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(held_for, seconds) if page.is_blocked else seconds):
                    await rung.wait()

    def _take(self, page: Page) -> None:
        self.cursor, self._is_at_end = page.cursor, page.is_last
        if not page.lines:
            return
        self._lines.extend(page.lines)
        self._changes += sum(map(_weight, page.lines))
        while self._changes > RECENT_CHANGES:
            oldest = self._lines.pop(0)
            self._changes -= _weight(oldest)
            self._start = oldest.end
        self.generation += 1
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()

    async def _persistently(self, thread: ThreadPoolExecutor, read: Callable[[], T]) -> T:
        """What it answers; while the database is away, it is asked again and again."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                return await loop.run_in_executor(thread, _freshly, read)
            except (OperationalError, InterfaceError) as error:
                logger.warning("the log cannot be read: %s", str(error).strip())
                await asyncio.sleep(RETRY_SECONDS)


def _weight(line: EventRow) -> int:
    return max(1, len(line.task_ids))


def _freshly(read: Callable[[], T]) -> T:
    close_old_connections()
    try:
        return read()
    except (OperationalError, InterfaceError):
        connection.close()
        raise


log_reader = LogReader()
