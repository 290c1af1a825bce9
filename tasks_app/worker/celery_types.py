"""The parts of Celery's worker that a node uses, where Celery's stubs lack them or differ."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from celery import Celery
from celery.bootsteps import Blueprint
from celery.worker.request import Request
from kombu.asynchronous import Hub


class Queues(Protocol):
    """The queues of the application, and the ones that the worker consumes from."""

    consume_from: Collection[str]
    _consume_from: object | None

    def select_add(self, queue: str) -> object:
        """Consume from a queue, before the worker is connected."""

    def deselect(self, exclude: str) -> object:
        """Do not consume from a queue any more, before the worker is connected."""


class Consumer(Protocol):
    """The worker's consumer of messages."""

    task_consumer: object | None

    def add_task_queue(self, queue: str) -> object:
        """Consume from a queue."""

    def cancel_task_queue(self, queue: str) -> object:
        """Do not consume from a queue any more."""

    def _update_prefetch_count(self, index: int) -> object: ...


class Pool(Protocol):
    """The worker's pool of processes."""

    num_processes: int
    info: Mapping[str, Sequence[int]]
    _pool: object | None

    def grow(self, n: int) -> object:
        """Add processes."""

    def shrink(self, n: int) -> object:
        """Stop idle processes. Raises ValueError if too few are idle."""

    def maintain_pool(self) -> object:
        """Start missing processes."""


class Worker(Protocol):
    """A Celery worker."""

    app: Celery
    hostname: str
    concurrency: int
    pool: Pool
    consumer: Consumer
    hub: Hub
    blueprint: Blueprint

    def process_task(self, req: Request) -> object:
        """Execute a request in the pool."""
