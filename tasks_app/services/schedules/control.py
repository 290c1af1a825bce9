"""The services that pause, resume and trigger a schedule."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models.functions import Now
from django_celery_beat.models import PeriodicTask

from tasks_app import ticking
from tasks_app.access import scopes
from tasks_app.log import events
from tasks_app.models import ClusterEvent, Task, TaskSchedule
from tasks_app.services.validation import check_note, error
from tasks_app.sql.transactions import in_transaction

Kind = ClusterEvent.Kind


@in_transaction
def pause_schedule(schedule_id: UUID, *, note: str = "") -> TaskSchedule:
    """Pause a schedule: it starts no runs. Repeating it changes the note."""
    check_note(note)
    schedule = get_locked(schedule_id)
    if schedule.paused_at is None:
        ticking.drop_queued(schedule_id)
        _set_paused(schedule, paused_at=Now())
        events.schedules_changed(Kind.SCHEDULE_PAUSED, [schedule_id], message=note)
    TaskSchedule.objects.filter(pk=schedule_id).update(pause_note=note, updated_at=Now())
    return TaskSchedule.objects.get(pk=schedule_id)


@in_transaction
def resume_schedule(schedule_id: UUID) -> TaskSchedule:
    """Resume a schedule from its next scheduled time. Those of the pause are skipped."""
    schedule = get_locked(schedule_id)
    if schedule.paused_at is not None:
        ticking.tick(schedule_id)
        _set_paused(schedule, paused_at=None)
        TaskSchedule.objects.filter(pk=schedule_id).update(pause_note="", updated_at=Now())
        events.schedules_changed(Kind.SCHEDULE_RESUMED, [schedule_id])
    return TaskSchedule.objects.get(pk=schedule_id)


@in_transaction
def trigger_schedule(schedule_id: UUID) -> Task:
    """Start a run of a schedule now, also if it is paused. It counts as a run.

    Returns:
        The schedule's task, or the one that was created for an overlapping run.
    """
    get_locked(schedule_id)
    task_id = ticking.trigger(schedule_id)
    if task_id is None:
        message = "The schedule allows no other run until one has ended. Trigger it again later."
        raise ValidationError({"id": error(message, "not_triggerable")})
    return Task.objects.get(pk=task_id)


def get_locked(schedule_id: UUID) -> TaskSchedule:
    """Return a schedule that the actor sees, locked until the transaction ends."""
    return scopes.visible(TaskSchedule.objects.select_for_update()).get(pk=schedule_id)


def _set_paused(schedule: TaskSchedule, *, paused_at: Now | None) -> None:
    TaskSchedule.objects.filter(pk=schedule.pk).update(paused_at=paused_at)
    PeriodicTask.objects.filter(task_schedule=schedule).update(enabled=paused_at is None)
