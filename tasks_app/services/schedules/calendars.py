"""The services of calendars: save, rename, delete and preview. Each opens its transaction.

They raise Calendar.DoesNotExist, and ValidationError by field with a code for each error.
"""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models.functions import Now

from tasks_app.log import events
from tasks_app.models import Calendar, ClusterEvent, TaskSchedule
from tasks_app.models.base import database_now
from tasks_app.recurrence import (
    EARLIEST,
    LATEST,
    ExcludedTimes,
    Exclusions,
    Span,
    Weekday,
    is_zone,
)
from tasks_app.services.validation import check_name, error, is_storable, quoted, text_error
from tasks_app.sql import calendars
from tasks_app.sql.transactions import in_transaction

NAME_MAX_LENGTH = 63
DESCRIPTION_MAX_LENGTH = 10_000
WEEKLY_MAX, DATES_MAX = 50, 1_000


_NO_TIMES = ExcludedTimes("UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCalendar:
    """The parameters of a calendar."""

    name: str
    description: str = ""
    excluded: ExcludedTimes = _NO_TIMES


@in_transaction
def save_calendar(new: NewCalendar) -> Calendar:
    """Create a calendar, or replace the one with the same name.

    The schedules that use it get a new next scheduled time.
    """
    if errors := _validate(new):
        raise ValidationError(errors)
    calendars.lock_to_change()
    calendar, is_new = Calendar.objects.get_or_create(name=new.name, defaults=_columns(new))
    if not is_new:
        Calendar.objects.filter(pk=calendar.pk).update(updated_at=Now(), **_columns(new))
        _reschedule(new.name)
    events.calendar_changed(ClusterEvent.Kind.CALENDAR_SAVED, new.name)
    return Calendar.objects.get(pk=calendar.pk)


@in_transaction
def rename_calendar(name: str, new_name: str) -> Calendar:
    """Rename a calendar, also in the schedules that use it."""
    check_name(name)
    if invalid := _validate_name(new_name):
        raise ValidationError({"new_name": invalid})
    calendars.lock_to_change()
    calendar = Calendar.objects.select_for_update().get(name=name)
    if name == new_name:
        return calendar
    if Calendar.objects.filter(name=new_name).exists():
        message = f"The calendar {quoted(new_name)} exists already. Choose another name."
        raise ValidationError({"new_name": error(message, "already_exists")})
    Calendar.objects.filter(pk=calendar.pk).update(name=new_name, updated_at=Now())
    if ids := calendars.rename_in_schedules(name, new_name):
        events.schedules_changed(ClusterEvent.Kind.SCHEDULE_UPDATED, ids, message=new_name)
    events.calendar_changed(ClusterEvent.Kind.CALENDAR_SAVED, new_name)
    return Calendar.objects.get(pk=calendar.pk)


@in_transaction
def delete_calendar(name: str) -> UUID:
    """Delete a calendar that no schedule uses, and return the ID that it had."""
    check_name(name)
    calendars.lock_to_change()
    calendar = Calendar.objects.get(name=name)
    if count := calendars.schedule_counts([name]).get(name):
        message = f"Schedules that use the calendar: {count}. Remove it from them first."
        raise ValidationError({"name": error(message, "in_use")})
    id = calendar.pk
    calendar.delete()
    events.calendar_changed(ClusterEvent.Kind.CALENDAR_DELETED, name)
    return id


@in_transaction
def preview(new: NewCalendar, count: int) -> list[Span]:
    """Return the next excluded times that a calendar with these parameters would have."""
    if errors := _validate(new):
        raise ValidationError(errors)
    return upcoming(new.excluded, count)


def upcoming(excluded: ExcludedTimes, count: int) -> list[Span]:
    """Return the next excluded times in the coming year, at most `count`."""
    return list(islice(Exclusions([excluded]).in_year(database_now()), count))


def _reschedule(name: str) -> None:
    """Compute the next scheduled times of the schedules that use a calendar.

    Those that are due keep theirs: the scheduler decides on them by the new calendar.
    """
    now = database_now()
    users = TaskSchedule.objects.select_for_update().order_by("pk")
    next_runs: list[tuple[UUID, datetime]] = []
    for schedule in users.filter(calendars__contains=[name], next_run_at__gt=now):
        next_run_at = schedule.recurrence.first_after(now)
        if next_run_at is None:
            message = (
                f"Every scheduled time of schedule {schedule.pk} in the next ten years would be"
                " excluded. Exclude less."
            )
            raise ValidationError({"name": error(message, "out_of_range")})
        next_runs.append((schedule.pk, next_run_at))
    if next_runs:
        calendars.reschedule(next_runs)
        ids = [id for id, _ in next_runs]
        events.schedules_changed(ClusterEvent.Kind.SCHEDULE_UPDATED, ids, message=name)


def _columns(new: NewCalendar) -> dict[str, object]:
    return {"description": new.description, **new.excluded.to_json()}


def _validate_name(name: str) -> ValidationError | None:
    if 0 < len(name) <= NAME_MAX_LENGTH and is_storable(name):
        return None
    return error(f"Must be 1 to {NAME_MAX_LENGTH} characters.", "invalid")


def _validate(new: NewCalendar) -> dict[str, ValidationError]:
    errors = {}
    if invalid := _validate_name(new.name):
        errors["name"] = invalid
    if len(new.description) > DESCRIPTION_MAX_LENGTH or not is_storable(new.description):
        errors["description"] = text_error(DESCRIPTION_MAX_LENGTH)
    if not is_zone(new.excluded.time_zone):
        message = "Must be the name of an IANA time zone, such as Europe/Berlin."
        errors["time_zone"] = error(message, "invalid")
    if len(new.excluded.weekly) > WEEKLY_MAX:
        errors["weekly"] = error(f"Must be at most {WEEKLY_MAX} entries.", "invalid")
    if len(new.excluded.dates) > DATES_MAX:
        errors["dates"] = error(f"Must be at most {DATES_MAX} entries.", "invalid")
    for number, hours in enumerate(new.excluded.weekly[:WEEKLY_MAX]):
        if not hours.days or not set(hours.days) <= set(Weekday.values):
            errors[f"weekly.{number}.days"] = error("Must name days of the week.", "invalid")
        for field, clock in (("from", hours.begins), ("until", hours.until)):
            if clock.tzinfo or clock.second or clock.microsecond:
                message = "Must be a local time in hours and minutes."
                errors[f"weekly.{number}.{field}"] = error(message, "invalid")
    for number, dates in enumerate(new.excluded.dates[:DATES_MAX]):
        if dates.last < dates.first:
            message = "Must not be earlier than `from`."
            errors[f"dates.{number}.until"] = error(message, "out_of_range")
        elif not EARLIEST.date() <= dates.first <= dates.last <= LATEST.date():
            message = "Must be between the years 1000 and 9000."
            errors[f"dates.{number}.from"] = error(message, "out_of_range")
    return errors
