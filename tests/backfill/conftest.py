"""Makers of backfills, as fixtures."""

from datetime import UTC, datetime, timedelta

import pytest

from tasks_app.models import TaskSchedule
from tasks_app.services import backfills
from tasks_app.services.backfills import NewBackfill

# The first scheduled time of the hours that are made up for.
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def hourly(make_schedule):
    """A schedule that starts tomorrow, at a full hour."""

    def make(**options):
        tomorrow = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
        return make_schedule(**{"interval": 3600, "scheduled_at": tomorrow} | options)

    return make


@pytest.fixture
def make_backfill(hourly):
    """A backfill of some hours."""

    def make(hours=5, schedule=None, **options):
        schedule = schedule or hourly()
        assert isinstance(schedule, TaskSchedule)
        until = FIRST + timedelta(hours=hours - 1)
        parameters = {"since": FIRST, "until": until} | options
        new = NewBackfill(schedule_id=schedule.pk, **parameters)
        return backfills.create_backfill(new).backfill

    return make


def hours(*numbers):
    """The scheduled times with these numbers, from 0."""
    return [FIRST + timedelta(hours=number) for number in numbers]
