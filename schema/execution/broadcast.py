"""Shared subscriptions to the log: one broadcaster makes each response once for all subscribers.

A subscription first catches up from its cursor on its own, then joins the broadcaster. If its
buffer stays full, it is dropped and catches up again. So its memory is bounded by one buffer, and
it misses no event.
"""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Hashable, Iterator, Sequence
from contextlib import aclosing, contextmanager, suppress
from time import monotonic
from typing import Any, NamedTuple
from uuid import UUID

from schema.execution.executor import Response, ResponseEncoder, Source
from tasks_app.log.cursor import Cursor
from tasks_app.log.pages import Page
from tasks_app.log.reader import log_reader

logger = logging.getLogger(__name__)

# The maximum number of responses in the buffer of a subscriber.
BUFFER_MAX = 1_000
# How long a broadcaster waits for a subscriber whose buffer is full.
FULL_BUFFER_SECONDS = 1.0
# A client that reads nothing for so long receives only the newest change of each task it missed.
STALL_SECONDS = 3.0
HEARTBEAT_SECONDS = 15.0
# How many payloads are encoded at a time.
CHUNK = 100


class Item(NamedTuple):
    """The source of one response: an occurrence, and the position in the log after it.

    It may be about a task, which may be a run of a schedule. `coalesced` is the number of earlier
    items about the task that were left out because of it.
    """

    cursor: Cursor
    source: Any
    task_id: UUID | None = None
    schedule_id: UUID | None = None
    coalesced: int = 0

    @property
    def is_heartbeat(self) -> bool:
        """Whether the item is a heartbeat and so carries no occurrence."""
        return self.source is None


class Watch(Source):
    """A subscription to the log: where it starts, and which payloads it makes of the events."""

    # Watches of one kind make the same items of a page, and the same payloads of an item.
    kind: Hashable
    # Restricts the items to these tasks. None for all.
    task_ids: frozenset[UUID] | None = None
    # If `task_ids` is None, restricts the items to the runs of this schedule. None for all.
    schedule_id: UUID | None = None
    has_heartbeats = False

    async def begin(self) -> tuple[Cursor, Sequence[object]]:
        """Return the cursor to start after, and the first payloads.

        Raises:
            GraphQLError: The subscription cannot start.
        """
        raise NotImplementedError

    def items(self, page: Page, after: Cursor) -> list[Item]:
        """Return the items of the page that come after the cursor, in order."""
        raise NotImplementedError

    def payloads(self, items: Sequence[Item]) -> Sequence[object]:
        """Return one payload for each item."""
        raise NotImplementedError

    def wants(self, item: Item) -> bool:
        """Return whether the item is for this subscription."""
        return True

    def trimmed(self, item: Item, after: Cursor) -> Item:
        """Return the item without what comes before the cursor, or the same item."""
        return item

    def heartbeat(self, cursor: Cursor) -> object:
        """Return the payload that is sent every 15 seconds if `has_heartbeats` is set."""

    def answers(self, answering: ResponseEncoder) -> AsyncGenerator[str, None]:
        """Yield the encoded responses."""
        return CatchUp(self, answering).answers()


class Subscriber:
    """A subscription at a broadcaster, with the buffer of its responses."""

    def __init__(self, watch: Watch, broadcaster: "Broadcaster") -> None:
        self.watch = watch
        # The broadcaster serves it only what comes after this cursor.
        self.joined_at = broadcaster.cursor
        self.is_dropped = False
        self.taken_at = monotonic()
        self._broadcaster = broadcaster
        self._answers: list[tuple[Item, str]] = []
        self._filled = asyncio.Event()

    @property
    def is_full(self) -> bool:
        """Whether the buffer is full."""
        return len(self._answers) >= BUFFER_MAX and not self.is_dropped

    def put(self, item: Item, answer: str) -> None:
        """Append a response to the buffer."""
        if not self.is_dropped:
            self._answers.append((item, answer))
            self._filled.set()

    def drop(self) -> None:
        """Remove the subscriber's buffer. It then catches up on its own."""
        self.is_dropped = True
        self._answers.clear()
        self._filled.set()

    async def take(self) -> list[tuple[Item, str]]:
        """Wait for responses and return all of them, or none if the subscriber was dropped."""
        await self._filled.wait()
        self._filled.clear()
        self.taken_at = monotonic()
        taken, self._answers = self._answers, []
        self._broadcaster.notify_capacity()
        return taken


