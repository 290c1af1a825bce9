"""Calendars of times in which schedules start no runs: type, queries and mutations."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Annotated

import strawberry
import strawberry_django
from django.db.models import Model

from schema.core.enums import Weekday
from schema.core.mutations import DeletePayload, mutation
from schema.core.payloads import (
    UserError,
    attempt,
    errors_field,
    mutation_input,
    result_field,
)
from schema.core.prefetch import Arguments, Loaded, fetch_selected, prefetches
from schema.core.relay import BadInputError, Node, checked_name, described, global_id
from tasks_app import models, recurrence
from tasks_app.services.schedules import calendars
from tasks_app.sql.calendars import schedule_counts

NAME = "The name of the calendar, 1 to 63 characters."
TIME_ZONE = "The IANA time zone of its days and hours, such as Europe/Berlin."
DESCRIPTION = "What the calendar is for. Empty if nothing was given."
DAYS = "The days of the week on which the hours begin."
FROM_TIME = "The local time at which the hours begin. Seconds must be zero."
UNTIL_TIME = (
    "The local time at which the hours end. If it is not later than `from`, they end on the next"
    " day: from 00:00 until 00:00 is a whole day."
)
FROM_DATE, UNTIL_DATE = "The first day.", "The last day, included."
WEEKLY = "The hours of each week that are excluded, at most 50 entries."
DATES = "The days that are excluded, at most 1,000 entries."
UPCOMING_DEFAULT, UPCOMING_MAX = 10, 100
COUNT = f"The number of excluded times, 1 to {UPCOMING_MAX}. Default {UPCOMING_DEFAULT}."

_schedule_count = Loaded[int]("scheduleCount")


@strawberry.type(description="Hours of one or more days of each week, at the same local times.")
class WeeklyHours:
    days: list[Weekday] = strawberry.field(description=DAYS)
    from_: time = strawberry.field(name="from", description=FROM_TIME)
    until: time = strawberry.field(description=UNTIL_TIME)


@strawberry.type(description="Consecutive days, from a first one to a last one.")
class Dates:
    from_: date = strawberry.field(name="from", description=FROM_DATE)
    until: date = strawberry.field(description=UNTIL_DATE)


@strawberry.type(description="A time in which no run starts.")
class ExcludedTime:
    starts_at: datetime = strawberry.field(description="The start, included.")
    ends_at: datetime = strawberry.field(
        description="The end, excluded. At most a year from now, also if it lasts longer."
    )


@strawberry_django.type(
    models.Calendar,
    description="Times in which the schedules that use the calendar start no runs.",
)
class Calendar(Node):
    name: str = described("The name of the calendar.")
    description: str = described(DESCRIPTION)
    time_zone: str = described(TIME_ZONE)
    created_at: datetime = described("The time at which the calendar was created.")
    updated_at: datetime = described("The time of the calendar's last change.")

    @strawberry.field(description="The hours of each week that are excluded.")
    def weekly(self: models.Calendar) -> list[WeeklyHours]:
        return [
            WeeklyHours(
                days=[Weekday(day) for day in hours.days], from_=hours.begins, until=hours.until
            )
            for hours in self.excluded.weekly
        ]

    @strawberry.field(description="The days that are excluded.")
    def dates(self: models.Calendar) -> list[Dates]:
        return [Dates(from_=each.first, until=each.last) for each in self.excluded.dates]

    @strawberry.field(
        description=(
            "The next excluded times in the coming year, earliest first. Those that touch are one."
        )
    )
    def upcoming(
        self: models.Calendar,
        count: Annotated[int, strawberry.argument(description=COUNT)] = UPCOMING_DEFAULT,
    ) -> list[ExcludedTime]:
        return _excluded_times(calendars.upcoming(self.excluded, _checked(count)))

    @strawberry.field(description="The number of schedules that use the calendar.")
    def schedule_count(self: models.Calendar) -> int:
        return _schedule_count.of(self)


def _checked(count: int) -> int:
    if not 1 <= count <= UPCOMING_MAX:
        raise BadInputError(f"`count` must be between 1 and {UPCOMING_MAX}.")
    return count


def _excluded_times(spans: Sequence[recurrence.Span]) -> list[ExcludedTime]:
    return [ExcludedTime(starts_at=span.start, ends_at=span.end) for span in spans]


@prefetches(models.Calendar, "scheduleCount")
def _load_schedule_counts(rows: Sequence[models.Calendar], arguments: Arguments) -> Iterable[Model]:
    counts = schedule_counts([row.name for row in rows])
    for row in rows:
        _schedule_count.set(row, counts.get(row.name, 0))
    return []


@strawberry.input(description="Hours of one or more days of each week, at the same local times.")
class WeeklyHoursInput:
    days: list[Weekday] = strawberry.field(description=DAYS)
    from_: time = strawberry.field(name="from", description=FROM_TIME)
    until: time = strawberry.field(description=UNTIL_TIME)


@strawberry.input(description="Consecutive days, from a first one to a last one.")
class DatesInput:
    from_: date = strawberry.field(name="from", description=FROM_DATE)
    until: date = strawberry.field(description=UNTIL_DATE)


@mutation_input
class SaveCalendarInput:
    name: str = strawberry.field(description=NAME)
    description: str = strawberry.field(
        default="",
        description=(
            f"What the calendar is for, at most {calendars.DESCRIPTION_MAX_LENGTH:,} characters."
            " Default empty."
        ),
    )
    time_zone: str = strawberry.field(default="UTC", description=f"{TIME_ZONE} Default `UTC`.")
    weekly: list[WeeklyHoursInput] = strawberry.field(
        default_factory=list, description=f"{WEEKLY} Default none."
    )
    dates: list[DatesInput] = strawberry.field(
        default_factory=list, description=f"{DATES} Default none."
    )

    def to_request(self) -> calendars.NewCalendar:
        """Return what the service takes."""
        return calendars.NewCalendar(
            name=self.name,
            description=self.description,
            excluded=recurrence.ExcludedTimes(
                self.time_zone,
                tuple(
                    recurrence.WeeklyHours(tuple(each.days), each.from_, each.until)
                    for each in self.weekly
                ),
                tuple(recurrence.Dates(each.from_, each.until) for each in self.dates),
            ),
        )


@mutation_input
class RenameCalendarInput:
    name: str = strawberry.field(description="The name of the calendar.")
    new_name: str = strawberry.field(description="The new name, 1 to 63 characters.")


@strawberry.input
class CalendarInput:
    name: str = strawberry.field(description="The name of the calendar.")


@strawberry.type
class CalendarPayload:
    calendar: Calendar | None = result_field("calendar")
    errors: list[UserError] = errors_field()


@strawberry.type(description="The excluded times that a calendar would have.")
class CalendarPreview:
    excluded_times: list[ExcludedTime] = strawberry.field(
        description=(
            "The next excluded times in the coming year, earliest first. Those that touch are one."
            " Empty if the calendar is not valid."
        )
    )
    errors: list[UserError] = strawberry.field(
        description="The errors that saving the calendar would return, by its parameters alone."
    )


@strawberry.type
class CalendarQueries:
    @strawberry_django.field(description="All calendars, ordered by name.")
    def calendars(self, info: strawberry.Info) -> list[Calendar]:
        return fetch_selected(info, models.Calendar.objects.order_by("name"))

    @strawberry_django.field(description="The calendar with this name. Null if it does not exist.")
    def calendar(
        self,
        info: strawberry.Info,
        name: Annotated[str, strawberry.argument(description="The name of the calendar.")],
    ) -> Calendar | None:
        found = models.Calendar.objects.filter(name=checked_name(name, "name"))
        return next(iter(fetch_selected(info, found)), None)

    @strawberry_django.field(
        description="The excluded times that a calendar with these parameters would have."
    )
    def calendar_preview(
        self,
        input: Annotated[
            SaveCalendarInput, strawberry.argument(description="The parameters of the calendar.")
        ],
        count: Annotated[int, strawberry.argument(description=COUNT)] = UPCOMING_DEFAULT,
    ) -> CalendarPreview:
        most = _checked(count)
        spans, errors = attempt(lambda: calendars.preview(input.to_request(), most))
        return CalendarPreview(excluded_times=_excluded_times(spans or []), errors=errors)


@strawberry.type
class CalendarMutations:
    @mutation(
        CalendarPayload,
        description=(
            "Create a calendar, or replace the one with the same name. The schedules that use it"
            " follow the new times at once."
        ),
    )
    def save_calendar(self, input: SaveCalendarInput) -> models.Calendar:
        return calendars.save_calendar(input.to_request())

    @mutation(
        CalendarPayload,
        key="name",
        description="Rename a calendar, also in the schedules that use it.",
    )
    def rename_calendar(self, input: RenameCalendarInput) -> models.Calendar:
        return calendars.rename_calendar(input.name, input.new_name)

    @mutation(DeletePayload, key="name", description="Delete a calendar that no schedule uses.")
    def delete_calendar(self, input: CalendarInput) -> strawberry.ID:
        return global_id("Calendar", calendars.delete_calendar(input.name))
