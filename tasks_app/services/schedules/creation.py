"""The services that create schedules with their tasks."""

import hashlib
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import IntegrityError

from tasks_app.log import events
from tasks_app.models import ClusterEvent, Task, TaskSchedule
from tasks_app.models.base import database_now
from tasks_app.options import SHARED_OPTIONS
from tasks_app.recurrence import recurrence_of
from tasks_app.services.queues import lock_to_use
from tasks_app.services.schedules.parameters import (
    OF_THE_SCHEDULE,
    NewSchedule,
    calendar_errors,
    checked,
    starting_at,
)
from tasks_app.services.tasks import UNKNOWN_QUEUE
from tasks_app.services.validation import error
from tasks_app.sql import calendars
from tasks_app.sql.transactions import in_transaction

BULK_MAX = 500

Kind = ClusterEvent.Kind


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
def create_schedules(news: Sequence[NewSchedule]) -> list[TaskSchedule]:
    """Create up to 500 schedules with their tasks, or none of them.

    Raises:
        ValidationError: A row is not valid. Errors are keyed by the row's number and the field:
            ``"task_schedules.17.a"``.
    """
    if not 1 <= len(news) <= BULK_MAX:
        message = f"Must have from 1 to {BULK_MAX} rows."
        raise ValidationError({"task_schedules": error(message, "out_of_range")})
    # All locks of one kind before those of the next, as for a single schedule.
    lock_to_use({new.queue for new in news})
    if any(new.calendars for new in news):
        calendars.lock_to_use()
    created: list[TaskSchedule] = []
    errors: dict[str, list[ValidationError]] = {}
    for number, new in enumerate(news):
        try:
            created.append(create_schedule(new))
        except ValidationError as refusal:
            for name, found in refusal.error_dict.items():
                errors[f"task_schedules.{number}.{name}"] = found
    if errors:
        raise ValidationError(errors)
    return created


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
    check_is_future(schedule)
    values = {name: getattr(new, name) for name in SHARED_OPTIONS if name != "queue"}
    task = Task(schedule=schedule, queue_id=new.queue, run=0, **values)
    task.save()
    task.refresh_from_db()
    events.schedule_changed(Kind.SCHEDULE_CREATED, schedule.pk, task)
    return TaskSchedule.objects.get(pk=schedule.pk)


def check_is_future(schedule: TaskSchedule) -> None:
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
