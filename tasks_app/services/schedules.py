"""The services of schedules: create, change, control and preview. Each opens its transaction.

They raise TaskSchedule.DoesNotExist, and ValidationError by field with a code for each error.
"""

import hashlib
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import F
from django.db.models.functions import Now
from django_celery_beat.models import PeriodicTask

from tasks_app import ticking
from tasks_app.log import events
from tasks_app.models import (
    ClusterEvent,
    Task,
    TaskSchedule,
)
from tasks_app.models.base import database_now
from tasks_app.models.event import CurrentTransactionId
from tasks_app.options import SCHEDULE_OPTIONS, default_of
from tasks_app.recurrence import (
    EARLIEST,
    LATEST,
    Overlap,
    Recurrence,
)
from tasks_app.services import tasks
from tasks_app.services.tasks import NewTask
from tasks_app.services.validation import check_note, error, range_error
from tasks_app.sql import transitions
from tasks_app.sql.transactions import in_transaction

PREVIEW_MAX = 1_000

Kind = ClusterEvent.Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSchedule:
    """The parameters of a schedule to create; see `tasks_app/options.py`.

    Repeating a create with the same idempotency key returns the schedule of the first request.
    """

    a: int
    b: int
    scheduled_at: datetime
    interval: int
    queue: str = default_of("queue")
    priority: int = default_of("priority")
    duration_ms: int = default_of("duration_ms")
    slots: int = default_of("slots")
    max_attempts: int = default_of("max_attempts")
    overlap: str = default_of("overlap")
    misfire_grace: int = default_of("misfire_grace")
    ends_at: datetime | None = None
    max_runs: int | None = None
    jitter: int = default_of("jitter")
    idempotency_key: str = ""


_OF_THE_TASK = ("a", "b", "queue", "priority", "duration_ms", "slots", "max_attempts")
_OF_THE_SCHEDULE = [
    field.name
    for field in fields(NewSchedule)
    if field.name not in (*_OF_THE_TASK, "idempotency_key")
]


def create_schedule(new: NewSchedule) -> TaskSchedule:
    """Create a schedule with its task, or return the one that its key created before.

    The first scheduled time is `scheduled_at`, or the next one in whole intervals if it has passed.
    """
    new = _checked(new)
    try:
        return _insert(new)
    except IntegrityError:
        if not new.idempotency_key:
            raise
        return _first_of(new)


@in_transaction
def update_schedule(schedule_id: UUID, **changes: Any) -> TaskSchedule:
    """Change parameters of a schedule. Scheduled times that are due follow the old parameters."""
    ticking.tick(schedule_id)
    schedule = _get_locked(schedule_id)
    new = _checked(replace(_parameters_of(schedule), **changes))
    for name in _OF_THE_SCHEDULE:
        setattr(schedule, name, getattr(new, name))
    schedule.update_celery_beat_task()
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
    """Delete a schedule with its task, their history and its rows in django-celery-beat."""
    schedule = _get_locked(schedule_id)
    transitions.lock(schedule.task.pk)
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
    """Start a run of a schedule's task now, also if it is paused. It counts as a run."""
    schedule = _get_locked(schedule_id)
    if not ticking.trigger(schedule_id):
        message = "The previous run of the schedule's task has not ended. Trigger it again later."
        raise ValidationError({"id": error(message, "not_triggerable")})
    return schedule.task


def preview(new: NewSchedule, count: int) -> list[datetime]:
    """Return the first scheduled times that a schedule created now would have."""
    new = _checked(new)
    _check_count(count)
    grid = Recurrence(new.scheduled_at, new.interval)
    first = grid.first_after(database_now())
    return grid.upcoming(first, count, ends_at=new.ends_at, runs_left=new.max_runs)


def upcoming(schedule: TaskSchedule, count: int) -> list[datetime]:
    """Return the next scheduled times of a schedule; none while it is paused."""
    _check_count(count)
    return schedule.upcoming(count)


