"""Delivers the messages of one webhook: one at a time, in order, each until it is accepted."""

import asyncio
import logging
from collections import deque
from collections.abc import Coroutine
from datetime import UTC, datetime
from functools import partial
from time import monotonic
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx
from strawberry import Schema

from schema.execution.broadcast import Item, in_chunks
from schema.execution.executor import run_in_thread
from schema.webhooks import documents
from schema.webhooks.documents import InvalidDocumentError, Message, Stream
from tasks_app.access import actors
from tasks_app.access.actors import Actor
from tasks_app.log import pages
from tasks_app.log.cursor import Cursor, GapError
from tasks_app.log.events import is_about_webhook
from tasks_app.log.pages import Page
from tasks_app.log.reader import log_reader
from tasks_app.models import Webhook
from tasks_app.services import webhooks
from tasks_app.webhooks import attempts
from tasks_app.webhooks.sending import Outcome, send

logger = logging.getLogger(__name__)

# How often the cursor is saved while the document selects no events.
SAVE_SECONDS = 10.0
# Number of the last events among which a test looks for one that the document selects.
TEST_EVENTS = 100
NOT_OWNED = "The owner has lost the role ADMIN, or the owner's token is no longer valid."

State = Webhook.State
T = TypeVar("T")


class Delivery:
    """The delivery of one webhook. Before each message it reads the row of the webhook again."""

    def __init__(self, id: UUID, schema: Schema, client: httpx.AsyncClient) -> None:
        self.version = 0
        self._id = id
        self._schema = schema
        self._client = client
        self._waiting: asyncio.Future[Any] | None = None
        self._stream: Stream | None = None
        self._chunks: deque[list[Item]] = deque()
        self._messages: deque[Message] = deque()
        self._saved_at = monotonic()

    async def run(self) -> None:
        """Deliver messages until the webhook is deleted, disabled or invalid."""
        while True:
            webhook, owner = await run_in_thread(partial(_load, self._id))
            if webhook is None:
                return
            is_open = webhook.state in (State.ACTIVE, State.RETRYING)
            if not is_open and not webhook.test_requested:
                return
            if owner is None:
                await self._refuse(webhook, State.DISABLED, NOT_OWNED)
                return
            actors.set_current(owner)
            try:
                await self._step(webhook, is_open=is_open)
            except InvalidDocumentError as error:
                self._stream = None
                await self._refuse(webhook, State.INVALID, str(error))

    def interrupt(self) -> None:
        """Stop waiting, because the webhook has changed. A request is not interrupted."""
        if self._waiting:
            self._waiting.cancel()

    async def _refuse(self, webhook: Webhook, state: State, message: str) -> None:
        """Stop the webhook; a test that was requested fails."""
        if webhook.test_requested:
            outcome = Outcome(datetime.now(UTC), 0, error=message)
            await run_in_thread(partial(attempts.tested, webhook, _test_id(webhook), outcome))
        await run_in_thread(partial(attempts.stop, webhook, state, message))

    async def _step(self, webhook: Webhook, *, is_open: bool) -> None:
        if webhook.test_requested:
            await self._test(webhook)
        elif not is_open:
            return
        elif self._stream is None or webhook.version != self.version:
            await self._open(webhook)
        elif wait := attempts.wait_of(webhook):
            await self._interruptible(asyncio.sleep(wait))
        elif self._messages:
            await self._deliver(webhook, self._messages[0])
        elif self._chunks:
            await self._render(self._stream, self._chunks.popleft())
        else:
            await self._read(webhook, self._stream)

    async def _open(self, webhook: Webhook) -> None:
        self._messages.clear()
        self._chunks.clear()
        self.version = webhook.version
        self._cursor = Cursor.decode(webhook.cursor)
        self._stream = await documents.open_stream(self._schema, webhook)

    async def _read(self, webhook: Webhook, stream: Stream) -> None:
        """Read the next page of the log; wait until there are events."""
        start = self._cursor
        try:
            page = await self._interruptible(self._page(webhook, stream))
        except GapError as gap:
            self._messages.append(Message(gap.resume, await documents.gap_body(stream, gap.resume)))
            self._cursor = gap.resume
            return
        if page is None:
            return
        found = self._items(stream, page, start)
        self._cursor = page.cursor
        self._chunks.extend(list(chunk) for chunk in in_chunks(found))
        if stream.is_batched and found:
            # A batch that is sent again must end where it ended before.
            end = found[-1].cursor.encode()
            if webhook.pending_cursor != end:
                await run_in_thread(partial(attempts.advance, webhook, start.encode(), end))
        elif not found and monotonic() > self._saved_at + SAVE_SECONDS:
            self._saved_at = monotonic()
            # Otherwise a webhook without messages would be behind the retention of the log.
            await run_in_thread(partial(attempts.advance, webhook, page.cursor.encode()))

    async def _page(self, webhook: Webhook, stream: Stream) -> Page:
        if webhook.pending_cursor:
            page = await run_in_thread(partial(pages.read, self._cursor, stream.watch.task_ids))
            return page.until(Cursor.decode(webhook.pending_cursor))
        return await log_reader.page(self._cursor, stream.watch.task_ids)

    def _items(self, stream: Stream, page: Page, after: Cursor) -> list[Item]:
        others = [event for event in page.events if not is_about_webhook(event, self._id)]
        items = stream.watch.items(page._replace(events=others), after)
        return [item for item in items if item.cursor <= page.cursor and stream.watch.wants(item)]

    async def _render(self, stream: Stream, items: list[Item]) -> None:
        answers = await stream.encoder.make(stream.watch.payloads(items))
        for item, answer in zip(items, answers, strict=True):
            self._messages.append(Message(item.cursor, documents.checked(answer)))

    async def _deliver(self, webhook: Webhook, message: Message) -> None:
        cursor = message.cursor.encode()
        # The same on each attempt.
        id = f"{webhook.pk.hex}_{cursor.rstrip('=')}"
        outcome = await send(
            self._client, webhook.url, id, message.body, attempts.secrets_of(webhook)
        )
        if outcome.succeeded:
            await run_in_thread(partial(attempts.delivered, webhook, id, outcome, cursor))
            self._messages.popleft()
        else:
            logger.info("webhook %s: %s", webhook.pk, outcome.reason)
            # The message is made again for the next attempt, of the state as it is then.
            self._stream = None
            await run_in_thread(partial(attempts.failed, webhook, id, outcome))

    async def _test(self, webhook: Webhook) -> None:
        stream = await documents.open_stream(self._schema, webhook)
        page = await run_in_thread(_last_events)
        item = next(reversed(self._items(stream, page, Cursor(0, 0))), None)
        answers = await stream.encoder.make(stream.watch.payloads([item])) if item else [None]
        body = documents.test_body(answers[0])
        id = _test_id(webhook)
        outcome = await send(self._client, webhook.url, id, body, attempts.secrets_of(webhook))
        await run_in_thread(partial(attempts.tested, webhook, id, outcome))

    async def _interruptible(self, work: Coroutine[Any, Any, T]) -> T | None:
        """Return the result of something; None if `interrupt` has ended it."""
        self._waiting = waiting = asyncio.ensure_future(work)
        try:
            return await waiting
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            return None
        finally:
            self._waiting = None


def _load(id: UUID) -> tuple[Webhook | None, Actor | None]:
    webhook = attempts.load(id)
    return webhook, webhooks.owner_of(webhook) if webhook else None


def _test_id(webhook: Webhook) -> str:
    return f"{webhook.pk.hex}_test_{uuid4().hex}"


def _last_events() -> Page:
    head = pages.head()
    return Page(pages.read_back(head, TEST_EVENTS), head, is_last=True, is_blocked=False)
