"""The history of a schedule in the database, and time that passes for it."""

from tasks_app.models import ScheduleTick, TaskSchedule


def stored(schedule):
    return TaskSchedule.objects.get(pk=schedule.pk)


def history(schedule):
    return list(schedule.ticks.order_by("nominal_at").values_list("outcome", "reason", "count"))


def pass_one_interval(schedule):
    """As if all had been planned an interval earlier: the next tick is due."""
    row = stored(schedule)
    ScheduleTick.objects.filter(schedule=row).delete()
    row.scheduled_at -= row.recurrence.step
    row.next_run_at -= row.recurrence.step
    row.queued_at = row.queued_at and row.queued_at - row.recurrence.step
    row.save()
