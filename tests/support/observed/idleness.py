"""When slots stood free although a task that fits them was pending, from the log alone."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tasks_app.models import (
    ClusterEvent,
    Queue,
    Task,
    WorkerNode,
)

# A node that joins, resumes or changes its size has this long to be at work.
SETTLE = timedelta(seconds=4)
LONG_AGO = datetime.min.replace(tzinfo=UTC)
STARTED = "TASK_STARTED"
CLOSED = {"NODE_OFFLINE", "NODE_PAUSED", "NODE_DRAINING"}
OPENED = {"NODE_ONLINE", "NODE_RESUMED", "NODE_RESIZED"}


@dataclass
class Idleness:
    """The state of the cluster, event by event, and the times in which a node was idle."""

    tasks: dict[Any, Any]
    slots: dict[Any, int]
    limits: dict[str, int | None]
    pending: set[Any] = field(default_factory=set)
    claims: dict[Any, Any] = field(default_factory=dict)
    claim_of: dict[Any, Any] = field(default_factory=dict)
    running: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    paused: set[str] = field(default_factory=set)
    closed: set[Any] = field(default_factory=set)
    settles_at: dict[Any, datetime] = field(default_factory=dict)
    idle_since: dict[Any, datetime] = field(default_factory=dict)
    # The end of each time, by node and start.
    until: dict[tuple[Any, datetime], datetime] = field(default_factory=dict)
    last_event_at: datetime = LONG_AGO

    @classmethod
    def read(cls):
        idleness = cls(
            tasks=Task.objects.in_bulk(),
            slots={node.pk: node.slots for node in WorkerNode.objects.all()},
            limits=dict(Queue.objects.values_list("name", "running_limit")),
        )
        for event in ClusterEvent.objects.order_by("id"):
            idleness.look(event.at)
            idleness.add(event)
            idleness.last_event_at = event.at
        return idleness

    def add(self, event):
        if event.kind in CLOSED:
            self.closed.add(event.node_id)
        elif event.kind in OPENED:
            self.idle_since.pop(event.node_id, None)
            self.settles_at[event.node_id] = event.at + SETTLE
            if event.kind == "NODE_RESIZED" and event.message.isdigit():
                self.slots[event.node_id] = int(event.message)
            if event.kind != "NODE_RESIZED":
                self.closed.discard(event.node_id)
        elif event.kind == "QUEUE_PAUSED":
            self.paused.add(event.queue)
        elif event.kind == "QUEUE_RESUMED":
            self.paused.discard(event.queue)
        elif event.kind == STARTED:
            self.pending -= set(event.task_ids)
            self.claims[event.id] = (event.node_id, set(event.task_ids))
            self.claim_of |= dict.fromkeys(event.task_ids, event.id)
            self.running[event.queue] += len(event.task_ids)
        elif event.status == "PENDING":
            self.pending |= set(event.task_ids)
        if event.previous_status == "RUNNING" and event.status != "RUNNING":
            self.running[event.queue] -= len(event.task_ids)
            for id in event.task_ids:
                self.claims[self.claim_of.pop(id)][1].discard(id)

    def look(self, now):
        """Note which nodes have been idle since the last event."""
        line = sorted(
            (task for id in self.pending if self._is_open(task := self.tasks[id])),
            key=lambda task: (-task.priority, task.due_at, task.pk),
        )
        for node in self.slots:
            if not self._is_idle(node, line):
                self.idle_since.pop(node, None)
            elif now > (settled_at := self.settles_at.get(node, self.last_event_at)):
                start = max(self.last_event_at, settled_at)
                self.until[node, self.idle_since.setdefault(node, start)] = now

    def _is_open(self, task):
        limit = self.limits[task.queue_id]
        return (
            task.due_at <= self.last_event_at
            and task.queue_id not in self.paused
            and (limit is None or self.running[task.queue_id] < limit)
        )

    def _is_idle(self, node, line):
        if node in self.closed:
            return False
        busy = sum(
            max(self.tasks[id].slots for id in ids)
            for holder, ids in self.claims.values()
            if ids and holder == node
        )
        for task in line:
            if task.slots <= self.slots[node] - busy:
                return True
            if task.slots <= self.slots[node]:
                return False  # The free slots may be reserved for this one.
        return False
