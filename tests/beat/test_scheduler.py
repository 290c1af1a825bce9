"""The scheduler of Beat in this process, with the real broker and its own connections."""

import time
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone
from django_celery_beat.models import (
    CrontabSchedule,
    PeriodicTask,
    PeriodicTasks,
)
from redis import Redis

from project.celery import app
from tasks_app.beat import scheduler as scheduler_module
from tasks_app.beat.periodic_tasks import PeriodicEntry
from tasks_app.models import TaskSchedule
from tests import engines
from tests.beat.passes import QUEUE, look, sent, sent_by
from tests.support.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)


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