def _get_locked(schedule_id: UUID) -> TaskSchedule:
    return TaskSchedule.objects.select_for_update().get(pk=schedule_id)


@in_transaction
def _insert(new: NewSchedule) -> TaskSchedule:
    schedule = TaskSchedule(
        **{name: getattr(new, name) for name in _OF_THE_SCHEDULE},
        idempotency_key=new.idempotency_key,
        request_digest=_digest(new) if new.idempotency_key else "",
    )
    schedule.schedule_celery_beat_task()
    values = {name: getattr(new, name) for name in _OF_THE_TASK if name != "queue"}
    task = Task(schedule=schedule, queue_id=new.queue, run=0, **values)
    task.save()
    task.refresh_from_db()
    events.schedule_changed(Kind.SCHEDULE_CREATED, schedule.pk, task)
    return TaskSchedule.objects.get(pk=schedule.pk)


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
    return NewSchedule(
        queue=task.queue_id,
        **{name: getattr(task, name) for name in _OF_THE_TASK if name != "queue"},
        **{name: getattr(schedule, name) for name in _OF_THE_SCHEDULE},
    )


def _update_task(task: Task, new: NewSchedule) -> Task:
    if new.max_attempts < task.attempt:
        message = f"Must be at least {task.attempt}, the attempt of the current run."
        raise ValidationError({"max_attempts": error(message, "out_of_range")})
    values = {name: getattr(new, name) for name in _OF_THE_TASK}
    Task.objects.filter(pk=task.pk).update(
        version=F("version") + 1, updated_at=Now(), xid=CurrentTransactionId(), **values
    )
    task.refresh_from_db()
    return task


def _set_paused(schedule: TaskSchedule, *, paused_at: Now | None) -> None:
    TaskSchedule.objects.filter(pk=schedule.pk).update(paused_at=paused_at)
    PeriodicTask.objects.filter(task_schedule=schedule).update(enabled=paused_at is None)


def _checked(new: NewSchedule) -> NewSchedule:
    """Return the parameters with times in UTC, or raise ValidationError."""
    if errors := _validate(new):
        raise ValidationError(errors)
    ends_at = new.ends_at and _aware(new.ends_at).astimezone(UTC)
    return replace(new, scheduled_at=_aware(new.scheduled_at).astimezone(UTC), ends_at=ends_at)


def _validate(new: NewSchedule) -> dict[str, ValidationError]:
    of_the_task = {name: getattr(new, name) for name in _OF_THE_TASK}
    errors = tasks.validate(NewTask(**of_the_task, idempotency_key=new.idempotency_key))
    for name, option in SCHEDULE_OPTIONS.items():
        value = getattr(new, name)
        is_default = value is None and option.default is None
        if option.minimum is not None and not is_default and not option.contains(value):
            errors[name] = range_error(option)
    for name in ("scheduled_at", "ends_at"):
        time = getattr(new, name)
        if time is not None and not EARLIEST <= _aware(time) <= LATEST:
            errors[name] = error("Must be between the years 1000 and 9000.", "out_of_range")
    if new.overlap not in Overlap:
        errors["overlap"] = error(f"Must be one of {', '.join(Overlap)}.", "invalid_choice")
    return errors or _contradictions(new)


def _contradictions(new: NewSchedule) -> dict[str, ValidationError]:
    errors = {}
    if new.ends_at is not None and _aware(new.ends_at) < _aware(new.scheduled_at):
        errors["ends_at"] = error("Must not be earlier than scheduled_at.", "out_of_range")
    if new.jitter >= new.interval:
        errors["jitter"] = error("Must be less than the interval.", "out_of_range")
    return errors


def _check_count(count: int) -> None:
    if type(count) is not int or not 1 <= count <= PREVIEW_MAX:
        message = f"Must be an integer from 1 to {PREVIEW_MAX}."
        raise ValidationError({"count": error(message, "out_of_range")})


def _aware(time: datetime) -> datetime:
    """Return a time with a zone; one without is taken as UTC."""
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time
