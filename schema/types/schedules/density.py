"""How many scheduled times of all schedules come in the next hours."""

from datetime import datetime
from typing import Annotated

import strawberry
import strawberry_django

from schema.core.relay import BadInputError
from tasks_app.recurrence.densities import CRON_TIMES_MAX, INTERVAL_TIMES_MAX, PARTS_MAX
from tasks_app.services.schedules.density import (
    CALENDARS_MAX,
    HOURS_MAX,
    SCHEDULES_MAX,
    schedule_density,
)

HOURS_DEFAULT = 24


@strawberry.type(description="The scheduled times of all schedules in a slot of time.")
class ScheduleDensitySlot:
    starts_at: datetime = strawberry.field(description="The start of the slot.")
    count: int = strawberry.field(description="The number of scheduled times in the slot.")
    busiest_minute: datetime | None = strawberry.field(
        description=(
            "The minute of the slot in which most schedules are due; the first one if there are"
            " several. Null if no schedule is due in the slot."
        )
    )
    collisions: int = strawberry.field(
        description="The number of schedules that are due in the busiest minute of the slot."
    )
    excluded_by: list[str] = strawberry.field(
        description=(
            "The names of the calendars that exclude the whole slot, of those that the counted"
            " schedules use. Other schedules may be due in it."
        )
    )


@strawberry.type(
    description="How many scheduled times come in the next hours, without paused schedules."
)
class ScheduleDensity:
    time_slots: list[ScheduleDensitySlot] = strawberry.field(
        description=(
            "Consecutive slots of time, earliest first. The first one contains the current time;"
            " only its scheduled times from now on are counted."
        )
    )
    slot_minutes: int = strawberry.field(
        description="The length of each slot in minutes: 15 up to 24 hours, 60 beyond."
    )
    schedule_count: int = strawberry.field(description="The number of schedules that were counted.")
    is_estimate: bool = strawberry.field(
        description=(
            "Whether a limit left out schedules or scheduled times, so that numbers are too low."
            f" Counted are the {SCHEDULES_MAX:,} schedules that are due first, with at most"
            f" {CALENDARS_MAX} calendars that divide their times into {PARTS_MAX:,} parts,"
            f" {CRON_TIMES_MAX:,} different times of cron expressions,"
            f" and for `collisions` {INTERVAL_TIMES_MAX:,} different times of intervals."
        )
    )


@strawberry.type
class ScheduleDensityQueries:
    @strawberry_django.field(
        description=(
            "How many scheduled times of all schedules come in the next hours. Times that calendars"
            " exclude are not counted. Delays by jitter are not considered."
        )
    )
    def schedule_density(
        self,
        hours: Annotated[
            int,
            strawberry.argument(
                description=(
                    f"The length of the slots together in hours, 1 to {HOURS_MAX}. Default"
                    f" {HOURS_DEFAULT}."
                )
            ),
        ] = HOURS_DEFAULT,
    ) -> ScheduleDensity:
        if not 1 <= hours <= HOURS_MAX:
            raise BadInputError(f"`hours` must be between 1 and {HOURS_MAX}.")
        found = schedule_density(hours)
        return ScheduleDensity(
            time_slots=[ScheduleDensitySlot(**vars(slot)) for slot in found.slots],
            slot_minutes=found.slot_minutes,
            schedule_count=found.schedule_count,
            is_estimate=found.is_estimate,
        )
