"""Explains why a task is pending, from the rows and by the rules that a claim uses."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from django.db.models import TextChoices

from tasks_app import policy
from tasks_app.models import Queue, SchedulingSettings, Task
from tasks_app.models.base import database_now
from tasks_app.policy import Candidate, NodeCapacity, Reservation
from tasks_app.services.queues import start_rate_of, start_rate_text
from tasks_app.sql.claiming import claims, concurrency, fair_share, scheduling
from tasks_app.sql.claiming.claims import Node


class Reason(TextChoices):
    """Why a task is pending."""

    NOT_DUE = "NOT_DUE"
    RETRY_WAIT = "RETRY_WAIT"
    QUEUE_PAUSED = "QUEUE_PAUSED"
    NO_NODE_FOR_QUEUE = "NO_NODE_FOR_QUEUE"
    TOO_LARGE = "TOO_LARGE"
    NODES_PAUSED = "NODES_PAUSED"
    QUEUE_LIMIT = "QUEUE_LIMIT"
    CONCURRENCY_KEY = "CONCURRENCY_KEY"
    START_RATE = "START_RATE"
    SLOTS_RESERVED = "SLOTS_RESERVED"
    WAITING_FOR_SLOT = "WAITING_FOR_SLOT"


# A task that is pending for one of these reasons starts without an action of an operator.
STARTS_BY_ITSELF = (
    *(Reason.QUEUE_LIMIT, Reason.CONCURRENCY_KEY, Reason.START_RATE),
    *(Reason.SLOTS_RESERVED, Reason.WAITING_FOR_SLOT),
)


class Pending(NamedTuple):
    """Why a task is pending, as a code and as a sentence."""

    reason: Reason
    message: str

    @property
    def starts_by_itself(self) -> bool:
        """Whether the task starts without an action of an operator."""
        return self.reason in STARTS_BY_ITSELF

    @property
    def has_place(self) -> bool:
        """Whether the tasks ahead of the task in its queue say when it starts."""
        return self.starts_by_itself and self.reason != Reason.CONCURRENCY_KEY


class Group(NamedTuple):
    """Due tasks of a queue that need the same number of slots, and why the first one is pending."""

    queue: str
    slots: int
    first_id: UUID
    due_at: datetime
    pending: Pending


def explain(tasks: Sequence[Task]) -> dict[UUID, Pending]:
    """Return the reason for each pending task, with a constant number of queries."""
    pending = [task for task in tasks if task.status == Task.Status.PENDING]
    if not pending:
        return {}
    snapshot = _Snapshot({task.queue_id for task in pending})
    return {task.pk: _explain(task, snapshot) for task in pending}


def groups(queues: Iterable[str]) -> list[Group]:
    """Return the groups of due tasks of these queues, with the reasons why they are pending."""
    snapshot = _Snapshot(set(queues))
    first: dict[tuple[str, int], Candidate] = {}
    candidates = claims.candidates(snapshot.queues, snapshot.scheduling, may_start=False)
    for candidate in sorted(candidates, key=snapshot.rules.order):
        key = candidate.queue, candidate.slots
        # Nodes claim no task whose concurrency key is full, so any other one comes before it.
        if key not in first or (snapshot.is_full(first[key]) and not snapshot.is_full(candidate)):
            first[key] = candidate
    return [
        Group(queue, slots, candidate.id, candidate.due_at, _explain_due(candidate, snapshot))
        for (queue, slots), candidate in sorted(first.items())
    ]


class _Snapshot:
    """The rows that a claim would read now."""

    def __init__(self, queues: set[str]) -> None:
        self.now = database_now()
        self.scheduling = scheduling.current()
        self.rules = fair_share.rules_of(self.scheduling)
        self.queues = Queue.objects.in_bulk(queues, field_name="name")
        self.nodes = claims.nodes()
        self.active = [n.capacity for n in self.nodes if n.is_online and n.is_active]
        served = {queue for node in self.active for queue in node.queues}
        candidates = claims.candidates(served, self.scheduling)
        self.startable = {candidate.queue for candidate in candidates}
        self.reservations = {
            node.name: policy.reservation_of(
                node,
                [candidate for candidate in candidates if candidate.queue in node.queues],
                self.active,
                self.now,
                self.rules.order,
            )
            for node in self.active
        }
        self._first_blocked = {
            node.name: self._first_that_waits(node, candidates) for node in self.active
        }

    @cached_property
    def running(self) -> dict[str, int]:
        """The number of running tasks of each concurrency key, without zeros."""
        return concurrency.running()

    def is_full(self, task: Candidate) -> bool:
        """Return whether as many tasks with the task's concurrency key run as its limit allows."""
        key = task.concurrency_key
        return bool(key) and self.running.get(key, 0) >= task.concurrency_limit

    def blocks(self, node: NodeCapacity, task: Candidate) -> Candidate | None:
        """Return the task before which a node does not start this one without backfill, if any."""
        first = self._first_blocked[node.name]
        order = self.rules.order
        return first if first and order(first) < order(task) else None

    def _first_that_waits(
        self, node: NodeCapacity, candidates: Iterable[Candidate]
    ) -> Candidate | None:
        """Return the first task that does not fit a node now, but some node; None if backfilled."""
        if self.scheduling.backfill:
            return None
        waiting = (
            candidate
            for candidate in candidates
            if candidate.queue in node.queues
            and candidate.slots > node.free
            and any(candidate.queue in n.queues and candidate.slots <= n.slots for n in self.active)
        )
        return min(waiting, key=self.rules.order, default=None)


