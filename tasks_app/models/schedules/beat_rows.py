"""The rows of django-celery-beat that mirror our schedules for its admin.

All schedules with the same recurrence share a row, also with periodic tasks made in the admin. Rows
are therefore never changed, and one is deleted only when nothing uses it.
"""

from django.db import connection, models
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
)

from tasks_app.recurrence import Cron, Interval, Once, Recurrence

_LOCK = 0x7461736B
# The fields of a PeriodicTask of which exactly one says when.
_KINDS: dict[str, type[models.Model]] = {
    "interval": IntervalSchedule,
    "crontab": CrontabSchedule,
    "clocked": ClockedSchedule,
}


def fields_for(recurrence: Recurrence) -> dict[str, object]:
    """Return the fields of a PeriodicTask that say when, with a row for one of them."""
    lock()
    kind, says = _row_of(recurrence)
    model = _KINDS[kind]
    known = model._default_manager.filter(**says).order_by("pk").first()
    # In bulk there are no signals: see save_quietly.
    row = known or model._default_manager.bulk_create([model(**says)])[0]
    return dict.fromkeys(_KINDS) | {kind: row, "one_off": kind == "clocked"}


def used_by(periodic_task: PeriodicTask) -> tuple[str, int | None]:
    """Return the kind and the ID of the row that a PeriodicTask uses."""
    for kind in _KINDS:
        id = getattr(periodic_task, f"{kind}_id")
        if id is not None:
            return kind, id
    return "interval", None


# Locks a row.
_LOCK_ROW = "SELECT FROM {table} WHERE id = %(id)s FOR UPDATE"
# Deletes a row that nothing uses.
_DELETE_UNUSED = """
    DELETE FROM {table} i
     WHERE id = %(id)s
       AND NOT EXISTS (SELECT FROM django_celery_beat_periodictask WHERE {kind}_id = i.id)
       AND NOT EXISTS (SELECT FROM tasks_app_taskschedule
                        WHERE %(kind)s = 'interval' AND interval_schedule_id = i.id)
"""


def delete_if_unused(kind: str, id: int | None) -> None:
    """Delete a row that no schedule or PeriodicTask uses: a delete cascades to them."""
    table = _KINDS[kind]._meta.db_table
    with connection.cursor() as cursor:
        # The lock serializes this with an edit in the admin that is about to use the row.
        cursor.execute(_LOCK_ROW.format(table=table), {"id": id})
        cursor.execute(_DELETE_UNUSED.format(table=table, kind=kind), {"id": id, "kind": kind})


def lock() -> None:
    """Block other transactions that add or remove rows until this one ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%(lock)s)", {"lock": _LOCK})


def save_quietly(periodic_task: PeriodicTask) -> None:
    """Save without updating the row `PeriodicTasks`, which all saves would contend for.

    The scheduler needs no reload for our rows.
    """
    periodic_task.no_changes = True
    periodic_task.save()


def _row_of(recurrence: Recurrence) -> tuple[str, dict[str, object]]:
    match recurrence:
        case Interval():
            says = {"every": recurrence.seconds, "period": IntervalSchedule.SECONDS}
            return "interval", says
        case Cron():
            minute, hour, day_of_month, month, day_of_week = recurrence.expression.split()
            return "crontab", {
                "minute": minute,
                "hour": hour,
                "day_of_month": day_of_month,
                "month_of_year": month,
                "day_of_week": day_of_week,
                "timezone": recurrence.time_zone,
            }
        case Once():
            return "clocked", {"clocked_time": recurrence.at}
    raise TypeError(recurrence)
