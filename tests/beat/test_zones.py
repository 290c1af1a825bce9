"""Crontabs of django-celery-beat in time zones, at each hour of UTC (django-celery-beat#894)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django_celery_beat import schedulers
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from project.celery import app
from tasks_app import beat

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# Behind, ahead, not by whole hours, and by more than twelve hours.
ZONES = ["America/Los_Angeles", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Kiritimati"]
# One in winter and one in summer.
DAYS = [datetime(2027, 1, 15, tzinfo=UTC), datetime(2027, 7, 15, tzinfo=UTC)]


@pytest.fixture
def due_at(monkeypatch):
    """Load the rows as Beat would at this time; return which are due then and a second before."""

    def due_at(now):
        monkeypatch.setattr(schedulers, "aware_now", lambda: now)
        entries = beat.Scheduler(app=app, lazy=True).all_as_schedule().values()
        before = [entry.name for entry in entries if is_due(entry, now - timedelta(seconds=1))]
        return before, [entry.name for entry in entries if is_due(entry, now)]

    return due_at


def is_due(entry, now):
    entry.schedule.nowfun = lambda: now.astimezone(entry.schedule.tz)
    return entry.is_due().is_due


@pytest.mark.parametrize("day", DAYS, ids=["winter", "summer"])
@pytest.mark.parametrize("zone", ZONES)
def test_crontab_of_each_hour_of_utc_fires_at_that_hour_only(due_at, zone, day):
    for hour in range(24):
        make(f"{hour}", zone, day + timedelta(hours=hour))

    for hour in range(25):
        now = day + timedelta(hours=hour)
        assert due_at(now) == ([], [f"{hour % 24}"])
        PeriodicTask.objects.filter(name=f"{hour % 24}").update(last_run_at=now)


def make(name, zone, fires_at):
    """Make a task that runs daily at the local time of a moment, for the first time then."""
    local = fires_at.astimezone(ZoneInfo(zone))
    crontab = CrontabSchedule.objects.create(
        minute=str(local.minute), hour=str(local.hour), timezone=zone
    )
    last_run_at = fires_at - timedelta(days=1)
    PeriodicTask.objects.create(name=name, task="theirs", crontab=crontab, last_run_at=last_run_at)