class Broadcaster:
    """Follows the log for subscribers of equal responses, and makes each response once."""

    def __init__(self, watch: Watch, answering: ResponseEncoder) -> None:
        self.cursor = log_reader.cursor
        self.has_failed = False
        # All watches of the broadcaster are of one kind, so any of them serves.
        self._watch = watch
        self._answering = answering
        self._for_all: set[Subscriber] = set()
        self._by_task: defaultdict[UUID, set[Subscriber]] = defaultdict(set)
        self._by_schedule: defaultdict[UUID, set[Subscriber]] = defaultdict(set)
        self._capacity = asyncio.Event()
        self._runner: asyncio.Task[None] | None = None

    @contextmanager
    def subscribe(self, watch: Watch) -> Iterator[Subscriber]:
        """Add a subscriber for as long as the context lasts."""
        subscriber = Subscriber(watch, self)
        self._add(subscriber)
        if self._runner is None:
            self._runner = asyncio.create_task(self._run())
        try:
            yield subscriber
        finally:
            self._remove(subscriber)

    @property
    def is_empty(self) -> bool:
        """Whether there are no subscribers."""
        return not (self._for_all or self._by_task or self._by_schedule)

    def stop(self) -> None:
        """Stop following the log."""
        if self._runner:
            self._runner.cancel()

    def notify_capacity(self) -> None:
        """Note that a subscriber has emptied its buffer."""
        self._capacity.set()

    def _add(self, subscriber: Subscriber) -> None:
        watch = subscriber.watch
        if watch.task_ids is not None:
            for id in watch.task_ids:
                self._by_task[id].add(subscriber)
        elif watch.schedule_id:
            self._by_schedule[watch.schedule_id].add(subscriber)
        else:
            self._for_all.add(subscriber)

    def _remove(self, subscriber: Subscriber) -> None:
        watch = subscriber.watch
        if watch.task_ids is not None:
            for id in watch.task_ids:
                _discard(self._by_task, id, subscriber)
        elif watch.schedule_id:
            _discard(self._by_schedule, watch.schedule_id, subscriber)
        else:
            self._for_all.discard(subscriber)

    async def _run(self) -> None:
        try:
            await self._follow()
        except Exception:
            logger.exception("a broadcaster failed")
            self.has_failed = True
            for subscriber in self._subscribers():
                subscriber.drop()

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
        item = Item(self.cursor, None)
        [answer] = await self._answering.make([payload])
        for subscriber in self._subscribers():
            subscriber.put(item, _with_cursor(answer, item))

    async def _serve(self, items: Sequence[Item]) -> None:
        wanted = [(item, subscribers) for item in items if (subscribers := self._wanting(item))]
        # A subscriber that joins from now on catches up to here on its own.
        self.cursor = items[-1].cursor
        if not wanted:
            return
        answers = await self._answering.make(self._watch.payloads([item for item, _ in wanted]))
        await self._wait_for_capacity(
            {subscriber for _, subscribers in wanted for subscriber in subscribers}
        )
        for (item, subscribers), made in zip(wanted, answers, strict=True):
            answer = _with_cursor(made, item)
            for subscriber in subscribers:
                subscriber.put(item, answer)

    def _wanting(self, item: Item) -> list[Subscriber]:
        subscribers = self._for_all
        if item.task_id and item.task_id in self._by_task:
            subscribers = subscribers | self._by_task[item.task_id]
        if item.schedule_id and item.schedule_id in self._by_schedule:
            subscribers = subscribers | self._by_schedule[item.schedule_id]
        return [subscriber for subscriber in subscribers if subscriber.watch.wants(item)]

    async def _wait_for_capacity(self, subscribers: set[Subscriber]) -> None:
        deadline = monotonic() + FULL_BUFFER_SECONDS
        while full := [subscriber for subscriber in subscribers if subscriber.is_full]:
            now = monotonic()
            for subscriber in full:
                # There is no wait for a subscriber that has taken nothing for so long.
                if now >= deadline or now > subscriber.taken_at + FULL_BUFFER_SECONDS:
                    subscriber.drop()
            self._capacity.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(deadline - now):
                    await self._capacity.wait()

    def _subscribers(self) -> set[Subscriber]:
        return self._for_all.union(*self._by_task.values(), *self._by_schedule.values())


