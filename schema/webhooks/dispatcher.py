"""Keeps a delivery running for each webhook, in the one process that leads.

Each delivery is a task of the event loop and has at most one request in flight, so a receiver that
does not answer delays no other webhook.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from uuid import UUID

import httpx
from django.db import InterfaceError, OperationalError
from strawberry import Schema

from schema.execution.executor import run_in_thread
from schema.webhooks.delivery import Delivery
from tasks_app.beat.leadership import Leadership
from tasks_app.log.reader import log_reader
from tasks_app.services.leader import WEBHOOKS_LOCK
from tasks_app.services.webhooks import WEBHOOKS_MAX
from tasks_app.webhooks import attempts, sending

logger = logging.getLogger(__name__)

# How often the webhooks and the leadership are checked.
PASS_SECONDS = 1.0

T = TypeVar("T")


class Dispatcher:
    """Starts, interrupts and stops the deliveries of a process."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._leadership = Leadership(WEBHOOKS_LOCK)
        # The connection of the leadership belongs to one thread.
        self._leading = ThreadPoolExecutor(1, thread_name_prefix="webhooks-leader")
        self._running: dict[UUID, tuple[Delivery, asyncio.Task[None]]] = {}

    async def run(self) -> None:
        """Deliver the messages of all webhooks until cancelled."""
        # It resolves names: one that takes long delays no other.
        resolving = ThreadPoolExecutor(WEBHOOKS_MAX, thread_name_prefix="webhooks-names")
        asyncio.get_running_loop().set_default_executor(resolving)
        async with sending.new_client() as client:
            try:
                while True:
                    if await self._leads():
                        await self._lead(client)
                    await asyncio.sleep(PASS_SECONDS)
            finally:
                await asyncio.shield(self._in_leading(self._leadership.release))
                self._leading.shutdown(wait=False)

    async def _leads(self) -> bool:
        try:
            return await self._in_leading(self._leadership.acquire)
        except (OperationalError, InterfaceError) as error:
            logger.warning("webhooks wait for the database: %s", str(error).strip())
            return False

    async def _lead(self, client: httpx.AsyncClient) -> None:
        """Keep the deliveries running until another process may lead."""
        async with log_reader.following():
            try:
                while await self._leads():
                    await self._supervise(client)
                    await asyncio.sleep(PASS_SECONDS)
            finally:
                await self._stop_all()

    async def _supervise(self, client: httpx.AsyncClient) -> None:
        try:
            all_work = await run_in_thread(attempts.all_work)
        except (OperationalError, InterfaceError) as error:
            logger.warning("the webhooks cannot be read: %s", str(error).strip())
            return
        for work in all_work:
            running = self._running.get(work.id)
            if running is None:
                delivery = Delivery(work.id, self._schema, client)
                task = asyncio.create_task(self._deliver(delivery, work.id))
                self._running[work.id] = delivery, task
            elif work.test_requested or work.version != running[0].version:
                running[0].interrupt()

    async def _deliver(self, delivery: Delivery, id: UUID) -> None:
        try:
            await delivery.run()
        except (OperationalError, InterfaceError) as error:
            logger.warning("webhook %s waits for the database: %s", id, str(error).strip())
        except Exception:
            logger.exception("the delivery of webhook %s failed and starts again", id)
        finally:
            # The next pass starts it again, unless it has ended.
            self._running.pop(id, None)

    async def _stop_all(self) -> None:
        tasks = [task for _, task in self._running.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _in_leading(self, function: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._leading, function)
