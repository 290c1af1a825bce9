"""The recurrences of schedules, and the decisions on scheduled times that are due.

Pure: times come in, decisions go out.
"""

from tasks_app.recurrence.calendars import (
    Dates,
    ExcludedTimes,
    Exclusions,
    Span,
    Weekday,
    WeeklyHours,
)
from tasks_app.recurrence.cron import (
    Cron,
    NotedTick,
    OnFold,
    OnGap,
    TickNote,
)
from tasks_app.recurrence.decisions import (
    Decision,
    ScheduleState,
    TickGroup,
    cancels_run,
    decide,
    decide_missed,
    recurrence_of,
    runs_left,
)
from tasks_app.recurrence.densities import Density, Planned, SlotDensity, Window, density
from tasks_app.recurrence.expressions import (
    EXPRESSION_MAX_LENGTH,
    InvalidCronError,
    is_valid,
    parse,
)
from tasks_app.recurrence.kinds import (
    EARLIEST,
    LATEST,
    Interval,
    Once,
    Recurrence,
    preview,
    upcoming,
)
from tasks_app.recurrence.policies import (
    CATCH_UP_MAX,
    ON_TIME_SECONDS,
    CatchUp,
    Overlap,
    TickOutcome,
    TickReason,
)
from tasks_app.recurrence.ranges import times_between
from tasks_app.recurrence.zones import is_zone, zone

__all__ = [
    "CATCH_UP_MAX",
    "EARLIEST",
    "EXPRESSION_MAX_LENGTH",
    "LATEST",
    "ON_TIME_SECONDS",
    "CatchUp",
    "Cron",
    "Dates",
    "Decision",
    "Density",
    "ExcludedTimes",
    "Exclusions",
    "Interval",
    "InvalidCronError",
    "NotedTick",
    "OnFold",
    "OnGap",
    "Once",
    "Overlap",
    "Planned",
    "Recurrence",
    "ScheduleState",
    "SlotDensity",
    "Span",
    "TickGroup",
    "TickNote",
    "TickOutcome",
    "TickReason",
    "Weekday",
    "WeeklyHours",
    "Window",
    "cancels_run",
    "decide",
    "decide_missed",
    "density",
    "is_valid",
    "is_zone",
    "parse",
    "preview",
    "recurrence_of",
    "runs_left",
    "times_between",
    "upcoming",
    "zone",
]
