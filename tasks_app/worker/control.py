"""Applies the desired state of a node to its Celery worker. Call it in the main thread."""

from collections.abc import Collection
from contextlib import suppress

from tasks_app.worker.celery_types import Queues, Worker


def queues_of(worker: Worker) -> Queues:
    """Return the queues of a worker's application."""
    return worker.app.amqp.queues  # type: ignore[return-value]  # Celery's stub is inexact.


def consume_from(worker: Worker, queues: Collection[str]) -> None:
    """Make a worker consume wake-ups of these queues only."""
    consumed = queues_of(worker)
    consumer = worker.consumer
    is_connected = consumer.task_consumer is not None
    for name in set(queues) - set(consumed.consume_from):
        (consumer.add_task_queue if is_connected else consumed.select_add)(name)
    for name in set(consumed.consume_from) - set(queues):
        (consumer.cancel_task_queue if is_connected else consumed.deselect)(name)


def resize_pool(worker: Worker, slots: int) -> None:
    """Change the number of processes of a worker's pool.

    Busy processes are not stopped: call it again until the pool has the size.
    """
    pool, consumer = worker.pool, worker.consumer
    before = pool.num_processes
    if before < slots:
        pool.grow(slots - before)
        pool.maintain_pool()  # Starts the processes, which Celery does every five seconds.
    elif before > slots:
        # In one call: a second one would choose a process that the first one is terminating.
        with suppress(ValueError):  # Some of the processes are busy.
            pool.shrink(before - slots)
    if change := pool.num_processes - before:
        consumer._update_prefetch_count(change)
