"""What a client may ask about schedules. Every write enters here, and here its transaction begins.

Refusals are Django's own: ValidationError by field, each with a code, and
TaskSchedule.DoesNotExist.
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
    DEFAULT_QUEUE,
    ClusterEvent,
    Task,
    TaskSchedule,
)
from tasks_app.models.base import database_now
from tasks_app.models.event import CurrentTransactionId
from tasks_app.models.schedule import INTERVAL_MAX_SECONDS
from tasks_app.recurrence import (
    EARLIEST,
    LATEST,
    Overlap,
    Recurrence,
)
from tasks_app.services import tasks
from tasks_app.services.tasks import NewTask
from tasks_app.sql import transitions
from tasks_app.sql.transactions import in_transaction

PREVIEW_MAX = 1_000

Kind = ClusterEvent.Kind

_RANGES = {
    "interval": (1, INTERVAL_MAX_SECONDS),
    "misfire_grace": (1, INTERVAL_MAX_SECONDS),
    "max_runs": (1, 2**31 - 1),
    "jitter": (0, INTERVAL_MAX_SECONDS),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSchedule:
    """A wish. With an idempotency key it becomes one schedule, however often it is repeated."""

    a: int
    b: int
    scheduled_at: datetime
    interval: int
    queue: str = DEFAULT_QUEUE
    priority: int = 5
    duration_ms: int = 0
    slots: int = 1
    max_attempts: int = 3
    overlap: str = "SKIP"
    misfire_grace: int = 300
    ends_at: datetime | None = None
    max_runs: int | None = None
    jitter: int = 0
    idempotency_key: str = ""


_OF_THE_TASK = ("a", "b", "queue", "priority", "duration_ms", "slots", "max_attempts")
_OF_THE_SCHEDULE = [
    field.name
    for field in fields(NewSchedule)
    if field.name not in (*_OF_THE_TASK, "idempotency_key")
]


def create_schedule(new: NewSchedule) -> TaskSchedule:
    """Record a schedule with its task, and have Beat tick it.

    The first tick is at `scheduled_at`, or if that has passed, at the next one on its grid.
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
    """Change any fields of `NewSchedule` but its key. What is due by the old rules goes by them."""
    ticking.tick(schedule_id)
    schedule = _get_locked(schedule_id)
    new = _checked(replace(_fingerprint_of(schedule), **changes))
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
    """Delete it with its task, their history and its rows in django-celery-beat."""
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
    """No tick fires from now on; what runs, runs on. Repeating it only changes the note."""
    tasks.check_note(note)
    schedule = _get_locked(schedule_id)
    if schedule.paused_at is None:
        ticking.drop_queued(schedule_id)
        _set_paused(schedule, paused_at=Now())
        events.schedules_changed(Kind.SCHEDULE_PAUSED, [schedule_id], message=note)
    TaskSchedule.objects.filter(pk=schedule_id).update(pause_note=note, updated_at=Now())
    return TaskSchedule.objects.get(pk=schedule_id)


@in_transaction
def resume_schedule(schedule_id: UUID) -> TaskSchedule:
    """Ticks fire again from the next one on; those of the pause are recorded as skipped."""
    schedule = _get_locked(schedule_id)
    if schedule.paused_at is not None:
        ticking.tick(schedule_id)
        _set_paused(schedule, paused_at=None)
        TaskSchedule.objects.filter(pk=schedule_id).update(pause_note="", updated_at=Now())
        events.schedules_changed(Kind.SCHEDULE_RESUMED, [schedule_id])
    return TaskSchedule.objects.get(pk=schedule_id)


@in_transaction
def trigger_schedule(schedule_id: UUID) -> Task:
    """Run its task now, beside the grid, paused or not. It counts as a run."""
    schedule = _get_locked(schedule_id)
    if not ticking.trigger(schedule_id):
        message = "The last run of its task has not finished."
        raise ValidationError({"id": _fault(message, "not_triggerable")})
    return schedule.task


def preview(new: NewSchedule, count: int) -> list[datetime]:
    """The first ticks that this wish would have if it came now."""
    new = _checked(new)
    _check_count(count)
    grid = Recurrence(new.scheduled_at, new.interval)
    first = grid.first_after(database_now())
    return grid.upcoming(first, count, ends_at=new.ends_at, runs_left=new.max_runs)


def upcoming(schedule: TaskSchedule, count: int) -> list[datetime]:
    """Its next ticks that will fire if nothing comes between; none while it is paused."""
    _check_count(count)
    return schedule.upcoming(count)


def _get_locked(schedule_id: UUID) -> TaskSchedule:
    return TaskSchedule.objects.select_for_update().get(pk=schedule_id)


