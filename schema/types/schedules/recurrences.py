"""The recurrences of schedules, as input and as output."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import strawberry
from django.core.exceptions import ValidationError
from strawberry import UNSET

from schema.core.enums import OnFold, OnGap
from schema.core.options import option
from tasks_app import models
from tasks_app import recurrence as rules
from tasks_app.options import SCHEDULE_OPTIONS

T = TypeVar("T")

# Where the parameters of the services are in the inputs.
_PATHS = {
    "interval": "recurrence.interval",
    "cron": "recurrence.cron.expression",
    "time_zone": "recurrence.cron.time_zone",
    "on_gap": "recurrence.cron.on_gap",
    "on_fold": "recurrence.cron.on_fold",
    "at": "recurrence.at",
}


@strawberry.input(description="A cron expression in a time zone.")
class CronInput:
    expression: str = strawberry.field(description=SCHEDULE_OPTIONS["cron"].text)
    time_zone: str = option("time_zone")
    on_gap: OnGap = option("on_gap", default=OnGap.RUN_AFTER)
    on_fold: OnFold = option("on_fold", default=OnFold.FIRST)


@strawberry.input(description="When a schedule starts runs: exactly one of these.", one_of=True)
class RecurrenceInput:
    interval: int | None = strawberry.field(
        default=UNSET, description=SCHEDULE_OPTIONS["interval"].text
    )
    cron: CronInput | None = strawberry.field(
        default=UNSET, description="Scheduled times that match a cron expression."
    )
    at: datetime | None = strawberry.field(default=UNSET, description=SCHEDULE_OPTIONS["at"].text)

    def to_parameters(self) -> dict[str, Any]:
        """Return the parameters of the services."""
        if self.cron:
            return {
                "cron": self.cron.expression,
                "time_zone": self.cron.time_zone,
                "on_gap": self.cron.on_gap,
                "on_fold": self.cron.on_fold,
            }
        return {"at": self.at} if self.at else {"interval": self.interval}


@strawberry.type(description="A cron expression in a time zone.")
class CronRecurrence:
    expression: str = strawberry.field(
        description="The minute, hour, day of month, month and day of week. Aliases are resolved."
    )
    time_zone: str = strawberry.field(description=SCHEDULE_OPTIONS["time_zone"].description)
    on_gap: OnGap = strawberry.field(description=SCHEDULE_OPTIONS["on_gap"].description)
    on_fold: OnFold = strawberry.field(description=SCHEDULE_OPTIONS["on_fold"].description)


@strawberry.type(
    description=(
        "When a schedule starts runs. One of `interval`, `cron` and `at` has a value; the others"
        " are null."
    )
)
class Recurrence:
    interval: int | None = strawberry.field(
        description=f"{SCHEDULE_OPTIONS['interval'].description} Null for other schedules."
    )
    cron: CronRecurrence | None = strawberry.field(
        description="The cron expression, with its time zone. Null for other schedules."
    )
    at: datetime | None = strawberry.field(
        description=f"{SCHEDULE_OPTIONS['at'].description} Null for other schedules."
    )
    text: str = strawberry.field(
        description="The recurrence in words, such as `At 09:00 every day, Europe/Berlin`."
    )


def recurrence_of(schedule: models.TaskSchedule) -> Recurrence:
    """Return the recurrence of a schedule."""
    cron = None
    if schedule.cron:
        cron = CronRecurrence(
            expression=schedule.cron,
            time_zone=schedule.time_zone,
            on_gap=OnGap(schedule.on_gap),
            on_fold=OnFold(schedule.on_fold),
        )
    return Recurrence(
        interval=schedule.interval,
        cron=cron,
        at=schedule.at,
        text=rules.recurrence_of(schedule).describe(),
    )


def with_paths(service: Callable[[], T]) -> T:
    """Call a service of schedules; raise its validation errors by the paths of the inputs."""
    try:
        return service()
    except ValidationError as error:
        errors = {_path_of(name): each for name, each in error.error_dict.items()}
        raise ValidationError(errors) from error


def _path_of(name: str) -> str:
    """Return the path of a parameter, which can begin with that of its row."""
    row, dot, parameter = name.rpartition(".")
    return f"{row}{dot}{_PATHS.get(parameter, parameter)}"
