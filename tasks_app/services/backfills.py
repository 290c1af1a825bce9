"""The services of backfills: plan, create, pause, resume and cancel. Each opens its transaction.

They raise TaskSchedule.DoesNotExist or Backfill.DoesNotExist, and ValidationError by field with a
code for each error.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models.functions import Now

from tasks_app import backfilling
from tasks_app.access import actors, scopes
from tasks_app.log import events
from tasks_app.models import Backfill, ClusterEvent, TaskSchedule
from tasks_app.models.base import database_now
from tasks_app.options import BACKFILL_OPTIONS, KEY_MAX_LENGTH, SHARED_OPTIONS, default_of
from tasks_app.recurrence import EARLIEST, is_valid, times_between
from tasks_app.services.queues import lock_to_use
from tasks_app.services.tasks import UNKNOWN_QUEUE
from tasks_app.services.validation import error, is_storable, range_error, text_error, utc
from tasks_app.sql import backfills as sql
from tasks_app.sql.transactions import in_transaction

RANGE_MAX_YEARS = 10
RANGE_MAX = timedelta(days=RANGE_MAX_YEARS * 366)
TIMES_MAX = 10_000
FIRST_TIMES = 10

Kind = ClusterEvent.Kind
State = Backfill.State


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBackfill:
    """The parameters of a backfill to create. Both ends of the range belong to it.

    Repeating a create with the same idempotency key returns the backfill of the first request.
    """

    schedule_id: UUID
    since: datetime
    until: datetime
    order: str = Backfill.Order.OLDEST_FIRST
    max_concurrency: int = default_of("max_concurrency")
    idempotency_key: str = ""


class Plan(NamedTuple):
    """What a backfill runs.

    Attributes:
        backfill: The backfill; None after a dry run.
        total: The number of scheduled times.
        first_times: The first of them, in the order in which they run.
    """

    backfill: Backfill | None
    total: int
    first_times: list[datetime]


def plan_backfill(new: NewBackfill) -> Plan:
    """Return what a backfill with these parameters would run, and change nothing."""
    schedule = scopes.visible(TaskSchedule.objects.all()).get(pk=new.schedule_id)
    return _plan_of(_times_of(_checked(new), schedule))


def create_backfill(new: NewBackfill) -> Plan:
    """Create a backfill, or return the one that its idempotency key created before."""
    new = _checked(new)
    try:
        return _insert(new)
    except IntegrityError:
        # Another request has used the key meanwhile.
        first = Backfill.objects.get(idempotency_key=new.idempotency_key)
        return _repeated(first, new)


@in_transaction
def pause_backfill(backfill_id: UUID) -> Backfill:
    """Pause a backfill: it creates no tasks. Those that are active go on. Idempotent."""
    backfill = _get_open(backfill_id)
    if backfill.state == State.RUNNING:
        _set_state(backfill, State.PAUSED, Kind.BACKFILL_PAUSED)
    return Backfill.objects.get(pk=backfill_id)


@in_transaction
def resume_backfill(backfill_id: UUID) -> Backfill:
    """Resume a paused backfill. Idempotent."""
    backfill = _get_open(backfill_id)
    if backfill.state == State.PAUSED:
        _set_state(backfill, State.RUNNING, Kind.BACKFILL_RESUMED)
    return Backfill.objects.get(pk=backfill_id)


@in_transaction
def cancel_backfill(backfill_id: UUID, *, cancel_active: bool = False) -> Backfill:
    """Cancel a backfill: the scheduled times that wait never run. Idempotent.

    Args:
        backfill_id: The ID of the backfill.
        cancel_active: Whether its tasks that have not ended are cancelled too.
    """
    backfill = _get_locked(backfill_id)
    if backfill.state == State.DONE:
        raise ValidationError({"id": _ENDED})
    if backfill.state != State.CANCELLED:
        backfilling.cancel([backfill], cancel_active=cancel_active)
    elif cancel_active:
        backfilling.cancel_active_of([backfill_id])
    return Backfill.objects.get(pk=backfill_id)


@in_transaction
def _insert(new: NewBackfill) -> Plan:
    # The lock keeps the schedule, and its parameters, until the backfill is created.
    locked = TaskSchedule.objects.select_for_update()
    schedule = scopes.visible(locked).get(pk=new.schedule_id)
    key = new.idempotency_key
    if key and (first := Backfill.objects.filter(idempotency_key=key).first()):
        return _repeated(first, new)
    times = _times_of(new, schedule)
    task = schedule.task
    if task.queue_id not in lock_to_use([task.queue_id]):
        raise ValidationError({"schedule_id": UNKNOWN_QUEUE})
    backfill = Backfill(
        schedule=schedule,
        since=new.since,
        until=new.until,
        order=new.order,
        max_concurrency=new.max_concurrency,
        total=len(times),
        created_by=actors.current().name,
        idempotency_key=new.idempotency_key,
        queue=task.queue_id,
        **{name: getattr(task, name) for name in SHARED_OPTIONS if name != "queue"},
    )
    backfill.save(force_insert=True)
    sql.insert_runs(backfill.pk, times)
    events.backfills_changed(Kind.BACKFILL_CREATED, {backfill.pk: schedule.pk})
    return _plan_of(times)._replace(backfill=Backfill.objects.get(pk=backfill.pk))


def _plan_of(times: list[datetime]) -> Plan:
    return Plan(None, len(times), times[:FIRST_TIMES])


def _repeated(first: Backfill, new: NewBackfill) -> Plan:
    """Return the backfill that the idempotency key created before."""
    parameters = NewBackfill(
        schedule_id=first.schedule_id or new.schedule_id,
        since=first.since,
        until=first.until,
        order=first.order,
        max_concurrency=first.max_concurrency,
        idempotency_key=first.idempotency_key,
    )
    if parameters != new:
        message = (
            "The key was used before with other parameters. Use a new key for another backfill."
        )
        raise ValidationError({"idempotency_key": error(message, "idempotency_conflict")})
    times = first.runs.order_by("pk").values_list("scheduled_for", flat=True)[:FIRST_TIMES]
    return Plan(first, first.total, list(times))


def _times_of(new: NewBackfill, schedule: TaskSchedule) -> list[datetime]:
    """Return the scheduled times of the range, in the order in which they run."""
    if schedule.cron and not is_valid(schedule.cron, schedule.time_zone):
        message = "The cron expression or the time zone of the schedule is not valid any more."
        raise ValidationError({"schedule_id": error(message, "invalid")})
    until = min(new.until, schedule.ends_at or new.until)
    times = times_between(schedule.recurrence, new.since, until, TIMES_MAX + 1)
    if not times:
        message = "The range has no scheduled time. Choose another range."
        raise ValidationError({"from": error(message, "out_of_range")})
    if len(times) > TIMES_MAX:
        message = f"The range has more than {TIMES_MAX:,} scheduled times. Choose a shorter range."
        raise ValidationError({"until": error(message, "out_of_range")})
    return times if new.order == Backfill.Order.OLDEST_FIRST else times[::-1]


def _checked(new: NewBackfill) -> NewBackfill:
    """Return valid parameters with times in UTC.

    Raises:
        ValidationError: By field.
    """
    new = replace(new, since=utc(new.since), until=utc(new.until))
    errors = {}
    if new.until > database_now():
        errors["until"] = error("Must not be in the future.", "out_of_range")
    if new.since > new.until:
        errors["from"] = error("Must not be later than `until`.", "out_of_range")
    elif new.since < EARLIEST or new.until - new.since > RANGE_MAX:
        message = f"Must not be more than {RANGE_MAX_YEARS} years before `until`."
        errors["from"] = error(message, "out_of_range")
    if new.order not in Backfill.Order:
        message = f"Must be one of {', '.join(Backfill.Order)}."
        errors["order"] = error(message, "invalid_choice")
    option = BACKFILL_OPTIONS["max_concurrency"]
    if not option.contains(new.max_concurrency):
        errors["max_concurrency"] = range_error(option)
    if len(new.idempotency_key) > KEY_MAX_LENGTH or not is_storable(new.idempotency_key):
        errors["idempotency_key"] = text_error(KEY_MAX_LENGTH)
    if errors:
        raise ValidationError(errors)
    return new


def _get_locked(backfill_id: UUID) -> Backfill:
    return scopes.visible(Backfill.objects.select_for_update()).get(pk=backfill_id)


def _get_open(backfill_id: UUID) -> Backfill:
    backfill = _get_locked(backfill_id)
    if backfill.ended_at is not None:
        raise ValidationError({"id": _ENDED})
    return backfill


def _set_state(backfill: Backfill, state: State, kind: str) -> None:
    Backfill.objects.filter(pk=backfill.pk).update(state=state, updated_at=Now())
    events.backfills_changed(kind, {backfill.pk: backfill.schedule_id})


_ENDED = error("The backfill has ended. Create another one.", "already_ended")
