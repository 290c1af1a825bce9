"""Reads the end of the event log once per process, for all subscriptions of the process."""

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

from tasks_app.log import notifier, pages
from tasks_app.log.cursor import Cursor
from tasks_app.log.pages import PAGE_CHANGES_ENOUGH, PAGE_EVENTS_MAX, EventRow, Page

logger = logging.getLogger(__name__)

# Notifications that arrive within this time after a read are coalesced.
COALESCE_SECONDS = 0.02
# Blocked events are read again after this long, then after twice as long, and so on.
BLOCKED_RETRY_SECONDS = 0.005
RETRY_SECONDS = 1.0
# Number of recent changes kept in memory, for readers that are a little behind.
RECENT_CHANGES = 20_000

T = TypeVar("T")


class LogReader:
    """Serves pages of the log by cursor, and waits at its end for new events.

    It reads when the notifier reports new events, and periodically in case a notification is lost.
    """

    def __init__(self) -> None:
        # Changes whenever there are new events.
        self.generation = 0
        self._followers = 0
        self._runner: asyncio.Task[None] | None = None
        self._listening: asyncio.Task[None] | None = None
        # Readers that are behind use a thread of their own, so that they do not delay the others.
        self._end_thread = ThreadPoolExecutor(1, thread_name_prefix="log-reader")
        self._behind_thread = ThreadPoolExecutor(1, thread_name_prefix="behind")

    @contextlib.asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        """Read the log while at least one context is open. Pages are available inside."""
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
        """Return the cursor of the present, whether or not the log has been read up to it."""
        return await self._retrying(self._behind_thread, pages.head)

    async def verify(self, after: Cursor) -> None:
        """Check that the log can be read from a cursor.

        Raises:
            GapError: It cannot.
        """
        await self._retrying(self._behind_thread, partial(pages.read, after, []))

    async def page(
        self,
        after: Cursor,
        task_ids: Collection[UUID] | None = None,
        schedule_id: UUID | None = None,
    ) -> Page:
        """Return the next page after a cursor; wait until there are events.

        Args:
            after: The cursor to continue from.
            task_ids: If given, events that are no longer in memory are filtered by these tasks,
                and the page may be empty.
            schedule_id: As `task_ids`, but by the runs of this schedule.

        Raises:
            GapError: Events after the cursor have been deleted, or it belongs to another log.
        """
        if after < self._start:
            read = partial(pages.read, after, task_ids, schedule_id)
            return await self._retrying(self._behind_thread, read)
        while after >= self.cursor:
            await self._has_grown.wait()
        return self._recent_page(after)

    def _recent_page(self, after: Cursor) -> Page:
        first = bisect_right(self._recent, after, key=lambda event: event.end)
        events: list[EventRow] = []
        changes = 0
        for event in self._recent[first : first + PAGE_EVENTS_MAX]:
            events.append(event)
            changes += _weight(event)
            if changes >= PAGE_CHANGES_ENOUGH:
                break
        if first + len(events) < len(self._recent):
            return Page(events, events[-1].end, is_last=False, is_blocked=False)
        return Page(events, self.cursor, self._is_at_end, is_blocked=False)

    async def _run(self) -> None:
        self.cursor = self._start = await self.head()
        self._recent: list[EventRow] = []
        self._changes = 0
        self._is_at_end = True
        self._has_grown = asyncio.Event()
        self._notified = asyncio.Event()
        self._begun.set()
        if self._listening is None or self._listening.done():
            # It runs as long as the process: listening costs less than stopping and restarting.
            self._listening = asyncio.create_task(notifier.listen(lambda: self._notified.set()))
        while True:
            try:
                await self._read_continuously(self._notified)
            except Exception:
                logger.exception("the log cannot be read")
                await asyncio.sleep(RETRY_SECONDS)

    async def _read_continuously(self, notified: asyncio.Event) -> None:
        delay = BLOCKED_RETRY_SECONDS
        while True:
            notified.clear()
            page = await self._retrying(self._end_thread, partial(pages.read, self.cursor))
            self._add(page)
            if not page.is_last:
                continue
            await asyncio.sleep(COALESCE_SECONDS if page.events else BLOCKED_RETRY_SECONDS)
            delay = delay * 2 if page.is_blocked and not page.events else BLOCKED_RETRY_SECONDS
            seconds = settings.LOG_POLL_SECONDS
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(delay, seconds) if page.is_blocked else seconds):
                    await notified.wait()

    def _add(self, page: Page) -> None:
        self.cursor, self._is_at_end = page.cursor, page.is_last
        if not page.events:
            return
        self._recent.extend(page.events)
        self._changes += sum(map(_weight, page.events))
        while self._changes > RECENT_CHANGES:
            oldest = self._recent.pop(0)
            self._changes -= _weight(oldest)
            self._start = oldest.end
        self.generation += 1
        grown, self._has_grown = self._has_grown, asyncio.Event()
        grown.set()

    async def _retrying(self, thread: ThreadPoolExecutor, read: Callable[[], T]) -> T:
        """Return what `read` returns; retry while the database is unavailable."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                return await loop.run_in_executor(thread, _with_usable_connection, read)
            except (OperationalError, InterfaceError) as error:
                logger.warning("the log cannot be read: %s", str(error).strip())
                await asyncio.sleep(RETRY_SECONDS)


def _weight(event: EventRow) -> int:
    return max(1, len(event.task_ids))


def _with_usable_connection(read: Callable[[], T]) -> T:
    close_old_connections()
    try:
        return read()
    except (OperationalError, InterfaceError):
        connection.close()
        raise


log_reader = LogReader()
