"""A scene for one task or schedule: the real services and SQL, step by step in this process."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tasks_app import backfilling, execution, ticking
from tasks_app.models import Task, TaskSchedule, WorkerNode
from tasks_app.recurrence import decide
from tasks_app.services import backfills, schedules, tasks
from tasks_app.services.backfills import NewBackfill
from tasks_app.services.schedules.parameters import NewSchedule
from tasks_app.sql import backfills as backfill_sql
from tasks_app.sql import schedules as sql
from tests.chaos import protections
from tests.chaos.checks import evidence
from tests.chaos.checks.checker import check
from tests.chaos.checks.journal import Acknowledged, ClientJournal, ExecutionJournal
from tests.chaos.cluster import observed
from tests.support.cluster import database_url
from tests.support.working import claim_only


@dataclass
class Scene:
    """What clients, a worker and Beats do, in the order in which a scenario has them do it."""

    acknowledged: Path
    executions: Path
    clients: ClientJournal
    node: WorkerNode
    wake_ups: int = 0
    created: int = 0

    def create(self, key="", **parameters):
        """Create a task and note the answer. With a key, the request is always the same."""
        self.created += 1
        a = 1 if key else 100 + self.created
        task = tasks.create_task(tasks.NewTask(a=a, b=2, idempotency_key=key, **parameters))
        self.clients.note(Acknowledged(str(task.pk), a, 2, key))
        return task

    def begin(self, task):
        """Claim a task and run it; return what was claimed."""
        self.wake_ups += 1
        claimed = claim_only(task, node=self.node.name, message=f"message-{self.wake_ups}")
        for transition in claimed:
            execution._work(transition)
        return claimed

    def end(self, claimed):
        """Store the results of what was claimed."""
        outcomes = [execution.outcome_of(task) for task in claimed]
        if outcomes:
            execution.complete(outcomes, node=self.node.name)

    def run(self, task):
        self.end(self.begin(task))

    def schedule(self, *, overdue):
        """With a first tick that should have been so long ago, and others each hour since."""
        new = NewSchedule(a=1, b=1, scheduled_at=timezone.now(), interval=3600)
        made = schedules.create_schedule(new)
        first = timezone.now() - overdue
        TaskSchedule.objects.filter(pk=made.pk).update(scheduled_at=first, next_run_at=first)
        return made

    def tick(self, *, beats=1):
        """Several Beats that all read before the first of them writes."""
        with transaction.atomic():
            decided = [(due, decide(due)) for due in sql.lock_due(10)]
        for _ in range(beats):
            with transaction.atomic():
                ticking._apply(decided)

    def backfill(self, *, hours):
        """A backfill of a number of hours, one after the other."""
        schedule, until = self.schedule(overdue=timedelta(seconds=-60)), timezone.now()
        since = until - timedelta(hours=hours)
        new = NewBackfill(schedule_id=schedule.pk, since=since, until=until, max_concurrency=1)
        return backfills.create_backfill(new).backfill

    def advance(self, *, beats=1):
        """Several Beats that all read before the first of them writes; then the tasks run."""
        with transaction.atomic():
            ids = backfill_sql.lock_ready(10)
            backfill_sql.settle(ids)
            runs = backfill_sql.next_runs(ids)
        for _ in range(beats):
            with transaction.atomic():
                backfilling._start(runs)
        for task in Task.objects.filter(backfill_of__isnull=False, status="PENDING"):
            self.run(task)
        backfilling.advance(10)

    def gather(self, **ends):
        return evidence.gather(
            database_url(), acknowledged=self.acknowledged, executions=self.executions, **ends
        )

    def broken(self, **ends):
        """The promises that the checker says were broken."""
        return {violation.promise for violation in check(self.gather(**ends))}


@pytest.fixture
def scene(transactional_db, tmp_path, node, woken):
    acknowledged, executions = tmp_path / "acknowledged", tmp_path / "executions"
    clients, journal = ClientJournal(acknowledged), ExecutionJournal(executions)
    observed.observe(journal)
    yield Scene(acknowledged, executions, clients, node)
    protections.restore()
    observed.stop()
    clients.close()
    journal.close()


@pytest.fixture
def without_constraint(scene):
    """A function that drops the constraint behind a protection until the end of the test."""
    dropped = []

    def drop(name):
        if name in protections.CONSTRAINTS:
            drop_it, add_it = protections.CONSTRAINTS[name]
            dropped.append(add_it)
            execute(drop_it)

    yield drop
    if dropped:
        # What it would have refused has to go before it can come back.
        execute("TRUNCATE tasks_app_task, tasks_app_taskresult, tasks_app_scheduletick CASCADE")
    for add_it in dropped:
        execute(add_it)


def execute(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


HOUR = timedelta(hours=1)
