"""Requests to the pool of a worker node that make one of its processes claim tasks."""

from collections.abc import Callable
from uuid import uuid4

from billiard.einfo import ExceptionInfo
from billiard.exceptions import WorkerLostError
from celery.worker import state
from celery.worker.request import Request
from kombu.message import Message
from kombu.serialization import dumps

from tasks_app import dispatch
from tasks_app.worker.celery_types import Worker

# Called in the main thread when a process of the pool becomes idle.
on_idle: list[Callable[[], None]] = []


class ClaimRequest(Request):
    """A request, from a Celery message or from the node itself, that makes one process claim."""

    def acknowledge(self) -> None:
        """Acknowledge the message. The process is idle from now on."""
        super().acknowledge()
        for call in on_idle:
            call()

    def on_failure(self, exc_info: ExceptionInfo, *args: bool, **kwargs: bool) -> None:
        """Handle the failure of a process; one that ran out of memory counts as lost.

        Celery would raise the MemoryError again in the main process, which ends the whole node.
        """
        error = exc_info.exception
        if isinstance(getattr(error, "exc", error), MemoryError):
            exc_info.exception = WorkerLostError("The process ran out of memory.")
        super().on_failure(exc_info, *args, **kwargs)


def start_claim(worker: Worker) -> None:
    """Execute the Celery task that claims in the pool of a worker, as if a message had arrived."""
    sent = worker.app.amqp.as_task_v2(str(uuid4()), dispatch.CLAIM)
    content_type, encoding, body = dumps(sent.body, "json")
    message = Message(
        body,
        headers=sent.headers,
        properties=sent.properties,
        content_type=content_type,
        content_encoding=encoding,
        accept={content_type},
    )
    request = ClaimRequest(
        message,
        app=worker.app,
        hostname=worker.hostname,
        task=worker.app.tasks[dispatch.CLAIM],
        body=body,
        headers=sent.headers,
        decoded=False,
    )
    state.task_reserved(request)
    worker.process_task(request)
