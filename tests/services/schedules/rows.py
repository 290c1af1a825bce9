"""The rows of schedules, read and shifted by tests."""

from datetime import timedelta

from tasks_app.models import (
    ClusterEvent,
    TaskSchedule,
)


def stored(schedule):
    return TaskSchedule.objects.get(pk=schedule.pk)


def log():
    return list(ClusterEvent.objects.order_by("id").values_list("kind", flat=True))


def shift(schedule, **back):
    """Move all times of a schedule to the past."""
    row = stored(schedule)
    for name in ("scheduled_at", "next_run_at", "paused_at", "ends_at"):
        if getattr(row, name) is not None:
            setattr(row, name, getattr(row, name) - timedelta(**back))
    row.save()


def history(schedule):
    return list(schedule.ticks.order_by("nominal_at").values_list("outcome", "reason", "count"))
