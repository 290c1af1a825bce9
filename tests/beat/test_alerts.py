"""A thread of the Beat that leads evaluates alerts."""

import threading
from datetime import timedelta
from queue import Queue

import pytest
from django.db import connection
from django.utils import timezone

from tasks_app.models import TaskSchedule
from tasks_app.services import alerts
from tasks_app.threads import PeriodicThread
from tests.beat.passes import running

pytestmark = pytest.mark.django_db(transaction=True)


class Evaluations(Queue[threading.Thread]):
    """The thread of each evaluation that has ended. An evaluation does no more than `act`."""

    act = staticmethod(lambda: None)

    def evaluate(self):
        self.act()
        self.put(threading.current_thread())


@pytest.fixture
def evaluations(monkeypatch):
    evaluations = Evaluations()
    monkeypatch.setattr(alerts, "EVALUATE_SECONDS", 0.01)
    monkeypatch.setattr(alerts, "evaluate", evaluations.evaluate)
    return evaluations


def test_schedules_run_while_alerts_are_evaluated(scheduler, make_schedule, evaluations):
    began, goes_on = threading.Event(), threading.Event()

    def take_long():
        began.set()
        goes_on.wait(timeout=10)

    evaluations.act = take_long
    schedule = make_schedule()
    scheduler.tick()
    assert began.wait(timeout=10)

    past = timezone.now() - timedelta(seconds=0.5)
    TaskSchedule.objects.update(scheduled_at=past, next_run_at=past)
    scheduler.tick()

    assert schedule.ticks.get().outcome == "FIRED"
    assert evaluations.empty()
    goes_on.set()


def test_only_the_leader_evaluates_alerts(evaluations):
    with running() as first, running() as second:
        first.tick()
        second.tick()
        threads = {evaluations.get(timeout=10) for _ in range(20)}
        assert threads == {first._alerts}


def test_evaluation_of_alerts_survives_an_outage(scheduler, evaluations, monkeypatch):
    monkeypatch.setattr(PeriodicThread, "RETRY_SECONDS", 0.01)

    def cut_off():
        evaluations.act = lambda: connection.cursor().execute("SELECT 1")
        connection.cursor().execute("SELECT pg_terminate_backend(pg_backend_pid())")

    evaluations.act = cut_off
    scheduler.tick()
    for _ in range(3):
        evaluations.get(timeout=10)


def test_evaluation_of_alerts_ends_with_beat(evaluations):
    with running() as beat:
        beat.tick()
        thread = evaluations.get(timeout=10)
    assert not thread.is_alive()
