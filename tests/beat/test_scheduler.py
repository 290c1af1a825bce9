"""The scheduler of Beat in this process, with the real broker and its own connections."""

import json
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from queue import Queue

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone
from django_celery_beat.models import (
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    PeriodicTasks,
)
from redis import Redis

from project.celery import app
from tasks_app.beat import Scheduler, leadership
from tasks_app.beat import scheduler as scheduler_module
from tasks_app.beat.periodic_tasks import PeriodicEntry
from tasks_app.beat.scheduler import FOLLOW_SECONDS
from tasks_app.models import TaskSchedule
from tasks_app.services import alerts, leader
from tasks_app.threads import PeriodicThread
from tests import engines
from tests.support.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)

QUEUE = "theirs"


@contextmanager
def running():
    scheduler = Scheduler(app=app)
    try:
        yield scheduler
    finally:
        scheduler.close()


@pytest.fixture
def scheduler():
    with running() as scheduler:
        yield scheduler


@pytest.fixture(autouse=True)
def broker():
    with Redis.from_url(app.conf.broker_url) as broker:
        broker.flushall()
        yield broker
        broker.flushall()


@pytest.fixture
def make_theirs():
    def make(name="theirs", *, every=60, period="seconds", **fields):
        interval = IntervalSchedule.objects.create(every=every, period=period)
        long_ago = timezone.now() - timedelta(days=1)
        fields = {"task": "theirs", "queue": QUEUE, "last_run_at": long_ago} | fields
        return PeriodicTask.objects.create(name=name, interval=interval, **fields)

    return make


def look(scheduler, times=1):
    """So many passes, each with a look at the periodic tasks of others and all that is due."""
    for _ in range(times):
        scheduler._others_at = 0.0
        for _ in range(100):
            if scheduler.tick() != 0:
                break
            scheduler._others_at = 0.0
        else:
            pytest.fail("there is no end of what is due")


def sent(broker):
    messages = [json.loads(message) for message in broker.lrange(QUEUE, 0, -1)[::-1]]
    return [message["headers"]["task"] for message in messages]


def sent_by(broker):
    messages = [json.loads(message) for message in broker.lrange(QUEUE, 0, -1)[::-1]]
    return [message["headers"]["periodic_task_name"] for message in messages]


# --- The periodic tasks of others


def test_other_periodic_task_is_sent_once_each_time_it_is_due(scheduler, make_theirs, broker):
    make_theirs()

    look(scheduler, times=3)

    assert sent(broker) == ["theirs"]
    row = PeriodicTask.objects.get()
    assert (row.total_run_count, row.enabled) == (1, True)
    assert timezone.now() - row.last_run_at < timedelta(seconds=10)


def test_change_in_the_admin_takes_effect(scheduler, make_theirs, broker):
    theirs = make_theirs(enabled=False)
    look(scheduler)
    assert sent(broker) == []

    theirs.enabled = True
    theirs.last_run_at = timezone.now() - timedelta(days=1)
    theirs.save()
    look(scheduler)

    assert sent(broker) == ["theirs"]


def test_crontab_and_one_off_tasks_are_sent(scheduler, broker):
    every_minute = CrontabSchedule.objects.create()
    long_ago = timezone.now() - timedelta(days=1)
    common = {"crontab": every_minute, "queue": QUEUE, "last_run_at": long_ago}
    PeriodicTask.objects.create(name="cron", task="cron", **common)
    PeriodicTask.objects.create(name="once", task="once", one_off=True, **common)

    look(scheduler)
    PeriodicTask.objects.update(last_run_at=long_ago)
    PeriodicTasks.update_changed()
    look(scheduler)

    assert sorted(sent(broker)) == ["cron", "cron", "once"]
    assert PeriodicTask.objects.get(name="once").enabled is False


def test_saving_an_entry_keeps_concurrent_changes(scheduler, make_theirs, broker):
    make_theirs()
    entry = PeriodicEntry(PeriodicTask.objects.get(), app=app)
    PeriodicTask.objects.update(description="changed meanwhile", enabled=False)

    next(entry).save()
    entry._disable(entry.model)

    row = PeriodicTask.objects.get()
    assert (row.description, row.enabled, row.total_run_count) == ("changed meanwhile", False, 1)


def test_periodic_task_of_a_schedule_is_not_sent(
    scheduler, make_schedule, make_theirs, broker, woken
):
    make_schedule()
    make_theirs()
    PeriodicTask.objects.update(
        queue=QUEUE, start_time=None, last_run_at=timezone.now() - timedelta(days=1)
    )

    look(scheduler)

    assert sent(broker) == ["theirs"]
    past = timezone.now() - timedelta(seconds=0.5)
    TaskSchedule.objects.update(scheduled_at=past, next_run_at=past)
    look(scheduler)
    assert woken == ["default"]
    assert broker.keys("*default*") == []


BAD = [
    (0, "seconds"),
    (-5, "seconds"),
    (1, "microseconds"),
    (60, "fortnights"),
    (2147483647, "days"),
    (999_999_999, "days"),
]