def _discard(
    subscribers: defaultdict[UUID, set[Subscriber]], id: UUID, subscriber: Subscriber
) -> None:
    subscribers[id].discard(subscriber)
    if not subscribers[id]:
        del subscribers[id]


_broadcasters: dict[Hashable, Broadcaster] = {}


@contextmanager
def _subscribe(watch: Watch, answering: ResponseEncoder) -> Iterator[Subscriber]:
    """Join the broadcaster of equal responses. It exists as long as it has subscribers."""
    key = (watch.kind, answering.key)
    broadcaster = _broadcasters.get(key)
    if broadcaster is None or broadcaster.has_failed:
        broadcaster = _broadcasters[key] = Broadcaster(watch, answering)
    try:
        with broadcaster.subscribe(watch) as subscriber:
            yield subscriber
    finally:
        if broadcaster.is_empty:
            broadcaster.stop()
            if _broadcasters.get(key) is broadcaster:
                del _broadcasters[key]


class CatchUp:
    """One subscription, which catches up on its own and otherwise follows a broadcaster."""

    def __init__(self, watch: Watch, answering: ResponseEncoder) -> None:
        self._watch = watch
        self._answering = answering
        self._is_stalled = False

    async def answers(self) -> AsyncGenerator[str, None]:
        """Yield the encoded responses."""
        async with log_reader.following():
            self._cursor, payloads = await self._watch.begin()
            *first, last = await self._answering.make(payloads) or [""]
            for answer in first:
                yield answer
            if last or self._watch.wants_start:
                # A client that resumes must not miss the other payloads of the start.
                yield Response(last, self._cursor.encode())
            while True:
                with _subscribe(self._watch, self._answering) as subscriber:
                    async with aclosing(self._all(subscriber)) as answers:
                        async for answer in answers:
                            sent_at = monotonic()
                            yield answer
                            self._is_stalled |= monotonic() > sent_at + STALL_SECONDS

    async def _all(self, subscriber: Subscriber) -> AsyncGenerator[str, None]:
        """Yield what comes before the broadcaster's cursor, then its responses until dropped."""
        while self._cursor < subscriber.joined_at:
            watch = self._watch
            page = await log_reader.page(self._cursor, watch.task_ids, watch.schedule_id)
            page = page.until(subscriber.joined_at)
            for chunk in in_chunks(self._missed(page)):
                made = await self._answering.make(self._watch.payloads(chunk))
                for item, answer in zip(chunk, made, strict=True):
                    self._cursor = item.cursor
                    yield _with_cursor(answer, item)
            self._cursor = page.cursor
        while not subscriber.is_dropped:
            for item, answer in await subscriber.take():
                if item.is_heartbeat:
                    yield answer
                elif item.cursor > self._cursor:
                    trimmed = self._watch.trimmed(item, self._cursor)
                    self._cursor = item.cursor
                    if trimmed is item:
                        yield answer
                    else:
                        [answer] = await self._answering.make(self._watch.payloads([trimmed]))
                        yield _with_cursor(answer, item)
            if not subscriber.is_dropped:
                self._is_stalled = False  # The client reads again and has caught up.

    def _missed(self, page: Page) -> list[Item]:
        items = [
            item
            for item in self._watch.items(page, self._cursor)
            if item.cursor <= page.cursor and self._watch.wants(item)
        ]
        if self._is_stalled:
            self._is_stalled = False
            return _coalesced(items)
        return items


def _coalesced(items: Sequence[Item]) -> list[Item]:
    """Return the newest item about each task, and all items that are about none."""
    counts = Counter(item.task_id or item.cursor for item in items)
    newest = {item.task_id or item.cursor: item for item in items}
    counted = (item._replace(coalesced=counts[key] - 1) for key, item in newest.items())
    return sorted(counted, key=lambda item: item.cursor)


def _with_cursor(answer: str, item: Item) -> Response:
    return Response(answer, item.cursor.encode())


def in_chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Yield the items in sequences of at most CHUNK."""
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]
