"""Subscriptions that follow the log: those that get the same answers share one feed.

A subscription first catches up from its cursor by itself, then takes a seat at the feed. One that
is too slow for the feed loses its seat and catches up again, so that none costs more than a full
buffer and none misses anything.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncGenerator, Hashable, Iterator, Sequence
from contextlib import aclosing, contextmanager, suppress
from time import monotonic
from typing import Any, NamedTuple
from uuid import UUID

from schema.execution.executor import ResponseEncoder, Source
from tasks_app.log.cursor import Cursor
from tasks_app.log.pages import Page
from tasks_app.log.reader import log_reader

logger = logging.getLogger(__name__)

# How many answers wait at a seat at most.
BUFFER_MAX = 1_000
# So long a feed waits for a subscription whose buffer is full, if that takes answers at all.
PATIENCE_SECONDS = 1.0
# A client that takes no answer for so long is told only the newest of what it missed meanwhile.
STALL_SECONDS = 3.0
HEARTBEAT_SECONDS = 15.0
# So many payloads are made answers of at a time.
CHUNK = 100


class Item(NamedTuple):
    """What an answer is made of: something that happened, up to a place in the log."""

    cursor: Cursor
    source: Any
    task_id: UUID | None = None

    @property
    def is_heartbeat(self) -> bool:
        return self.source is None


class Watch(Source):
    """A subscription that follows the log: what it makes of it, and from where."""

    # Watches of one kind get the same items of a page, and the same payloads of an item.
    kind: Hashable
    # Only what is about these tasks; None for all.
    task_ids: frozenset[UUID] | None = None
    has_heartbeats = False

    async def begin(self) -> tuple[Cursor, list[Any]]:
        """The place to follow from, and payloads to begin with. Raises GraphQLError."""
        raise NotImplementedError

    def items(self, page: Page, after: Cursor) -> list[Item]:
        """What happened on the page, but after this place, in order."""
        raise NotImplementedError

    def payloads(self, items: Sequence[Item]) -> list[Any]:
        raise NotImplementedError

    def wants(self, item: Item) -> bool:
        """Whether the item, which may be about its tasks, is for this very watch."""
        return True

    def trimmed(self, item: Item, after: Cursor) -> Item:
        """The item without what was before this place; itself if that is nothing."""
        return item

    def heartbeat(self, cursor: Cursor) -> Any:
        """The payload to tell every 15 seconds, if it `has_heartbeats`."""

    def answers(self, answering: ResponseEncoder) -> AsyncGenerator[str, None]:
        return CatchUp(self, answering).answers()


class Subscriber:
    """A subscription's place at a feed, with the answers that it has still to take."""

    def __init__(self, watch: Watch, feed: "Broadcaster") -> None:
        self.watch = watch
        # What is up to here the feed has not for it.
        self.joined_at = feed.cursor
        self.is_lost = False
        self.taken_at = monotonic()
        self._feed = feed
        self._answers: list[tuple[Item, str]] = []
        self._filled = asyncio.Event()

    @property
    def is_full(self) -> bool:
        return len(self._answers) >= BUFFER_MAX and not self.is_lost

    def put(self, item: Item, answer: str) -> None:
        if not self.is_lost:
            self._answers.append((item, answer))
            self._filled.set()

    def lose(self) -> None:
        self.is_lost = True
        self._answers.clear()
        self._filled.set()

    async def take(self) -> list[tuple[Item, str]]:
        """All that wait, at least one; none if the seat is lost."""
        await self._filled.wait()
        self._filled.clear()
        self.taken_at = monotonic()
        taken, self._answers = self._answers, []
        self._feed.note_room()
        return taken


