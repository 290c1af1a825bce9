"""What the log says about slots, limits and concurrency keys, added up event by event.

In the order of ids: a claim takes the id of its event when it has counted, so what it saw end has
a lower one. It has its transaction id from when it began to wait for its turn.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from tasks_app.models import (
    ClusterEvent,
    Queue,
    Task,
    WorkerNode,
)

STARTED = "TASK_STARTED"
LEFT = {
    *("TASK_SUCCEEDED", "TASK_FAILED", "TASK_CANCELLED"),
    *("TASK_REQUEUED", "TASK_ATTEMPT_FAILED"),
}


@dataclass
class Ledger:
    """A claim is one event. It holds the slots of its largest task until none of its tasks runs."""

    slots: dict[Any, int]
    capacity: dict[Any, int]
    limits: dict[str, int | None]
    keys: dict[Any, tuple[str, int]]
    claims: dict[Any, Any] = field(default_factory=dict)
    claim_of: dict[Any, Any] = field(default_factory=dict)
    running: dict[Any, Any] = field(default_factory=lambda: defaultdict(int))
    most_running: dict[Any, Any] = field(default_factory=lambda: defaultdict(int))
    of_key: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    most_of_key: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    most_busy: dict[Any, Any] = field(default_factory=lambda: defaultdict(int))
    broken: list[str] = field(default_factory=list)

    @classmethod
    def read(cls):
        ledger = cls(
            slots=dict(Task.objects.values_list("pk", "slots")),
            capacity={node.pk: node.slots for node in WorkerNode.objects.all()},
            limits=dict(Queue.objects.values_list("name", "running_limit")),
            keys={
                pk: (key, limit)
                for pk, key, limit in Task.objects.filter(is_keyed=True).values_list(
                    "pk", "concurrency_key", "concurrency_limit"
                )
            },
        )
        for event in ClusterEvent.objects.order_by("id"):
            ledger.add(event)
        return ledger

    def add(self, event):
        if event.kind == STARTED:
            self.claims[event.id] = (event.node_id, set(event.task_ids))
            self.claim_of |= dict.fromkeys(event.task_ids, event.id)
            self.running[event.queue] += len(event.task_ids)
            for id in self._with_keys(event):
                self.of_key[self.keys[id][0]] += 1
            self._look(event)
        elif event.kind in LEFT and event.previous_status == "RUNNING":
            self.running[event.queue] -= len(event.task_ids)
            for id in self._with_keys(event):
                self.of_key[self.keys[id][0]] -= 1
            for id in event.task_ids:
                self.claims[self.claim_of.pop(id)][1].discard(id)
        elif event.kind == "NODE_RESIZED":
            self.capacity[event.node_id] = max(
                self.capacity[event.node_id], int(event.message.split()[0])
            )

    def _with_keys(self, event):
        return [id for id in event.task_ids if id in self.keys]

    def _look(self, event):
        for key, most in {self.keys[id] for id in self._with_keys(event)}:
            self.most_of_key[key] = max(self.most_of_key[key], self.of_key[key])
            if self.of_key[key] > most:
                self.broken.append(f"{self.of_key[key]} with key {key} running at {event}")
        busy = sum(
            max(self.slots[id] for id in ids)
            for node, ids in self.claims.values()
            if ids and node == event.node_id
        )
        self.most_busy[event.node_id] = max(self.most_busy[event.node_id], busy)
        if busy > self.capacity[event.node_id]:
            self.broken.append(f"{busy} slots in use at {event}")
        running = self.running[event.queue]
        self.most_running[event.queue] = max(self.most_running[event.queue], running)
        if (limit := self.limits[event.queue]) and running > limit:
            self.broken.append(f"{running} of {event.queue} running at {event}")

    def check(self):
        assert self.broken == []
