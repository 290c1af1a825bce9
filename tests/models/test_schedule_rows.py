"""What the database holds of a schedule, and the model's own methods, as from a shell."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tasks_app import ticking
from tasks_app.models import Task, TaskSchedule

pytestmark = pytest.mark.django_db


def stored(schedule):
    return TaskSchedule.objects.get(pk=schedule.pk)


@pytest.mark.parametrize(
    "nonsense",
    [
        {"interval": 0},
        {"interval": 316_224_001},
        {"jitter": 60},
        {"max_runs": 0},
        {"overlap": "BOTH"},
        {"catch_up": "MOST"},
        {"misfire_grace": -1},
        {"scheduled_at": "0044-03-15 BC"},
        {"ends_at": "infinity"},
        {"next_run_at": "-infinity"},
    ],
    ids=str,
)
def test_database_rejects_inconsistent_schedules(make_schedule, nonsense):
    schedule = make_schedule()
    [(column, value)] = nonsense.items()

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE tasks_app_taskschedule SET {column} = %s WHERE id = %s", [value, schedule.pk]
        )


def test_schedule_has_only_one_task(make_schedule, make_task):
    schedule, task = make_schedule(), make_task()

    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.filter(pk=task.pk).update(schedule=schedule)


def test_rows_in_django_celery_beat_follow_the_methods_of_the_model(db, woken):
    schedule = TaskSchedule(scheduled_at=timezone.now() - timedelta(days=1), interval=30)
    schedule.schedule_celery_beat_task()
    task = Task.objects.create(schedule=schedule, a=1, b=2, run=0)
    assert stored(schedule).interval_schedule.every == 30
    assert stored(schedule).next_run_at > timezone.now()

    schedule.interval = 45
    schedule.update_celery_beat_task()
    assert stored(schedule).interval_schedule.every == 45
    assert stored(schedule).periodic_task.interval.every == 45
    assert (stored(schedule).next_run_at - schedule.scheduled_at) % timedelta(seconds=45) == (
        timedelta(0)
    )

    schedule.delete_celery_beat_task()
    after = stored(schedule)
    assert (after.interval_schedule, after.periodic_task, after.next_run_at) == (None, None, None)
    assert ticking.tick_due(10) == 0

    schedule.update_celery_beat_task()
    assert stored(schedule).periodic_task is not None
    assert schedule.task == task