@in_transaction
def _insert(new: NewSchedule) -> TaskSchedule:
    schedule = TaskSchedule(
        **{name: getattr(new, name) for name in _OF_THE_SCHEDULE},
        idempotency_key=new.idempotency_key,
        wish_digest=_digest(new) if new.idempotency_key else "",
    )
    schedule.schedule_celery_beat_task()
    values = {name: getattr(new, name) for name in _OF_THE_TASK if name != "queue"}
    task = Task(schedule=schedule, queue_id=new.queue, run=0, **values)
    task.save()
    task.refresh_from_db()
    events.schedule_changed(Kind.SCHEDULE_CREATED, schedule.pk, task)
    return TaskSchedule.objects.get(pk=schedule.pk)


def _first_of(new: NewSchedule) -> TaskSchedule:
    """The schedule that this wish became when it came first. Raises if that was another wish."""
    schedule = TaskSchedule.objects.get(idempotency_key=new.idempotency_key)
    if schedule.wish_digest != _digest(new):
        message = "This key came with another schedule before."
        raise ValidationError({"idempotency_key": _fault(message, "idempotency_conflict")})
    return schedule


def _digest(new: NewSchedule) -> str:
    """A schedule may be edited, so what its key stood for must be kept beside it."""
    return hashlib.sha256(repr(new).encode()).hexdigest()


def _fingerprint_of(schedule: TaskSchedule) -> NewSchedule:
    task = schedule.task
    return NewSchedule(
        queue=task.queue_id,
        **{name: getattr(task, name) for name in _OF_THE_TASK if name != "queue"},
        **{name: getattr(schedule, name) for name in _OF_THE_SCHEDULE},
    )


def _update_task(task: Task, new: NewSchedule) -> Task:
    if new.max_attempts < task.attempt:
        message = f"Its current run is in attempt {task.attempt}."
        raise ValidationError({"max_attempts": _fault(message, "out_of_range")})
    values = {name: getattr(new, name) for name in _OF_THE_TASK}
    Task.objects.filter(pk=task.pk).update(
        version=F("version") + 1, updated_at=Now(), xid=CurrentTransactionId(), **values
    )
    task.refresh_from_db()
    return task


def _set_paused(schedule: TaskSchedule, *, paused_at: Any) -> None:
    TaskSchedule.objects.filter(pk=schedule.pk).update(paused_at=paused_at)
    PeriodicTask.objects.filter(task_schedule=schedule).update(enabled=paused_at is None)


def _checked(new: NewSchedule) -> NewSchedule:
    """The wish with its times in UTC. Raises if there are faults."""
    if faults := _faults(new):
        raise ValidationError(faults)
    ends_at = new.ends_at and _aware(new.ends_at).astimezone(UTC)
    return replace(new, scheduled_at=_aware(new.scheduled_at).astimezone(UTC), ends_at=ends_at)


def _faults(new: NewSchedule) -> dict[str, ValidationError]:
    of_the_task = {name: getattr(new, name) for name in _OF_THE_TASK}
    faults = tasks.validate(NewTask(**of_the_task, idempotency_key=new.idempotency_key))
    for name, (low, high) in _RANGES.items():
        value = getattr(new, name)
        if not _is_within(value, low, high) and (name, value) != ("max_runs", None):
            faults[name] = _fault(f"Must be an integer from {low} to {high}.", "out_of_range")
    for name in ("scheduled_at", "ends_at"):
        time = getattr(new, name)
        if time is not None and not EARLIEST <= _aware(time) <= LATEST:
            faults[name] = _fault("From the year 1000 to the year 9000.", "out_of_range")
    if new.overlap not in Overlap:
        faults["overlap"] = _fault(f"One of {', '.join(Overlap)}.", "invalid_choice")
    return faults or _contradictions(new)


def _contradictions(new: NewSchedule) -> dict[str, ValidationError]:
    faults = {}
    if new.ends_at is not None and _aware(new.ends_at) < _aware(new.scheduled_at):
        faults["ends_at"] = _fault("Must not be before scheduled_at.", "out_of_range")
    if new.jitter >= new.interval:
        faults["jitter"] = _fault("Must be less than the interval.", "out_of_range")
    return faults


def _check_count(count: int) -> None:
    if not _is_within(count, 1, PREVIEW_MAX):
        message = f"Must be an integer from 1 to {PREVIEW_MAX}."
        raise ValidationError({"count": _fault(message, "out_of_range")})


def _is_within(value: object, low: int, high: int) -> bool:
    return type(value) is int and low <= value <= high


def _aware(time: datetime) -> datetime:
    """What says nothing of its zone is UTC."""
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time


def _fault(message: str, code: str) -> ValidationError:
    return ValidationError(message, code=code)
