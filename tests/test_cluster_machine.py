"""A cluster under operations in any order, compared with a model."""

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

from tasks_app import dispatch, recovery, stats
from tasks_app.models import Task, WorkerNode
from tasks_app.services import nodes, tasks
from tasks_app.services.nodes import heartbeats
from tasks_app.services.tasks import NewTask
from tasks_app.sql.claiming import claims
from tests.support import working
from tests.support.observed.ledger import Ledger
from tests.tiers import examples

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
        nodes.heartbeat(name, host="here", pid=1, slots=SLOTS, queues=["default"])
        self.online[name] = True

    def busy(self, name):
        return sum(slots for holder, _, slots in self.held.values() if holder == name)

    @rule(
        costs=st.lists(
            st.tuples(st.integers(1, 4), st.sampled_from([0, 1, 60_000])), min_size=5, max_size=30
        )
    )
    def create(self, costs):
        tasks.create_tasks(
            [
                NewTask(a=1, b=2, slots=slots, duration_ms=duration_ms, max_attempts=100)
                for slots, duration_ms in costs
            ]
        )

    @rule(name=names)
    def claim(self, name):
        due = Task.objects.filter(status="PENDING", due_at__lte=timezone.now())
        smallest = min(due.values_list("slots", flat=True), default=SLOTS + 1)
        largest = max(due.values_list("slots", flat=True), default=0)
        self.messages += 1
        message = f"message-{self.messages}"
        free = SLOTS - self.busy(name)
        claimed = working.claim(name, message)
        if claimed:
            assert self.takes[name]
            assert self.online[name]
            slots = set(Task.objects.filter(celery_task_id=message).values_list("slots", flat=True))
            assert len(slots) == 1
            assert max(slots) <= free
            self.held[message] = (name, claimed, max(slots))
        elif self.takes[name] and self.online[name]:
            # Free slots stay empty only for a larger task that does not fit.
            assert smallest > free or largest > free

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def complete(self, data):
        message = data.draw(st.sampled_from(sorted(self.held)))
        name, claimed, _ = self.held.pop(message)
        assert len(working.complete(claimed, name)) == len(claimed)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def lose_a_process(self, data):
        message = data.draw(st.sampled_from(sorted(self.held)))
        recovery.requeue_claimed_by(message)
        del self.held[message]

    @rule(name=names)
    def kill(self, name):
        WorkerNode.objects.filter(name=name).update(
            heartbeat_at=timezone.now() - timedelta(seconds=60)
        )
        nodes.mark_silent_nodes_offline()
        self.online[name] = False
        self.held = {m: held for m, held in self.held.items() if held[0] != name}

    @rule(name=names)
    def come_back(self, name):
        self.beat(name)

    @rule(name=names)
    def pause(self, name):
        nodes.pause_node(name)
        self.takes[name] = False

    @rule(name=names)
    def drain(self, name):
        nodes.drain_node(name)
        self.takes[name] = False

    @rule(name=names)
    def resume(self, name):
        nodes.resume_node(name)
        self.takes[name] = True

    @invariant()
    def the_nodes_are_as_busy_as_they_should(self):
        capacities = [node.capacity for node in claims.nodes()]
        assert {c.name: c.busy for c in capacities} == {name: self.busy(name) for name in NODES}
        assert all(capacity.busy <= capacity.slots for capacity in capacities)

    @invariant()
    def every_task_is_counted_where_it_stands(self):
        counts = {status: n for (_, status), n in stats.task_counts().items()}
        assert sum(counts.values()) == Task.objects.count()
        assert counts.get("RUNNING", 0) == sum(len(claimed) for _, claimed, _ in self.held.values())

    @invariant()
    def a_drained_node_runs_nothing(self):
        nodes.finish_drains()
        for node in WorkerNode.objects.filter(scheduling__in=["DRAINING", "DRAINED"]):
            assert (node.scheduling == "DRAINED") == (self.busy(node.name) == 0)


@pytest.mark.django_db
def test_nodes_never_run_more_than_their_slots(monkeypatch):
    monkeypatch.setattr(dispatch, "wake_after_commit", lambda _: None)
    monkeypatch.setattr(dispatch, "refresh_after_commit", lambda _: None)
    monkeypatch.setattr(heartbeats, "SILENCE_SECONDS", 1)
    run_state_machine_as_test(
        Cluster,
        settings=settings(
            max_examples=examples(8),
            stateful_step_count=60,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