def _explain(task: Task, snapshot: _Snapshot) -> Pending:
    if task.run == 0:
        return Pending(
            Reason.NOT_DUE, "The task waits for the first scheduled time of its schedule."
        )
    if task.due_at > snapshot.now:
        due = task.due_at.isoformat(timespec="seconds")
        if task.attempt:
            message = (
                f"Attempt {task.attempt} of {task.max_attempts} failed or was lost."
                f" The next one can start at {due}."
            )
            return Pending(Reason.RETRY_WAIT, message)
        return Pending(Reason.NOT_DUE, f"The task is due at {due}.")
    return _explain_due(
        Candidate(
            *(task.queue_id, task.slots, True, False, 1, task.pk),
            *(task.priority, task.due_at, task.duration_ms),
            *(task.concurrency_key, task.concurrency_limit),
        ),
        snapshot,
    )


def _explain_due(task: Candidate, snapshot: _Snapshot) -> Pending:
    queue = snapshot.queues[task.queue]
    if queue.paused_at:
        return queue_paused(queue.name, queue.pause_note)
    return (
        explain_nodes(task.queue, task.slots, snapshot.nodes)
        or _explain_key(task, snapshot)
        or _explain_start_rate(queue, snapshot)
        or _explain_limit(queue, snapshot)
        or _explain_slots(task, snapshot)
    )


def queue_paused(queue: str, note: str) -> Pending:
    """Return the reason of the tasks of a paused queue."""
    message = f"The queue {queue} is paused{note and f': {note}'}".removesuffix(".")
    return Pending(Reason.QUEUE_PAUSED, f"{message}.")


def explain_nodes(queue: str, slots: int, nodes: Sequence[Node]) -> Pending | None:
    """Return why no node can run a task of a queue with this number of slots; None if one can."""
    serving = [n for n in nodes if n.is_online and queue in n.capacity.queues]
    if not serving:
        message = f"No online node serves the queue {queue}."
        return Pending(Reason.NO_NODE_FOR_QUEUE, message)
    fitting = [node for node in serving if node.capacity.slots >= slots]
    if not fitting:
        largest = max(node.capacity.slots for node in serving)
        message = f"The task needs {slots} slots; the largest node has {largest}."
        return Pending(Reason.TOO_LARGE, message)
    if not any(node.is_active for node in fitting):
        names = ", ".join(node.capacity.name for node in fitting)
        return Pending(
            Reason.NODES_PAUSED,
            f"All nodes that could run the task are paused or drained: {names}.",
        )
    return None


def _explain_key(task: Candidate, snapshot: _Snapshot) -> Pending | None:
    if not snapshot.is_full(task):
        return None
    key, limit = task.concurrency_key, task.concurrency_limit
    message = (
        f"Running tasks with the concurrency key `{key}`: {snapshot.running[key]:,}."
        f" The limit of the task is {limit:,}."
    )
    return Pending(Reason.CONCURRENCY_KEY, message)


def _explain_start_rate(queue: Queue, snapshot: _Snapshot) -> Pending | None:
    rate, next_at = start_rate_of(queue), queue.next_start_at
    if rate is None or next_at is None or next_at <= snapshot.now:
        return None
    message = (
        f"The queue {queue.name} has a start rate: {start_rate_text(rate)}. The next task can start"
        f" at {next_at.isoformat(timespec='milliseconds')}."
    )
    return Pending(Reason.START_RATE, message)


def _explain_limit(queue: Queue, snapshot: _Snapshot) -> Pending | None:
    if queue.running_limit is None or queue.name in snapshot.startable:
        return None
    message = (
        f"The queue {queue.name} has reached its limit of {queue.running_limit} running tasks."
    )
    return Pending(Reason.QUEUE_LIMIT, message)


def _explain_slots(task: Candidate, snapshot: _Snapshot) -> Pending:
    """Return what the task waits for on the nodes that can run it."""
    nodes = [node for node in snapshot.active if task.queue in node.queues]
    for node in nodes:
        reservation = snapshot.reservations.get(node.name)
        if reservation and reservation.candidate.id == task.id:
            return Pending(Reason.WAITING_FOR_SLOT, _next(task, node, reservation))
    fitting = [node for node in nodes if node.free >= task.slots]
    for node in fitting:
        if reservation := snapshot.reservations.get(node.name):
            return Pending(Reason.SLOTS_RESERVED, _reserved(node, reservation))
    for node in fitting:
        if first := snapshot.blocks(node, task):
            return Pending(Reason.SLOTS_RESERVED, _blocked(node, first))
    if fitting:
        return Pending(Reason.WAITING_FOR_SLOT, f"{fitting[0].name} is about to start the task.")
    message = (
        "All slots that the task could use are occupied, and other tasks come first by the policy"
        f" {SchedulingSettings.Policy(snapshot.scheduling.policy).name}."
    )
    return Pending(Reason.WAITING_FOR_SLOT, message)


def _next(
    task: Candidate, node: NodeCapacity, reservation: Reservation[Candidate, datetime]
) -> str:
    return (
        f"The task is next: it needs {task.slots} slots, and {node.name} has {node.free} free."
        f" The node reserves them for the task, which starts by {_at(reservation.starts_at)}."
    )


def _reserved(node: NodeCapacity, reservation: Reservation[Candidate, datetime]) -> str:
    return (
        f"{node.name} reserves its free slots until {_at(reservation.starts_at)} for a task that"
        f" is next and needs {reservation.candidate.slots}."
    )


def _blocked(node: NodeCapacity, first: Candidate) -> str:
    return (
        f"{node.name} has free slots, but backfill is off: a task that is next and needs"
        f" {first.slots} starts before."
    )


def _at(time: datetime) -> str:
    return time.isoformat(timespec="seconds")
