"""The services that change and delete a schedule."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import F
from django.db.models.functions import Now

from tasks_app import backfilling, ticking
from tasks_app.log import events
from tasks_app.models import ClusterEvent, Task, TaskSchedule
from tasks_app.models.base import database_now
from tasks_app.models.event import CurrentTransactionId
from tasks_app.options import SHARED_OPTIONS
from tasks_app.services.schedules.control import get_locked
from tasks_app.services.schedules.creation import check_is_future
from tasks_app.services.schedules.parameters import (
    OF_THE_SCHEDULE,
    NewSchedule,
    checked,
    recurrence_for,
    starting_at,
    with_changes,
)
from tasks_app.services.validation import error
from tasks_app.sql import calendars, overlaps
from tasks_app.sql.tasks import transitions
from tasks_app.sql.transactions import in_transaction

Kind = ClusterEvent.Kind


@in_transaction
def update_schedule(schedule_id: UUID, **changes: object) -> TaskSchedule:
    """Change parameters of a schedule. Scheduled times that are due follow the old parameters.

    Those that still wait for the previous run are missed if the recurrence changes.
    """
    calendars.lock_to_use()
    ticking.tick(schedule_id)
    schedule = get_locked(schedule_id)
    new = checked(with_changes(_parameters_of(schedule), changes))
    new = starting_at(new, database_now())
    if recurrence_for(new) != schedule.recurrence:
        ticking.miss_due(schedule_id)
        schedule = get_locked(schedule_id)
    for name in OF_THE_SCHEDULE:
        setattr(schedule, name, getattr(new, name))
    schedule.update_celery_beat_task()
    if changes.get("at") or new.calendars:
        check_is_future(schedule)
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
    schedule = get_locked(schedule_id)
    transitions.lock(schedule.task.pk)
    backfilling.cancel_of_deleted(schedule_id)
    events.tasks_changed(transitions.cancel(overlaps.active_ids(schedule_id)))
    task = Task.objects.get(schedule=schedule)
    task.version += 1
    events.schedule_changed(Kind.SCHEDULE_DELETED, schedule.pk, task)
    task.delete()
    schedule.delete_celery_beat_task()
    schedule.delete()


def _parameters_of(schedule: TaskSchedule) -> NewSchedule:
    task = schedule.task
    values = {name: getattr(schedule, name) for name in OF_THE_SCHEDULE}
    if schedule.at is not None:
        values |= {"scheduled_at": None, "at": schedule.at}
    return NewSchedule(
        queue=task.queue_id,
        **{name: getattr(task, name) for name in SHARED_OPTIONS if name != "queue"},
        **values,
    )


def _update_task(task: Task, new: NewSchedule) -> Task:
    if new.max_attempts < task.attempt:
        message = f"Must be at least {task.attempt}, the attempt of the current run."
        raise ValidationError({"max_attempts": error(message, "out_of_range")})
    values = {name: getattr(new, name) for name in SHARED_OPTIONS}
    Task.objects.filter(pk=task.pk).update(
        version=F("version") + 1, updated_at=Now(), xid=CurrentTransactionId(), **values
    )
    task.refresh_from_db()
    return task
