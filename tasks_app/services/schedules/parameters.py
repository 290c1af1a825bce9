"""The parameters of schedules, and their validation."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from tasks_app.models import Calendar
from tasks_app.options import SCHEDULE_OPTIONS, SHARED_OPTIONS, TaskOptions, default_of
from tasks_app.recurrence import (
    EARLIEST,
    LATEST,
    CatchUp,
    InvalidCronError,
    OnFold,
    OnGap,
    Overlap,
    Recurrence,
    is_zone,
    parse,
    recurrence_of,
)
from tasks_app.services import tasks
from tasks_app.services.queues import lock_to_use
from tasks_app.services.tasks import NewTask
from tasks_app.services.validation import aware, error, is_storable, quoted, range_error, utc

CALENDARS_MAX = 10
LABELS_MAX, LABEL_MAX_LENGTH = 20, 63
RECURRENCES = ("interval", "cron", "at")
_CHOICES = {"overlap": Overlap, "catch_up": CatchUp, "on_gap": OnGap, "on_fold": OnFold}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSchedule(TaskOptions):
    """The parameters of a schedule to create; see `tasks_app/options.py`.

    Exactly one of `interval`, `cron` and `at` says when. Repeating a create with the same
    idempotency key returns the schedule of the first request.
    """

    scheduled_at: datetime | None = None
    interval: int | None = None
    cron: str = ""
    time_zone: str = default_of("time_zone")
    on_gap: str = default_of("on_gap")
    on_fold: str = default_of("on_fold")
    at: datetime | None = None
    overlap: str = default_of("overlap")
    max_concurrent_runs: int = default_of("max_concurrent_runs")
    catch_up: str = default_of("catch_up")
    misfire_grace: int = default_of("misfire_grace")
    ends_at: datetime | None = None
    max_runs: int | None = None
    jitter: int = default_of("jitter")
    calendars: Sequence[str] = default_of("calendars")
    labels: Sequence[str] = default_of("labels")
    idempotency_key: str = ""


OF_THE_SCHEDULE = [
    field.name
    for field in fields(NewSchedule)
    if field.name not in (*SHARED_OPTIONS, "at", "idempotency_key")
]


def starting_at(new: NewSchedule, now: datetime) -> NewSchedule:
    """Return checked parameters whose `scheduled_at` is what the schedule stores."""
    return replace(new, scheduled_at=new.at or new.scheduled_at or now)


def recurrence_for(new: NewSchedule) -> Recurrence:
    """Return the recurrence of parameters that have a start, without excluded times."""
    rows = Calendar.objects.filter(name__in=new.calendars) if new.calendars else ()
    excluded = [calendar.excluded for calendar in rows]
    return recurrence_of(new, excluded)  # type: ignore[arg-type]  # The start is not None.


def with_changes(new: NewSchedule, changes: dict[str, Any]) -> NewSchedule:
    """Return changed parameters. A recurrence that is given replaces the one before it."""
    if any(changes.get(name) for name in RECURRENCES):
        defaults = {"interval": None, "cron": "", "time_zone": "UTC", "at": None}
        if changes.get("at"):
            defaults["scheduled_at"] = None
        changes = defaults | changes
    return replace(new, **changes)


def checked(new: NewSchedule) -> NewSchedule:
    """Return valid parameters with times in UTC and the five fields of the cron expression.

    Raises:
        ValidationError: By field.
    """
    if errors := _validate(new):
        raise ValidationError(errors)
    return replace(
        new,
        scheduled_at=new.scheduled_at and utc(new.scheduled_at),
        at=new.at and utc(new.at),
        ends_at=new.ends_at and utc(new.ends_at),
        cron=new.cron and parse(new.cron),
        calendars=tuple(dict.fromkeys(new.calendars)),
        labels=tuple(dict.fromkeys(new.labels)),
    )


def _validate(new: NewSchedule) -> dict[str, ValidationError]:
    of_the_task = {name: getattr(new, name) for name in SHARED_OPTIONS}
    errors = tasks.validate(
        NewTask(**of_the_task, idempotency_key=new.idempotency_key), lock_to_use([new.queue])
    )
    for name, option in SCHEDULE_OPTIONS.items():
        value = getattr(new, name)
        is_default = value is None and option.default is None
        if option.minimum is not None and not is_default and not option.contains(value):
            errors[name] = range_error(option)
    for name in ("scheduled_at", "at", "ends_at"):
        time = getattr(new, name)
        if time is not None and not EARLIEST <= aware(time) <= LATEST:
            errors[name] = error("Must be between the years 1000 and 9000.", "out_of_range")
    for name, choices in _CHOICES.items():
        if getattr(new, name) not in choices:
            errors[name] = error(f"Must be one of {', '.join(choices)}.", "invalid_choice")
    errors |= calendar_errors(new.calendars) | _label_errors(new.labels)
    return errors | _recurrence_errors(new) or _contradictions(new)


def calendar_errors(names: Sequence[str]) -> dict[str, ValidationError]:
    """Return the error of names that are too many, or of a calendar that does not exist."""
    if len(names) > CALENDARS_MAX:
        return {"calendars": error(f"Must be at most {CALENDARS_MAX} names.", "invalid")}
    if not names:
        return {}
    found = Calendar.objects.filter(name__in=list(names)).values_list("name", flat=True)
    if unknown := sorted(set(names) - set(found)):
        return {
            "calendars": error(
                f"There is no calendar {quoted(unknown[0])}. Create it first.", "not_found"
            )
        }
    return {}


def _label_errors(labels: Sequence[str]) -> dict[str, ValidationError]:
    if len(labels) <= LABELS_MAX and all(map(_is_label, labels)):
        return {}
    message = f"Must be at most {LABELS_MAX} labels of 1 to {LABEL_MAX_LENGTH} characters."
    return {"labels": error(message, "invalid")}


def _is_label(label: str) -> bool:
    return 0 < len(label) <= LABEL_MAX_LENGTH and is_storable(label)


def _recurrence_errors(new: NewSchedule) -> dict[str, ValidationError]:
    given = [name for name in RECURRENCES if getattr(new, name) not in (None, "")]
    if len(given) != 1:
        message = f"Exactly one of {', '.join(RECURRENCES)} is required."
        return {name: error(message, "invalid") for name in given or ["interval"]}
    errors = {}
    if new.interval is not None and new.scheduled_at is None:
        errors["scheduled_at"] = error("Required with an interval.", "required")
    if new.at is not None and new.scheduled_at is not None:
        errors["scheduled_at"] = error("Cannot be combined with `at`.", "invalid")
    if not is_zone(new.time_zone):
        message = "Must be the name of an IANA time zone, such as Europe/Berlin."
        errors["time_zone"] = error(message, "invalid")
    if new.cron:
        try:
            parse(new.cron)
        except InvalidCronError as invalid:
            errors["cron"] = error(str(invalid), "invalid")
    return errors


def _contradictions(new: NewSchedule) -> dict[str, ValidationError]:
    errors = {}
    start = new.at or new.scheduled_at
    if new.ends_at is not None and start is not None and aware(new.ends_at) < aware(start):
        errors["ends_at"] = error(
            f"Must not be earlier than {'at' if new.at else 'scheduled_at'}.", "out_of_range"
        )
    ready = replace(starting_at(new, EARLIEST), cron=new.cron and parse(new.cron), calendars=())
    step = recurrence_for(ready).shortest_step
    if step is not None and new.jitter >= step.total_seconds():
        rule = "the interval" if new.interval is not None else "the shortest step of `cron`"
        errors["jitter"] = error(f"Must be less than {rule}.", "out_of_range")
    return errors
