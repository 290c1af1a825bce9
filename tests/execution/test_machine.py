"""Tasks under operations in any order, compared with a model in plain Python."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tasks_app import dispatch, execution, recovery
from tasks_app.models import ClusterEvent, Task, TaskResult
from tasks_app.services import nodes, queues, tasks
from tasks_app.services.tasks import NewTask
from tests.support import working
from tests.tiers import examples

NODE = "node-1@here"
ATTEMPTS = 3
FEW = 3
numbers = st.integers(-(2**63), 2**63 - 1)
parameters = st.tuples(numbers, numbers, st.sampled_from([0, 0, 1, ATTEMPTS]))


@dataclass
class Model:
    """A task as it should be."""

    total: int
    fail_attempts: int
    status: str = "PENDING"
    version: int = 1
    run: int = 1
    attempt: int = 0
    is_to_stop: bool = False
    message: str = ""
    results: dict[tuple[int, int], int] = field(default_factory=dict)

    def move(self, status):
        self.status, self.version = status, self.version + 1

    def lose(self):
        goes_on = self.attempt < ATTEMPTS
        self.move("CANCELLED" if self.is_to_stop else "PENDING" if goes_on else "FAILED")

    def complete(self):
        if self.is_to_stop:
            self.move("CANCELLED")
        elif self.attempt <= self.fail_attempts:
            self.lose()
        else:
            self.results[self.run, self.attempt] = self.total
            self.move("SUCCESS")


class Life(RuleBasedStateMachine):
    ids = Bundle("ids")
    # What some process once began: a message, and the attempts it claimed.
    begun = Bundle("begun")

    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.models = {}
        self.is_paused = False
        self.messages = 0
        nodes.heartbeat(NODE, host="here", pid=1, slots=100, queues=["default"])

    def teardown(self):
        try:
            self.check_the_log()
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    # A few, so that much happens to each.
    @precondition(lambda self: len(self.models) < FEW)
    @rule(target=ids, wanted=st.lists(parameters, min_size=1, max_size=FEW))
    def create(self, wanted):
        news = [NewTask(a=a, b=b, fail_attempts=n, max_attempts=ATTEMPTS) for a, b, n in wanted]
        made = tasks.create_tasks(news).ids
        self.models |= {
            id: Model(new.a + new.b, new.fail_attempts) for id, new in zip(made, news, strict=True)
        }
        return multiple(*made)

    @rule(target=begun)
    def claim(self):
        """A wake-up: whatever can be claimed at once."""
        Task.objects.filter(status="PENDING").update(due_at=timezone.now())
        self.messages += 1
        message = f"message-{self.messages}"
        claimed = working.claim(NODE, message)
        pending = [id for id, model in self.models.items() if model.status == "PENDING"]
        fresh = [id for id in pending if self.models[id].attempt == 0]
        lost = [id for id in pending if self.models[id].attempt > 0]
        found = sorted(task.id for task in claimed)
        if self.is_paused or not pending:
            assert found == []
        elif len(found) == 1 and found[0] in lost:
            pass  # After an attempt that failed or was lost it runs alone.
        else:
            assert found == sorted(fresh)
        for id in found:
            model = self.models[id]
            model.attempt, model.message = model.attempt + 1, message
            model.move("RUNNING")
        outcomes = [execution.outcome_of(task) for task in claimed]
        return (message, outcomes) if outcomes else multiple()

    @rule(work=begun)
    def complete(self, work):
        """In time, late, or once more: the attempt may have been taken over long ago."""
        _, outcomes = work
        execution.complete(outcomes, node=NODE)
        for id, run, attempt, _ in outcomes:
            model = self.models[id]
            if (model.status, model.run, model.attempt) == ("RUNNING", run, attempt):
                model.complete()

    @rule(work=begun)
    def crash(self, work):
        message, _ = work
        recovery.requeue_claimed_by(message)
        for model in self.models.values():
            if (model.status, model.message) == ("RUNNING", message):
                model.lose()

    @rule(id=ids)
    def freeze(self, id):
        """Until the lease has run out."""
        Task.objects.filter(pk=id, status="RUNNING").update(
            lease_expires_at=timezone.now() - timedelta(seconds=1)
        )
        recovery.requeue_expired(100)
        if self.models[id].status == "RUNNING":
            self.models[id].lose()

    @rule(id=ids)
    def cancel(self, id):
        model = self.models[id]
        if model.status in ("SUCCESS", "FAILED"):
            with pytest.raises(ValidationError, match="finished"):
                tasks.cancel_task(id)
            return
        tasks.cancel_task(id)
        if model.status == "PENDING" or (model.status == "RUNNING" and not model.is_to_stop):
            model.move("CANCELLED" if model.status == "PENDING" else "RUNNING")
            model.is_to_stop = True

    @rule(id=ids)
    def retry(self, id):
        model = self.models[id]
        if model.status not in ("FAILED", "CANCELLED"):
            with pytest.raises(ValidationError, match="failed and cancelled"):
                tasks.retry_task(id)
            return
        tasks.retry_task(id)
        model.run, model.attempt, model.is_to_stop = model.run + 1, 0, False
        model.move("PENDING")

    @rule(pause=st.sampled_from([True, False, False]))
    def pause_or_resume(self, pause):
        (queues.pause_queue if pause else queues.resume_queue)("default")
        self.is_paused = pause

    @invariant()
    def every_task_is_as_it_should_be(self):
        rows = Task.objects.values_list("pk", "status", "version", "run", "attempt")
        assert {id: rest for id, *rest in rows} == {
            id: [model.status, model.version, model.run, model.attempt]
            for id, model in self.models.items()
        }

    @invariant()
    def each_run_has_one_result_at_most_and_it_is_the_sum(self):
        rows = TaskResult.objects.values_list("task_id", "run", "attempt", "result")
        assert sorted(rows) == sorted(
            (id, run, attempt, total)
            for id, model in self.models.items()
            for (run, attempt), total in model.results.items()
        )
        runs = [(id, run) for id, run, _, _ in rows]
        assert len(runs) == len(set(runs))

    def check_the_log(self):
        """Each change is one line, in order, and the lines lead to where the tasks stand."""
        logged = dict.fromkeys(self.models, ("", 0))
        for line in ClusterEvent.objects.exclude(task_ids=[]).order_by("id"):
            for id, version in zip(line.task_ids, line.versions, strict=True):
                assert logged[id] == (line.previous_status, version - 1)
                logged[id] = (line.status, version)
        assert logged == {id: (model.status, model.version) for id, model in self.models.items()}


@pytest.mark.django_db
def test_tasks_match_the_model_after_any_operations(monkeypatch):
    monkeypatch.setattr(dispatch, "wake_after_commit", lambda _: None)
    monkeypatch.setattr(dispatch, "refresh_after_commit", lambda _: None)
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=examples(100),
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
