"""Creates schedules for a benchmark, and compares what they did with their recurrences.

python -m bench.population create KIND COUNT     prints the first scheduled time
python -m bench.population compare FIRST SECONDS prints what became of the scheduled times

It runs in a process of its own with the settings of the cluster that is measured.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import django

django.setup()

from django.utils import timezone  # noqa: E402

from tasks_app.models import ScheduleTick, TaskSchedule  # noqa: E402
from tasks_app.recurrence import zone  # noqa: E402
from tasks_app.services import schedules  # noqa: E402
from tasks_app.services.schedules.parameters import NewSchedule  # noqa: E402
from tasks_app.sql.db import fetch  # noqa: E402

MINUTE = timedelta(minutes=1)
MIXED_MINUTES = 10
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")
# They are created before the first one is due.
CREATE_SECONDS_EACH, START_SECONDS = 0.02, 30


def create(kind: str, count: int) -> None:
    """Create schedules, and print the time at which the first one is due."""
    wait = timedelta(seconds=START_SECONDS + CREATE_SECONDS_EACH * count)
    first = (timezone.now() + wait + MINUTE).replace(second=0, microsecond=0)
    for number in range(count):
        schedules.create_schedule(KINDS[kind](number, count, first))
    if timezone.now() > first:
        sys.exit("The schedules were not created before the first one was due.")
    print(first.isoformat())


def _each_minute(number: int, count: int, first: datetime) -> NewSchedule:
    """Return a schedule of a minute. Their phases are spread evenly."""
    start = first + MINUTE * number / count
    return NewSchedule(a=number, b=1, scheduled_at=start, interval=60)


def _mixed(number: int, count: int, first: datetime) -> NewSchedule:
    """Return a schedule that is due at least once within ten minutes.

    Of ten, seven have an interval, two a cron expression in a zone, and one runs once.
    """
    kind, place = number % 10, number / count
    if kind < 6:
        return _each_minute(number, count, first)
    if kind == 6:
        start = first + MIXED_MINUTES * MINUTE * place
        return NewSchedule(a=number, b=1, scheduled_at=start, interval=MIXED_MINUTES * 60)
    if kind == 9:
        return NewSchedule(a=number, b=1, at=first + MIXED_MINUTES * MINUTE * place)
    name = ZONES[number // 10 % len(ZONES)]
    local = (first + int(MIXED_MINUTES * place) * MINUTE).astimezone(zone(name))
    daily = f"{local.minute} {local.hour} * * *"
    return NewSchedule(a=number, b=1, cron=daily if kind == 7 else "*/5 * * * *", time_zone=name)


KINDS: dict[str, Callable[[int, int, datetime], NewSchedule]] = {
    "minute": _each_minute,
    "mixed": _mixed,
}


# Returns how many more runs of schedules' tasks were started than scheduled times fired, as of one
# moment.
_REPEATED = """
    SELECT (SELECT sum(run) FROM tasks_app_task WHERE schedule_id IS NOT NULL)
         - (SELECT count(*) FROM tasks_app_scheduletick WHERE outcome = 'FIRED')
"""


def compare(first: datetime, seconds: int) -> None:
    """Print how many scheduled times were due, and how many fired once, twice or not at all."""
    end = first + timedelta(seconds=seconds)
    within = {"nominal_at__gte": first, "nominal_at__lt": end}
    due = {
        (schedule.pk, at) for schedule in TaskSchedule.objects.all() for at in _due(schedule, end)
    }
    due = {(id, at) for id, at in due if at >= first}
    rows = ScheduleTick.objects.filter(outcome="FIRED", **within)
    fired = list(rows.values_list("schedule_id", "nominal_at"))
    lags = sorted((row.fired_at - row.nominal_at).total_seconds() for row in rows if row.fired_at)
    [(repeated,)] = fetch(_REPEATED)
    print(
        json.dumps(
            {
                "due": len(due),
                "fired once": sum(
                    number == 1 for at, number in Counter(fired).items() if at in due
                ),
                "missing": len(due - set(fired)),
                "fired, but not due": len(set(fired) - due),
                "duplicates": len(fired) - len(set(fired)) + int(repeated or 0),
                "lags": lags,
            }
        )
    )


def _due(schedule: TaskSchedule, end: datetime) -> list[datetime]:
    """Return the scheduled times of a schedule from its creation to an end, excluded."""
    times = []
    for at in schedule.recurrence.after(schedule.created_at):
        if at >= end:
            break
        times.append(at)
    return times


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    if command == "create":
        create(arguments[0], int(arguments[1]))
    else:
        compare(datetime.fromisoformat(arguments[0]).astimezone(UTC), int(arguments[1]))
