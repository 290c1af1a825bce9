"""The queries of schedules."""

from datetime import datetime
from typing import Annotated

import strawberry
import strawberry_django

from schema.core.enums import TickNote
from schema.core.pagination import (
    After,
    Before,
    Connection,
    First,
    Last,
    Order,
    Page,
    paginate,
    prefetch_page,
)
from schema.core.payloads import UserError, attempt
from schema.core.prefetch import prefetch_for
from schema.core.relay import BadInputError, IdOrUuid, parse_id
from schema.types.schedules.mutations import NewScheduleInput
from schema.types.schedules.recurrences import with_paths
from schema.types.schedules.types import UPCOMING_MAX, TaskSchedule
from schema.types.schedules.where import TaskScheduleWhere, to_q
from tasks_app import models
from tasks_app.access import scopes
from tasks_app.services import schedules

PREVIEW_DEFAULT = 10


@strawberry.type(description="A scheduled time that a schedule would have.")
class PreviewTick:
    at: datetime = strawberry.field(description="The scheduled time.")
    local: str = strawberry.field(
        description=(
            "The same in the time zone of the cron expression, or in UTC, in ISO 8601 with the"
            " offset."
        )
    )
    note: TickNote | None = strawberry.field(
        description="How a clock change or a calendar affects it. Null if none does."
    )


@strawberry.type(description="The scheduled times that a schedule would have.")
class SchedulePreview:
    ticks: list[PreviewTick] = strawberry.field(
        description=(
            "The first scheduled times, also those that a clock change or a calendar skips. Empty"
            " if the schedule is not valid."
        )
    )
    text: str = strawberry.field(
        description="The recurrence in words. Empty if the schedule is not valid."
    )
    errors: list[UserError] = strawberry.field(
        description="The errors that creating the schedule would return."
    )


@strawberry.type
class ScheduleQueries:
    @strawberry_django.field(description="The schedule with this ID. Null if it does not exist.")
    def task_schedule(self, info: strawberry.Info, id: IdOrUuid) -> TaskSchedule | None:
        row = scopes.visible(
            models.TaskSchedule.objects.filter(pk=parse_id(id, "TaskSchedule"))
        ).first()
        prefetch_for(info, [row] if row else [])
        return row

    @strawberry_django.field(description="Schedules, newest first.")
    def task_schedules(
        self,
        info: strawberry.Info,
        paused: Annotated[
            bool | None,
            strawberry.argument(
                description="Returns paused schedules if true, and others if false. Default all."
            ),
        ] = None,
        where: Annotated[
            TaskScheduleWhere | None,
            strawberry.argument(description="The condition that the schedules match. Default all."),
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[TaskSchedule]:
        rows = scopes.visible(models.TaskSchedule.objects.filter(to_q(where)))
        if paused is not None:
            rows = rows.filter(paused_at__isnull=not paused)
        order, page = Order("CREATED_AT DESC"), Page(first, after, last, before)
        edges, page_info = paginate(rows, order, page)
        prefetch_page(info, edges)
        return Connection(edges=edges, page_info=page_info, rows=rows)  # type: ignore[arg-type]

    @strawberry_django.field(
        description="The scheduled times that a schedule with these parameters would have."
    )
    def schedule_preview(
        self,
        input: Annotated[
            NewScheduleInput, strawberry.argument(description="The parameters of the schedule.")
        ],
        count: Annotated[
            int,
            strawberry.argument(
                description=(
                    f"The number of scheduled times, 1 to {UPCOMING_MAX}. Default"
                    f" {PREVIEW_DEFAULT}."
                )
            ),
        ] = PREVIEW_DEFAULT,
        from_: Annotated[
            datetime | None,
            strawberry.argument(
                name="from", description="Returns scheduled times after this time. Default now."
            ),
        ] = None,
    ) -> SchedulePreview:
        if not 1 <= count <= UPCOMING_MAX:
            raise BadInputError(f"`count` must be between 1 and {UPCOMING_MAX}.")
        new = input.to_request()
        preview, errors = attempt(
            lambda: with_paths(lambda: schedules.preview(new, count, after=from_))
        )
        if preview is None:
            return SchedulePreview(ticks=[], text="", errors=errors)
        ticks = [
            PreviewTick(at=at, local=local.isoformat(), note=note)
            for (at, note), local in zip(preview.ticks, preview.local_times(), strict=True)
        ]
        return SchedulePreview(ticks=ticks, text=preview.description, errors=errors)
