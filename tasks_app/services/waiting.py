"""Why a task waits, from the rows that a claim goes by (`models/claims.py`)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import TextChoices

from tasks_app.models import Queue, Task, claims
from tasks_app.models.base import database_now
from tasks_app.models.claims import Room
from tasks_app.models.transitions import fetch

# Tasks ahead of one are counted up to so many.
AHEAD_MAX = 1_000


class Reason(TextChoices):
    NOT_DUE = "NOT_DUE"
    RETRY_WAIT = "RETRY_WAIT"
    QUEUE_PAUSED = "QUEUE_PAUSED"
    NO_NODE_FOR_QUEUE = "NO_NODE_FOR_QUEUE"
    TOO_LARGE = "TOO_LARGE"
    NODES_PAUSED = "NODES_PAUSED"
    QUEUE_LIMIT = "QUEUE_LIMIT"
    WAITING_FOR_SLOT = "WAITING_FOR_SLOT"


class Waiting(NamedTuple):
    """Why, for programs and for people; whether its turn will come without anybody's doing."""

    reason: Reason
    message: str

    @property
    def is_in_line(self) -> bool:
        return self.reason in (Reason.WAITING_FOR_SLOT, Reason.QUEUE_LIMIT)


def explain(tasks: Sequence[Task]) -> dict[UUID, Waiting]:
    """Of those that are pending, why. Four queries, however many tasks there are."""
    pending = [task for task in tasks if task.status == Task.Status.PENDING]
    if not pending:
        return {}
    now, rooms, full = database_now(), claims.rooms(), claims.full_queues()
    queues = Queue.objects.in_bulk({task.queue_id for task in pending}, field_name="name")
    return {task.pk: _explain(task, queues[task.queue_id], rooms, full, now) for task in pending}


def ahead(tasks: Iterable[Task]) -> dict[UUID, int]:
    """How many tasks of its queue come before each: the more urgent, and of the like the older."""
    rows = [(task.pk, task.queue_id, task.priority) for task in tasks]
    if not rows:
        return {}
    counted = f"""
        SELECT w.id, least({AHEAD_MAX}, (SELECT count(*) FROM (
            SELECT FROM tasks_app_task t
             WHERE {claims.DUE} AND t.queue = w.queue
               AND t.priority > w.priority LIMIT {AHEAD_MAX}) AS urgent
        ) + (SELECT count(*) FROM (
            SELECT FROM tasks_app_task t
             WHERE {claims.DUE} AND t.queue = w.queue
               AND t.priority = w.priority AND t.id < w.id LIMIT {AHEAD_MAX}) AS older))
          FROM unnest(%s::uuid[], %s::text[], %s::smallint[]) AS w(id, queue, priority)
    """
    return dict(fetch(counted, [list(column) for column in zip(*rows, strict=True)]))


def _explain(
    task: Task, queue: Queue, rooms: Sequence[Room], full: set[str], now: datetime
) -> Waiting:
    if task.run == 0:
        return Waiting(Reason.NOT_DUE, "It waits for the first tick of its schedule.")
    if task.run_at and task.run_at > now:
        return Waiting(Reason.NOT_DUE, f"It is to run at {task.run_at.isoformat()}.")
    if task.retry_at and task.retry_at > now:
        message = f"{task.attempt} attempts were lost; the next is at {task.retry_at.isoformat()}."
        return Waiting(Reason.RETRY_WAIT, message)
    if queue.paused_at:
        why = queue.pause_note and f": {queue.pause_note}"
        return Waiting(Reason.QUEUE_PAUSED, f"The queue {queue.name} is paused{why}.")
    serving = [room for room in rooms if room.is_online and queue.name in room.queues]
    if not serving:
        message = f"No node that is online takes from the queue {queue.name}."
        return Waiting(Reason.NO_NODE_FOR_QUEUE, message)
    fitting = [room for room in serving if room.capacity >= task.slots]
    if not fitting:
        largest = max(room.capacity for room in serving)
        message = f"It takes {task.slots} slots, and the largest of these nodes has {largest}."
        return Waiting(Reason.TOO_LARGE, message)
    if not any(room.is_active for room in fitting):
        names = ", ".join(room.name for room in fitting)
        return Waiting(Reason.NODES_PAUSED, f"Paused or draining: {names}.")
    if queue.name in full:
        message = f"{queue.running_limit} tasks of the queue {queue.name} are running, its limit."
        return Waiting(Reason.QUEUE_LIMIT, message)
    return Waiting(Reason.WAITING_FOR_SLOT, "Others come first; a node will take it.")
