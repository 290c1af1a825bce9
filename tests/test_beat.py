"""The scheduler of Beat in this process, with the real broker and its own connections."""

import json
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from django_celery_beat.models import (
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    PeriodicTasks,
)
from redis import Redis

from project.celery import app
from tasks_app import beat
from tasks_app.models import TaskSchedule
from tasks_app.services import nodes
from tests import engines
from tests.support.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)

QUEUE = "theirs"


@contextmanager
def running():
    scheduler = beat.Scheduler(app=app)
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


def test_a_periodic_task_of_others_is_sent_once_each_time_it_is_due(scheduler, make_theirs, broker):
    make_theirs()

    look(scheduler, times=3)

    assert sent(broker) == ["theirs"]
    row = PeriodicTask.objects.get()
    assert (row.total_run_count, row.enabled) == (1, True)
    assert timezone.now() - row.last_run_at < timedelta(seconds=10)


def test_a_change_in_the_admin_is_seen_at_the_next_look(scheduler, make_theirs, broker):
    theirs = make_theirs(enabled=False)
    look(scheduler)
    assert sent(broker) == []

    theirs.enabled = True
    theirs.last_run_at = timezone.now() - timedelta(days=1)
    theirs.save()
    look(scheduler)

    assert sent(broker) == ["theirs"]


def test_a_crontab_and_a_one_off_work(scheduler, broker):
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


def test_what_is_written_leaves_the_changes_of_others_alone(scheduler, make_theirs, broker):
    make_theirs()
    entry = beat.PeriodicEntry(PeriodicTask.objects.get(), app=app)
    PeriodicTask.objects.update(description="changed meanwhile", enabled=False)

    next(entry).save()
    entry._disable(entry.model)

    row = PeriodicTask.objects.get()
    assert (row.description, row.enabled, row.total_run_count) == ("changed meanwhile", False, 1)


def test_a_schedule_of_ours_is_not_sent(scheduler, make_schedule, make_theirs, broker, woken):
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


def test_a_row_that_makes_no_sense_is_left_out_and_reported_once(
    scheduler, make_theirs, broker, caplog
):
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
        assert caplog.text.count(f"({name}) does not work") == 1, name
    assert "Traceback" not in caplog.text


def test_one_that_can_never_be_sent_does_not_hold_up_the_others(
    scheduler, make_theirs, broker, caplog
):
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
    assert caplog.text.count("(bad) does not work") == 1


@pytest.mark.skipif("engines.valkey is None", reason="somebody else's broker")
@pytest.mark.parametrize("how", ["stop", "pause"])
def test_while_the_broker_is_away_ours_tick_and_theirs_stay_due(
    scheduler, make_theirs, make_schedule, monkeypatch, how
):
    monkeypatch.setattr(beat, "BROKER_PAUSE_SECONDS", 0.1)
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


def test_what_was_sent_and_could_not_be_written_down_is_not_sent_again(
    scheduler, make_theirs, broker, monkeypatch
):
    def away(entry):
        raise beat.DatabaseError("gone")

    make_theirs()
    with monkeypatch.context() as outage:
        outage.setattr(beat.PeriodicEntry, "save", away)
        look(scheduler, times=3)
    assert sent(broker) == ["theirs"]

    look(scheduler, times=3)

    assert sent(broker) == ["theirs"]
    assert PeriodicTask.objects.get().total_run_count == 1


def test_an_outage_ends_nothing(scheduler, monkeypatch):
    def away():
        raise beat.DatabaseError("gone")

    for step in ("_lead", "_tick_others"):
        with monkeypatch.context() as outage:
            outage.setattr(scheduler, step, away)
            assert scheduler.tick() > 0
    with monkeypatch.context() as outage:
        outage.setattr(beat, "_tick_ours", away)
        assert scheduler.tick() > 0


# --- Who leads


def takes_over(scheduler):
    look(scheduler)
    return scheduler._leads


def test_one_leads_and_another_takes_over_when_it_ends():
    with running() as second:
        with running() as first:
            look(first)
            look(second)
            assert (first._leads, second._leads) == (True, False)

        eventually(lambda: takes_over(second), seconds=5)


def test_a_new_leader_knows_what_the_last_one_sent(make_theirs, broker):
    make_theirs()
    with running() as second:
        with running() as first:
            look(first)
        eventually(lambda: takes_over(second), seconds=5)

    assert sent(broker) == ["theirs"]


def test_who_leads_again_knows_what_happened_meanwhile(scheduler, make_theirs, broker):
    make_theirs()
    look(scheduler)
    scheduler._leadership.give_up()
    PeriodicTask.objects.update(last_run_at=timezone.now() - timedelta(days=1))
    scheduler._leads = False

    eventually(lambda: takes_over(scheduler), seconds=5)

    assert sent(broker) == ["theirs", "theirs"]


def test_a_leader_that_is_frozen_leads_no_more(monkeypatch):
    monkeypatch.setattr(beat, "SILENCE_SECONDS", 1)
    with running() as first, running() as second:
        look(first)

        eventually(lambda: takes_over(second), seconds=5)
        look(first, times=2)
        assert (first._leads, second._leads) == (False, True)


def test_a_lost_connection_is_a_lost_lead(scheduler):
    look(scheduler)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks"
            " WHERE locktype = 'advisory' AND objid = %s",
            [nodes.LEADER_LOCK],
        )

    assert scheduler.tick() == beat.FOLLOW_SECONDS
    assert not scheduler._leads
    look(scheduler)
    assert scheduler._leads