class Broadcaster:
    """Follows the log for those who get the same answers, and makes each answer once."""

    def __init__(self, watch: Watch, answering: ResponseEncoder) -> None:
        self.cursor = log_reader.cursor
        self.has_failed = False
        # Any of those that share the feed would do: it is of the same kind.
        self._watch = watch
        self._answering = answering
        self._for_all: set[Subscriber] = set()
        self._by_task: defaultdict[UUID, set[Subscriber]] = defaultdict(set)
        self._room = asyncio.Event()
        self._runner: asyncio.Task[None] | None = None

    @contextmanager
    def seat(self, watch: Watch) -> Iterator[Subscriber]:
        seat = Subscriber(watch, self)
        self._add(seat)
        if self._runner is None:
            self._runner = asyncio.create_task(self._run())
        try:
            yield seat
        finally:
            self._remove(seat)

    @property
    def is_empty(self) -> bool:
        return not self._for_all and not self._by_task

    def stop(self) -> None:
        if self._runner:
            self._runner.cancel()

    def note_room(self) -> None:
        self._room.set()

    def _add(self, seat: Subscriber) -> None:
        if seat.watch.task_ids is None:
            self._for_all.add(seat)
        for id in seat.watch.task_ids or ():
            self._by_task[id].add(seat)

    def _remove(self, seat: Subscriber) -> None:
        self._for_all.discard(seat)
        for id in seat.watch.task_ids or ():
            self._by_task[id].discard(seat)
            if not self._by_task[id]:
                del self._by_task[id]

    async def _run(self) -> None:
        try:
            await self._follow()
        except Exception:
            logger.exception("a feed failed")
            self.has_failed = True
            for seat in self._seats():
                seat.lose()

    async def _follow(self) -> None:
        beats = self._watch.has_heartbeats
        beat_at = monotonic() + HEARTBEAT_SECONDS
        while True:
            try:
                async with asyncio.timeout(beat_at - monotonic() if beats else None):
                    page = await log_reader.page(self.cursor)
            except TimeoutError:
                beat_at = monotonic() + HEARTBEAT_SECONDS
                await self._beat()
                continue
            for chunk in in_chunks(self._watch.items(page, self.cursor)):
                await self._serve(chunk)
            self.cursor = page.cursor

    async def _beat(self) -> None:
        payload = self._watch.heartbeat(self.cursor)
        [answer] = await self._answering.make([payload])
        for seat in self._seats():
            seat.put(Item(self.cursor, None), answer)

    async def _serve(self, items: Sequence[Item]) -> None:
        wanted = [(item, seats) for item in items if (seats := self._wanting(item))]
        # Who comes from now on has to see to these itself.
        self.cursor = items[-1].cursor
        if not wanted:
            return
        answers = await self._answering.make(self._watch.payloads([item for item, _ in wanted]))
        await self._wait_for_room({seat for _, seats in wanted for seat in seats})
        for (item, seats), answer in zip(wanted, answers, strict=True):
            for seat in seats:
                seat.put(item, answer)

    def _wanting(self, item: Item) -> list[Subscriber]:
        seats = self._for_all
        if item.task_id and item.task_id in self._by_task:
            seats = seats | self._by_task[item.task_id]
        return [seat for seat in seats if seat.watch.wants(item)]

    async def _wait_for_room(self, seats: set[Subscriber]) -> None:
        deadline = monotonic() + PATIENCE_SECONDS
        while full := [seat for seat in seats if seat.is_full]:
            now = monotonic()
            for seat in full:
                # Nobody waits for one that takes nothing.
                if now >= deadline or now > seat.taken_at + PATIENCE_SECONDS:
                    seat.lose()
            self._room.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(deadline - now):
                    await self._room.wait()

    def _seats(self) -> set[Subscriber]:
        return self._for_all.union(*self._by_task.values())


_broadcasters: dict[Hashable, Broadcaster] = {}


@contextmanager
def _seat(watch: Watch, answering: ResponseEncoder) -> Iterator[Subscriber]:
    """A seat at the feed of all that get the same answers, which lasts as long as one of them."""
    key = (watch.kind, answering.key)
    feed = _broadcasters.get(key)
    if feed is None or feed.has_failed:
        feed = _broadcasters[key] = Broadcaster(watch, answering)
    try:
        with feed.seat(watch) as seat:
            yield seat
    finally:
        if feed.is_empty:
            feed.stop()
            if _broadcasters.get(key) is feed:
                del _broadcasters[key]


class CatchUp:
    """One subscription on its way through the log."""

    def __init__(self, watch: Watch, answering: ResponseEncoder) -> None:
        self._watch = watch
        self._answering = answering
        self._is_stalled = False

    async def answers(self) -> AsyncGenerator[str, None]:
        async with log_reader.following():
            self._cursor, payloads = await self._watch.begin()
            for answer in await self._answering.make(payloads):
                yield answer
            while True:
                with _seat(self._watch, self._answering) as seat:
                    async with aclosing(self._all(seat)) as answers:
                        async for answer in answers:
                            sent_at = monotonic()
                            yield answer
                            self._is_stalled |= monotonic() > sent_at + STALL_SECONDS

    async def _all(self, seat: Subscriber) -> AsyncGenerator[str, None]:
        """What the feed has not for it, then what the feed has, until the seat is lost."""
        while self._cursor < seat.joined_at:
            page = await log_reader.page(self._cursor, self._watch.task_ids)
            page = page.until(seat.joined_at)
            for chunk in in_chunks(self._missed(page)):
                made = await self._answering.make(self._watch.payloads(chunk))
                for item, answer in zip(chunk, made, strict=True):
                    self._cursor = item.cursor
                    yield answer
            self._cursor = page.cursor
        while not seat.is_lost:
            for item, answer in await seat.take():
                if item.is_heartbeat:
                    yield answer
                elif item.cursor > self._cursor:
                    trimmed = self._watch.trimmed(item, self._cursor)
                    self._cursor = item.cursor
                    if trimmed is item:
                        yield answer
                    else:
                        [answer] = await self._answering.make(self._watch.payloads([trimmed]))
                        yield answer
            if not seat.is_lost:
                self._is_stalled = False  # it was, and has caught up all the same

    def _missed(self, page: Page) -> list[Item]:
        items = [
            item
            for item in self._watch.items(page, self._cursor)
            if item.cursor <= page.cursor and self._watch.wants(item)
        ]
        if self._is_stalled:
            self._is_stalled = False
            newest = {item.task_id or item.cursor: item for item in items}
            items = sorted(newest.values(), key=lambda item: item.cursor)
        return items


def in_chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]
