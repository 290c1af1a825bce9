"""The services of schedules: create, change, control and preview. Each opens its transaction.

They raise TaskSchedule.DoesNotExist, and ValidationError by field with a code for each error.
"""

import hashlib
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import F
from django.db.models.functions import Now
from django_celery_beat.models import PeriodicTask

from tasks_app import backfilling, scopes, ticking
from tasks_app.log import events
from tasks_app.models import ClusterEvent, Task, TaskSchedule
from tasks_app.models.base import database_now
from tasks_app.models.event import CurrentTransactionId
from tasks_app.recurrence import NotedTick, recurrence_of, zone
from tasks_app.recurrence import preview as recurrence_preview
from tasks_app.services.queues import lock_to_use
from tasks_app.services.schedule_parameters import (
    OF_THE_SCHEDULE,
    OF_THE_TASK,
    NewSchedule,
    calendar_errors,
    checked,
    recurrence_for,
    starting_at,
    with_changes,
)
from tasks_app.services.tasks import UNKNOWN_QUEUE
from tasks_app.services.validation import check_note, error
from tasks_app.sql import calendars, overlaps, transitions
from tasks_app.sql.transactions import in_transaction

PREVIEW_MAX = 1_000

Kind = ClusterEvent.Kind


class Preview(NamedTuple):
    """The scheduled times of parameters, with the rule in words."""

    description: str
    ticks: list[NotedTick]
    time_zone: str

    def local_times(self) -> list[datetime]:
        """Return the scheduled times in the time zone of the cron expression, or in UTC."""
        return [tick.at.astimezone(zone(self.time_zone)) for tick in self.ticks]


def create_schedule(new: NewSchedule) -> TaskSchedule:
    """Create a schedule with its task, or return the one that its key created before.

    The first scheduled time of an interval is `scheduled_at`, or the next one in whole intervals
    if it has passed.
    """
    new = checked(new)
    try:
        return _insert(new)
    except IntegrityError:
        if not new.idempotency_key:
            raise
        return _first_of(new)


@in_transaction
def update_schedule(schedule_id: UUID, **changes: object) -> TaskSchedule:
    """Change parameters of a schedule. Scheduled times that are due follow the old parameters.

    Those that still wait for the previous run are missed if the recurrence changes.
    """
    calendars.lock_to_use()
    ticking.tick(schedule_id)
    schedule = _get_locked(schedule_id)
    new = checked(with_changes(_parameters_of(schedule), changes))
    new = starting_at(new, database_now())
    if recurrence_for(new) != schedule.recurrence:
        ticking.miss_due(schedule_id)
        schedule = _get_locked(schedule_id)
    for name in OF_THE_SCHEDULE:
        setattr(schedule, name, getattr(new, name))
    schedule.update_celery_beat_task()
    if changes.get("at") or new.calendars:
        _check_is_future(schedule)
    transitions.lock(schedule.task.pk)
    queue_before = schedule.task.queue_id
    task = _update_task(schedule.task, new)
    events.schedule_changed(
        Kind.SCHEDULE_UPDATED,
        schedule.pk,
        task,
        previous_queue=queue_before if queue_before != task.queue_id else "",
    )
    return schedule


@in_transaction
def delete_schedule(schedule_id: UUID) -> None:
    """Delete a schedule with its task, their history and its rows in django-celery-beat.

    Its backfills that have not ended are cancelled with their active tasks, and so are its
    overlapping runs. Backfills, their tasks and those of overlapping runs stay.
    """
    schedule = _get_locked(schedule_id)
    transitions.lock(schedule.task.pk)
    backfilling.cancel_of_deleted(schedule_id)
    events.tasks_changed(transitions.cancel(overlaps.active_ids(schedule_id)))
    task = Task.objects.get(schedule=schedule)
    task.version += 1
    events.schedule_changed(Kind.SCHEDULE_DELETED, schedule.pk, task)
    task.delete()
    schedule.delete_celery_beat_task()
    schedule.delete()


@in_transaction
def pause_schedule(schedule_id: UUID, *, note: str = "") -> TaskSchedule:
    """Pause a schedule: it starts no runs. Repeating it changes the note."""
    check_note(note)
    schedule = _get_locked(schedule_id)
    if schedule.paused_at is None:
        ticking.drop_queued(schedule_id)
        _set_paused(schedule, paused_at=Now())
        events.schedules_changed(Kind.SCHEDULE_PAUSED, [schedule_id], message=note)
    TaskSchedule.objects.filter(pk=schedule_id).update(pause_note=note, updated_at=Now())
    return TaskSchedule.objects.get(pk=schedule_id)


@in_transaction
def resume_schedule(schedule_id: UUID) -> TaskSchedule:
    """Resume a schedule from its next scheduled time. Those of the pause are skipped."""
    schedule = _get_locked(schedule_id)
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
    _get_locked(schedule_id)
    task_id = ticking.trigger(schedule_id)
    if task_id is None:
        message = "The schedule allows no other run until one has ended. Trigger it again later."
        raise ValidationError({"id": error(message, "not_triggerable")})
    return Task.objects.get(pk=task_id)


