"""A cluster to which anything may happen in any order, beside a model of it."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tasks_app import execution, metrics
from tasks_app.models import Task, WorkerNode, claims
from tasks_app.models.transitions import Outcome
from tasks_app.services import cluster, tasks
from tasks_app.services.tasks import NewTask
from tests.ledger import Ledger

NODES = ["node-1@here", "node-2@here"]
SLOTS = 4

names = st.sampled_from(NODES)


class Cluster(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.takes = dict.fromkeys(NODES, True)
        self.online = dict.fromkeys(NODES, True)
        self.held = {}  # by message: its node and what it claimed
        self.messages = 0
        for name in NODES:
            self.beat(name)

    def teardown(self):
        try:
            Ledger.read().check()
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def beat(self, name):
        cluster.heartbeat(name, host="here", pid=1, slots=SLOTS, queues=["default"])
        self.online[name] = True

    def busy(self, name):
        return sum(
            max(task.slots for task in claimed)
            for holder, claimed in self.held.values()
            if holder == name
        )

    @rule(costs=st.lists(st.integers(1, 4), min_size=5, max_size=30))
    def create(self, costs):
        tasks.create_tasks([NewTask(a=1, b=2, slots=slots, max_attempts=100) for slots in costs])

    @rule(name=names, size=st.sampled_from([1, 1, 1, 4]), random=st.randoms(use_true_random=False))
    def claim(self, name, size, random):
        pending = list(Task.objects.filter(status="PENDING", retry_at=None))
        some = random.sample(pending, min(size, len(pending)))
        self.messages += 1
        message = f"message-{self.messages}"
        free = SLOTS - self.busy(name)
        kept = WorkerNode.objects.get(name=name).reserved_for
        claimed = execution.claim([t.pk for t in some], node=name, celery_task_id=message).tasks
        if claimed:
            assert self.takes[name]
            assert self.online[name]
            assert max(task.slots for task in claimed) <= free
            self.held[message] = (name, claimed)
        elif self.takes[name] and self.online[name] and kept is None:
            assert all(task.slots > free for task in some)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def complete(self, data):
        message = data.draw(st.sampled_from(sorted(self.held)))
        name, claimed = self.held.pop(message)
        outcomes = [Outcome(task.id, task.run, task.attempt, 3) for task in claimed]
        assert len(execution.complete(outcomes, node=name)) == len(claimed)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def lose_a_process(self, data):
        message = data.draw(st.sampled_from(sorted(self.held)))
        execution.give_back(message)
        del self.held[message]

    @rule(name=names)
    def kill(self, name):
        WorkerNode.objects.filter(name=name).update(
            heartbeat_at=timezone.now() - timedelta(seconds=60)
        )
        cluster.mark_silent_nodes_offline()
        self.online[name] = False
        self.held = {m: (holder, c) for m, (holder, c) in self.held.items() if holder != name}

    @rule(name=names)
    def come_back(self, name):
        self.beat(name)

    @rule(name=names)
    def pause(self, name):
        cluster.pause_node(name)
        self.takes[name] = False

    @rule(name=names)
    def drain(self, name):
        cluster.drain_node(name)
        self.takes[name] = False

    @rule(name=names)
    def resume(self, name):
        cluster.resume_node(name)
        self.takes[name] = True

    @invariant()
    def the_nodes_are_as_busy_as_they_should(self):
        rooms = {room.name: room for room in claims.rooms()}
        assert {name: rooms[name].busy for name in NODES} == {n: self.busy(n) for n in NODES}
        assert all(room.busy <= room.capacity for room in rooms.values())

    @invariant()
    def every_task_is_counted_where_it_stands(self):
        counts = {status: n for (_, status), n in metrics.task_counts().items()}
        assert sum(counts.values()) == Task.objects.count()
        assert counts.get("RUNNING", 0) == sum(len(claimed) for _, claimed in self.held.values())

    @invariant()
    def a_drained_node_runs_nothing(self):
        cluster.finish_drains()
        for node in WorkerNode.objects.filter(scheduling__in=["DRAINING", "DRAINED"]):
            assert (node.scheduling == "DRAINED") == (self.busy(node.name) == 0)


@pytest.mark.django_db
def test_nothing_that_happens_to_a_cluster_takes_more_slots_than_it_has(monkeypatch):
    monkeypatch.setattr(execution.dispatch, "after_commit", lambda *_, **__: None)
    monkeypatch.setattr(cluster, "SILENCE_SECONDS", 1)
    run_state_machine_as_test(
        Cluster,
        settings=settings(
            max_examples=8,
            stateful_step_count=60,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
