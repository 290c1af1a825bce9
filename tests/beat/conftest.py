"""A scheduler of Beat, and its broker."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_celery_beat.models import (
    IntervalSchedule,
    PeriodicTask,
)
from redis import Redis

from project.celery import app
from tests.beat.passes import QUEUE, running


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