def preview(new: NewSchedule, count: int, *, after: datetime | None = None) -> Preview:
    """Return the first scheduled times that a schedule created now would have.

    Args:
        new: The parameters of the schedule.
        count: The maximum number of scheduled times.
        after: Times from here on are returned. Default now.
    """
    new = checked(new)
    _check_count(count)
    now = database_now()
    recurrence = recurrence_for(starting_at(new, now))
    ticks = recurrence_preview(
        recurrence, after or now, count, ends_at=new.ends_at, max_runs=new.max_runs
    )
    return Preview(recurrence.describe(), ticks, new.time_zone)


def upcoming(schedule: TaskSchedule, count: int) -> list[datetime]:
    """Return the next scheduled times of a schedule; none while it is paused."""
    _check_count(count)
    return schedule.upcoming(count)


def _get_locked(schedule_id: UUID) -> TaskSchedule:
    return scopes.visible(TaskSchedule.objects.select_for_update()).get(pk=schedule_id)


@in_transaction
def _insert(new: NewSchedule) -> TaskSchedule:
    # The queue or a calendar may have been deleted since the parameters were checked.
    if new.queue not in lock_to_use([new.queue]):
        raise ValidationError({"queue": UNKNOWN_QUEUE})
    if new.calendars:
        calendars.lock_to_use()
        if errors := calendar_errors(new.calendars):
            raise ValidationError(errors)
    stored = starting_at(new, database_now())
    schedule = TaskSchedule(
        **{name: getattr(stored, name) for name in OF_THE_SCHEDULE},
        idempotency_key=new.idempotency_key,
        request_digest=_digest(new) if new.idempotency_key else "",
    )
    schedule.schedule_celery_beat_task()
    _check_is_future(schedule)
    values = {name: getattr(new, name) for name in OF_THE_TASK if name != "queue"}
    task = Task(schedule=schedule, queue_id=new.queue, run=0, **values)
    task.save()
    task.refresh_from_db()
    events.schedule_changed(Kind.SCHEDULE_CREATED, schedule.pk, task)
    return TaskSchedule.objects.get(pk=schedule.pk)


def _check_is_future(schedule: TaskSchedule) -> None:
    """Raise ValidationError if a schedule has no scheduled time left."""
    if schedule.next_run_at is None and recurrence_of(schedule).first_after(database_now()):
        message = "The calendars exclude every scheduled time of the next ten years."
        raise ValidationError({"calendars": error(message, "out_of_range")})
    if schedule.next_run_at is None:
        raise ValidationError({"at": error("Must be in the future.", "out_of_range")})


def _first_of(new: NewSchedule) -> TaskSchedule:
    """Return the schedule that the idempotency key created before."""
    schedule = TaskSchedule.objects.get(idempotency_key=new.idempotency_key)
    if schedule.request_digest != _digest(new):
        message = (
            "The key was used before with other parameters. Use a new key for another schedule."
        )
        raise ValidationError({"idempotency_key": error(message, "idempotency_conflict")})
    return schedule


def _digest(new: NewSchedule) -> str:
    """Return a digest of the parameters, which a schedule keeps because it can be changed."""
    return hashlib.sha256(repr(new).encode()).hexdigest()


def _parameters_of(schedule: TaskSchedule) -> NewSchedule:
    task = schedule.task
    values = {name: getattr(schedule, name) for name in OF_THE_SCHEDULE}
    if schedule.at is not None:
        values |= {"scheduled_at": None, "at": schedule.at}
    return NewSchedule(
        queue=task.queue_id,
        **{name: getattr(task, name) for name in OF_THE_TASK if name != "queue"},
        **values,
    )


def _update_task(task: Task, new: NewSchedule) -> Task:
    if new.max_attempts < task.attempt:
        message = f"Must be at least {task.attempt}, the attempt of the current run."
        raise ValidationError({"max_attempts": error(message, "out_of_range")})
    values = {name: getattr(new, name) for name in OF_THE_TASK}
    Task.objects.filter(pk=task.pk).update(
        version=F("version") + 1, updated_at=Now(), xid=CurrentTransactionId(), **values
    )
    task.refresh_from_db()
    return task


def _set_paused(schedule: TaskSchedule, *, paused_at: Now | None) -> None:
    TaskSchedule.objects.filter(pk=schedule.pk).update(paused_at=paused_at)
    PeriodicTask.objects.filter(task_schedule=schedule).update(enabled=paused_at is None)


def _check_count(count: int) -> None:
    if type(count) is not int or not 1 <= count <= PREVIEW_MAX:
        message = f"Must be an integer from 1 to {PREVIEW_MAX}."
        raise ValidationError({"count": error(message, "out_of_range")})
