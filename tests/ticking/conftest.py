"""Schedules whose scheduled times are due."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tasks_app.models import TaskSchedule


@pytest.fixture
def make_due(make_schedule):
    """A schedule of 60 s whose last tick was half a second ago, and of which many may be due."""

    def make(*, count=1, **options):
        schedule = make_schedule(**options)
        first = timezone.now() - timedelta(seconds=0.5) - (count - 1) * schedule.recurrence.step
        TaskSchedule.objects.filter(pk=schedule.pk).update(scheduled_at=first, next_run_at=first)
        schedule.refresh_from_db()
        return schedule

    return make
