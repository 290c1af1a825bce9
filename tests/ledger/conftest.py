"""A cluster in which a bit of everything has happened, and what the ledger says about it."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from tasks_app import ledger, ticking
from tasks_app.models import TaskSchedule, WorkerNode
from tasks_app.services import queues, tasks
from tasks_app.services.tasks.restoring import restore_tasks
from tests.support.observed.statistics import roll_up_all
from tests.support.working import claim_only, run_all

HOUR = timedelta(hours=1)


def execute(sql, **params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def found(**options):
    """The violations, as the names of the invariants with the keys of the examples."""
    checked = ledger.check(**options)
    violated = [check for check in checked.checks if not check.holds]
    return {check.invariant.name: {each.key for each in check.examples} for check in violated}


def check_of(name, **options):
    checks = ledger.check(**options).checks
    return next(check for check in checks if check.invariant.name == name)


@pytest.fixture
def busy(make_task, make_schedule, node):
    """A cluster in which a bit of everything has happened, or is about to."""
    WorkerNode.objects.update(online_since=timezone.now() - HOUR)
    queues.create_queue("limited", running_limit=1)
    done, other = make_task(a=2), make_task(a=3)
    retried = make_task(fail_attempts=2, retry_backoff_ms=0)
    run_all()
    cancelled = make_task()
    restore_tasks(tasks.cancel_tasks(Q(pk=cancelled.pk)).events)
    tasks.cancel_task(cancelled.pk)
    tasks.retry_task(cancelled.pk)
    run_all()
    schedule = make_schedule()
    first = timezone.now() - timedelta(seconds=1)
    TaskSchedule.objects.update(scheduled_at=first, next_run_at=first)
    ticking.tick(schedule.pk)
    run_all()
    roll_up_all()
    running, another = make_task(duration_ms=60_000), make_task(duration_ms=60_000)
    claim_only(running, message="message-2")
    claim_only(another, message="message-3")
    pending = make_task()
    return SimpleNamespace(
        done=done,
        other=other,
        retried=retried,
        schedule=schedule,
        running=running,
        another=another,
        pending=pending,
        node=node,
    )