def by_raw_sql(sql, *params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def test_invalid_row_is_skipped_and_logged_once(scheduler, make_theirs, broker, caplog):
    for every, period in BAD:
        theirs = make_theirs(f"bad-{every}-{period}")
        by_raw_sql(
            "UPDATE django_celery_beat_intervalschedule SET every = %s, period = %s WHERE id = %s",
            *(every, period, theirs.interval_id),
        )
    for name, column, value in [
        ("bad-hour", "hour", "25"),
        ("bad-zone", "timezone", "Mars/Olympus"),
    ]:
        crontab = CrontabSchedule.objects.create()
        make_theirs(name)
        PeriodicTask.objects.filter(name=name).update(interval=None, crontab=crontab)
        by_raw_sql(
            f"UPDATE django_celery_beat_crontabschedule SET {column} = %s WHERE id = %s",
            *(value, crontab.pk),
        )
    make_theirs("bad-headers")
    PeriodicTask.objects.filter(name="bad-headers").update(headers="[1]")
    make_theirs("bad-nothing")
    PeriodicTask.objects.filter(name="bad-nothing").update(interval=None)
    make_theirs("good")

    for _ in range(3):
        PeriodicTasks.update_changed()
        look(scheduler)

    assert sent_by(broker) == ["good"]
    for name in PeriodicTask.objects.exclude(name="good").values_list("name", flat=True):
        assert caplog.text.count(f"({name}): ") == 1, name
    assert "Traceback" not in caplog.text


def test_unsendable_task_does_not_block_the_others(scheduler, make_theirs, broker, caplog):
    make_theirs("bad", priority=3)
    make_theirs("good")
    real = scheduler.apply_async

    def refuse(entry, **options):
        if entry.name == "bad":
            raise ValueError("cannot be sent")
        return real(entry, **options)

    scheduler.apply_async = refuse

    look(scheduler, times=3)

    assert sent_by(broker) == ["good"]
    assert caplog.text.count("(bad): ") == 1


@pytest.mark.skipif("engines.valkey is None", reason="external broker")
@pytest.mark.parametrize("how", ["stop", "pause"])
def test_schedules_run_and_other_tasks_stay_due_while_the_broker_is_unavailable(
    scheduler, make_theirs, make_schedule, monkeypatch, how
):
    monkeypatch.setattr(scheduler_module, "BROKER_PAUSE_SECONDS", 0.1)
    theirs, schedule = make_theirs(), make_schedule()
    past = timezone.now() - timedelta(seconds=0.5)
    TaskSchedule.objects.update(scheduled_at=past, next_run_at=past)

    getattr(engines.valkey, how)()
    try:
        began = time.monotonic()
        look(scheduler, times=2)
        assert time.monotonic() - began < 4
        assert schedule.ticks.get().outcome == "FIRED"
        theirs.refresh_from_db()
        assert theirs.total_run_count == 0
    finally:
        engines.valkey.start() if how == "stop" else engines.valkey.resume()

    def is_sent():
        look(scheduler)
        with Redis.from_url(app.conf.broker_url) as broker:
            return sent_by(broker) == ["theirs"]

    eventually(is_sent)
    theirs.refresh_from_db()
    assert theirs.total_run_count == 1


def test_sent_task_that_could_not_be_saved_is_not_sent_again(
    scheduler, make_theirs, broker, monkeypatch
):
    def away(entry):
        raise DatabaseError("gone")

    make_theirs()
    with monkeypatch.context() as outage:
        outage.setattr(PeriodicEntry, "save", away)
        look(scheduler, times=3)
    assert sent(broker) == ["theirs"]

    look(scheduler, times=3)

    assert sent(broker) == ["theirs"]
    assert PeriodicTask.objects.get().total_run_count == 1


def test_beat_survives_outages(scheduler, monkeypatch):
    def away():
        raise DatabaseError("gone")

    for step in ("_lead", "_tick_others"):
        with monkeypatch.context() as outage:
            outage.setattr(scheduler, step, away)
            assert scheduler.tick() > 0
    with monkeypatch.context() as outage:
        outage.setattr(scheduler_module, "_tick_schedules", away)
        assert scheduler.tick() > 0


# --- Who leads


def takes_over(scheduler):
    look(scheduler)
    return scheduler._leadership.is_leader


def test_another_process_takes_over_from_a_leader_that_ends():
    with running() as second:
        with running() as first:
            look(first)
            look(second)
            assert (first._leadership.is_leader, second._leadership.is_leader) == (True, False)

        eventually(lambda: takes_over(second), seconds=5)


def test_new_leader_does_not_repeat_sent_tasks(make_theirs, broker):
    make_theirs()
    with running() as second:
        with running() as first:
            look(first)
        eventually(lambda: takes_over(second), seconds=5)

    assert sent(broker) == ["theirs"]


def test_returning_leader_reads_the_schedule_again(scheduler, make_theirs, broker):
    make_theirs()
    look(scheduler)
    scheduler._leadership.release()
    PeriodicTask.objects.update(last_run_at=timezone.now() - timedelta(days=1))

    eventually(lambda: takes_over(scheduler), seconds=5)

    assert sent(broker) == ["theirs", "theirs"]


def test_frozen_leader_loses_the_leadership(monkeypatch):
    monkeypatch.setattr(leadership, "SILENCE_SECONDS", 1)
    with running() as first, running() as second:
        look(first)

        eventually(lambda: takes_over(second), seconds=5)
        look(first, times=2)
        assert (first._leadership.is_leader, second._leadership.is_leader) == (False, True)


def test_lost_connection_ends_the_leadership(scheduler):
    look(scheduler)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks"
            " WHERE locktype = 'advisory' AND objid = %s",
            [leader.LEADER_LOCK],
        )

    assert scheduler.tick() == FOLLOW_SECONDS
    assert not scheduler._leadership.is_leader
    look(scheduler)
    assert scheduler._leadership.is_leader


# --- Alerts


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
