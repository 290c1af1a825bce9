from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from tasks_app.models import Queue, Task, TaskSchedule
from tasks_app.services import schedules
from tasks_app.services.schedules.parameters import NewSchedule

pytestmark = pytest.mark.django_db

TOMORROW = (timezone.now() + timedelta(days=1)).replace(microsecond=0)


def new_schedule(**overrides):
    return NewSchedule(**{"a": 2, "b": 3, "scheduled_at": TOMORROW, "interval": 60} | overrides)


def test_preview_shows_the_runs_that_follow(make_schedule):
    Queue.objects.create(name="bulk")
    new = new_schedule(interval=45, max_runs=4, queue="bulk", jitter=5)

    ticks = [tick.at for tick in schedules.preview(new, 10).ticks]

    assert ticks == [TOMORROW + timedelta(seconds=45 * k) for k in range(4)]
    for model in (TaskSchedule, Task, PeriodicTask):
        assert not model.objects.exists()
    assert schedules.upcoming(schedules.create_schedule(new), 10) == ticks


def test_no_run_is_upcoming_while_paused_or_after_the_end(make_schedule):
    schedule = make_schedule(ends_at=TOMORROW + timedelta(days=2))
    assert len(schedules.upcoming(schedule, 3)) == 3

    assert schedules.upcoming(schedules.pause_schedule(schedule.pk), 3) == []
    schedules.resume_schedule(schedule.pk)
    ended = schedules.update_schedule(schedule.pk, max_runs=1)
    assert len(schedules.upcoming(ended, 3)) == 1


@pytest.mark.parametrize("count", [0, 1001, True])
def test_number_of_previewed_runs_is_bounded(make_schedule, count):
    for ask in (
        lambda: schedules.preview(new_schedule(), count),
        lambda: schedules.upcoming(make_schedule(), count),
    ):
        with pytest.raises(ValidationError) as refusal:
            ask()
        assert list(refusal.value.error_dict) == ["count"]
