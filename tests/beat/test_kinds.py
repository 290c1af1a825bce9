"""Each kind of periodic task of django-celery-beat that others make, under our scheduler."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    PeriodicTasks,
    SolarSchedule,
)
from redis import Redis

from project.celery import app
from tasks_app import beat

pytestmark = pytest.mark.django_db(transaction=True)

QUEUE = "theirs"


@pytest.fixture
def scheduler():
    scheduler = beat.Scheduler(app=app)
    yield scheduler
    scheduler.close()


@pytest.fixture(autouse=True)
def broker():
    with Redis.from_url(app.conf.broker_url) as broker:
        broker.flushall()
        yield broker
        broker.flushall()


def make(name="theirs", **fields):
    """Make a periodic task that was sent long ago."""
    long_ago = timezone.now() - timedelta(days=3)
    defaults = {"task": "theirs", "queue": QUEUE, "last_run_at": long_ago}
    return PeriodicTask.objects.create(name=name, **defaults | fields)


def look(scheduler):
    """Let the scheduler send all that is due."""
    for _ in range(100):
        scheduler._others_at = 0.0
        if scheduler.tick() != 0:
            return
    pytest.fail("there is no end of what is due")


def sent(broker, queue=QUEUE):
    return [json.loads(message) for message in broker.lrange(queue, 0, -1)[::-1]]


def every_second(period=IntervalSchedule.SECONDS, every=60):
    return IntervalSchedule.objects.create(every=every, period=period)


def test_interval_is_sent_when_it_is_due_and_not_before(scheduler, broker):
    make("due", interval=every_second())
    make("not due", interval=every_second(), last_run_at=timezone.now())

    look(scheduler)

    assert [each["headers"]["periodic_task_name"] for each in sent(broker)] == ["due"]


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Australia/Lord_Howe"])
def test_crontab_is_sent_in_its_time_zone(scheduler, broker, zone):
    now = timezone.now()
    crontab = CrontabSchedule.objects.create(minute="*/1", timezone=zone)
    local = now.astimezone(crontab.timezone)
    later = CrontabSchedule.objects.create(
        minute="0", hour=str((local.hour + 6) % 24), timezone=zone
    )
    make("due", crontab=crontab)
    make("later", crontab=later, last_run_at=now)

    look(scheduler)

    assert [each["headers"]["periodic_task_name"] for each in sent(broker)] == ["due"]


def test_clocked_is_sent_once_at_its_time_and_disabled(scheduler, broker):
    past = ClockedSchedule.objects.create(clocked_time=timezone.now() - timedelta(seconds=1))
    future = ClockedSchedule.objects.create(clocked_time=timezone.now() + timedelta(days=1))
    make("past", clocked=past, one_off=True, last_run_at=None)
    make("future", clocked=future, one_off=True, last_run_at=None)

    look(scheduler)
    PeriodicTasks.update_changed()
    look(scheduler)

    assert [each["headers"]["periodic_task_name"] for each in sent(broker)] == ["past"]
    assert PeriodicTask.objects.get(name="past").enabled is False
    assert PeriodicTask.objects.get(name="future").enabled is True


def test_solar_is_sent_after_its_event(scheduler, broker):
    # At the equator the sun rises every day.
    solar = SolarSchedule.objects.create(event="sunrise", latitude=0, longitude=0)
    make("yesterday", solar=solar, last_run_at=timezone.now() - timedelta(days=2))
    make("today", solar=solar, last_run_at=timezone.now())

    look(scheduler)

    assert [each["headers"]["periodic_task_name"] for each in sent(broker)] == ["yesterday"]


def test_one_off_is_sent_once_and_disabled(scheduler, broker):
    make(interval=every_second(every=1), one_off=True)

    look(scheduler)
    PeriodicTask.objects.update(last_run_at=timezone.now() - timedelta(days=1))
    PeriodicTasks.update_changed()
    look(scheduler)

    assert len(sent(broker)) == 1
    assert PeriodicTask.objects.get().enabled is False


def test_start_time_is_awaited(scheduler, broker):
    soon = timezone.now() + timedelta(hours=1)
    make(interval=every_second(), start_time=soon, last_run_at=None)

    look(scheduler)

    assert sent(broker) == []


@pytest.mark.parametrize("field", ["expires", "expire_seconds"])
def test_expiry_is_sent_with_the_message(scheduler, broker, field):
    value = timezone.now() + timedelta(hours=1) if field == "expires" else 3600
    make(interval=every_second(), **{field: value})

    look(scheduler)

    [message] = sent(broker)
    assert message["headers"]["expires"] is not None


def test_expired_task_is_disabled_and_not_sent(scheduler, broker):
    make(interval=every_second(), expires=timezone.now() - timedelta(hours=1))

    look(scheduler)
    look(scheduler)

    assert sent(broker) == []
    assert PeriodicTask.objects.get().enabled is False


def test_queue_priority_headers_and_arguments_are_kept(scheduler, broker):
    make(
        interval=every_second(),
        queue="other",
        args="[1, 2]",
        kwargs='{"c": 3}',
        headers='{"x": "y"}',
    )

    look(scheduler)

    [message] = sent(broker, "other")
    assert sent(broker) == []
    assert message["headers"]["x"] == "y"
    assert message["headers"]["argsrepr"] == "[1, 2]"
    assert message["headers"]["kwargsrepr"] == "{'c': 3}"
