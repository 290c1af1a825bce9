"""The types of schedules and of their scheduled times."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry
import strawberry_django
from django.db.models import Model, prefetch_related_objects

from schema.core.enums import CatchUpPolicy, OverlapPolicy, TickOutcome, TickReason
from schema.core.pagination import After, Connection, First, Order, Page, paginate, prefetch_page
from schema.core.prefetch import Arguments, prefetches
from schema.core.relay import BadInputError, Node, described
from schema.types.backfills.types import BackfillConnection, page_of
from schema.types.schedules.recurrences import Recurrence, recurrence_of
from schema.types.tasks.types import Task
from tasks_app import models
from tasks_app.options import SCHEDULE_OPTIONS
from tasks_app.services import schedules

UPCOMING_DEFAULT, UPCOMING_MAX = 5, 100
NEWEST_TICK_FIRST = Order("NOMINAL_AT DESC", "nominal_at")


@strawberry_django.type(
    models.ScheduleTick,
    description="What happened at a scheduled time, or at several consecutive ones alike.",
)
class ScheduleTick(Node):
    nominal_at: datetime = described("The scheduled time. The last one if there are several.")
    outcome: TickOutcome = described("Whether a run was started.")
    count: int = described("The number of scheduled times that the tick stands for.")
    run: int | None = described("The number of the run that was started. Null if none was.")
    fired_at: datetime | None = described(
        "The time at which the run was started. Null if none was."
    )

    @strawberry.field(
        description=(
            "The task that runs: that of the schedule, or one of its own for an overlapping run."
            " Null if no run was started or the task was deleted."
        )
    )
    def task(self: models.ScheduleTick) -> Task | None:
        return _task_of(self)

    @strawberry.field(
        description="The reason for the outcome. Null for a run that started as scheduled."
    )
    def reason(self: models.ScheduleTick) -> TickReason | None:
        return TickReason(self.reason) if self.reason else None


@strawberry_django.type(models.TaskSchedule, description="A schedule that starts runs of a task.")
class TaskSchedule(Node):
    scheduled_at: datetime = described(
        "The first scheduled time of an interval, the only one of a schedule that runs once, or the"
        " time from which a cron expression applies."
    )
    paused_at: datetime | None = described(
        "The time at which the schedule was paused. Null if it is not paused."
    )
    pause_note: str = described("The reason for the pause. Empty if none was given.")
    overlap: OverlapPolicy = described(SCHEDULE_OPTIONS["overlap"].description)
    max_concurrent_runs: int = described(SCHEDULE_OPTIONS["max_concurrent_runs"].description)
    catch_up: CatchUpPolicy = described(SCHEDULE_OPTIONS["catch_up"].description)
    misfire_grace: int = described(SCHEDULE_OPTIONS["misfire_grace"].description)
    ends_at: datetime | None = described(SCHEDULE_OPTIONS["ends_at"].description)
    max_runs: int | None = described(SCHEDULE_OPTIONS["max_runs"].description)
    jitter: int = described("The maximum of a random delay of each run, in seconds.")
    calendars: list[str] = described("The names of the calendars whose times start no runs.")
    labels: list[str] = described("Labels by which schedules can be found and controlled together.")
    fired_count: int = described(
        "The number of scheduled times that started a run.", field_name="fired"
    )
    skipped_count: int = described(
        "The number of scheduled times that were skipped.", field_name="skipped"
    )
    missed_count: int = described(
        "The number of scheduled times that were missed.", field_name="missed"
    )
    created_at: datetime = described("The time at which the schedule was created.")
    updated_at: datetime = described("The time of the schedule's last change.")

    @strawberry.field(description="The UUID of the schedule, which the REST API and the logs use.")
    def uuid(self: models.TaskSchedule) -> UUID:
        return self.pk

    @strawberry.field(description="When the schedule starts runs.")
    def recurrence(self: models.TaskSchedule) -> Recurrence:
        return recurrence_of(self)

    @strawberry.field(
        description=(
            "The task of the schedule. Each scheduled time that fires starts a run of it, unless"
            " its previous run has not ended and the overlap policy is `ALLOW`."
        )
    )
    def task(self: models.TaskSchedule) -> Task:
        return self.task

    @strawberry.field(
        description=(
            "The next scheduled time. It is in the past while it waits for the previous run, with"
            " the catch-up policy ALL. Null if the schedule is paused or has ended."
        )
    )
    def next_run_at(self: models.TaskSchedule) -> datetime | None:
        return self.next_start

    @strawberry.field(description="Whether the schedule is paused.")
    def paused(self: models.TaskSchedule) -> bool:
        return self.paused_at is not None

    @strawberry.field(
        description="The next scheduled times. Empty if the schedule is paused or has ended."
    )
    def upcoming(
        self: models.TaskSchedule,
        count: Annotated[
            int,
            strawberry.argument(
                description=(
                    f"The number of scheduled times, 1 to {UPCOMING_MAX}. Default"
                    f" {UPCOMING_DEFAULT}."
                )
            ),
        ] = UPCOMING_DEFAULT,
    ) -> list[datetime]:
        if not 1 <= count <= UPCOMING_MAX:
            raise BadInputError(f"`count` must be between 1 and {UPCOMING_MAX}.")
        return schedules.upcoming(self, count)

    @strawberry.field(description="What happened at past scheduled times, newest first.")
    def ticks(
        self: models.TaskSchedule,
        info: strawberry.Info,
        first: First = None,
        after: After = None,
    ) -> Connection[ScheduleTick]:
        rows = self.ticks.all()
        edges, page_info = paginate(rows, NEWEST_TICK_FIRST, Page(first, after))
        prefetch_page(info, edges)
        return Connection(edges=edges, page_info=page_info, rows=rows)  # type: ignore[arg-type]

    @strawberry.field(description="The backfills of the schedule, newest first.")
    def backfills(
        self: models.TaskSchedule,
        info: strawberry.Info,
        first: First = None,
        after: After = None,
    ) -> BackfillConnection:
        return page_of(info, self.backfills.all(), Page(first, after))


def _task_of(tick: models.ScheduleTick) -> models.Task | None:
    if tick.outcome != TickOutcome.FIRED:
        return None
    return tick.task if tick.task_id else tick.schedule.task


@prefetches(models.TaskSchedule, "task")
def _load_tasks(rows: Sequence[models.TaskSchedule], arguments: Arguments) -> Iterable[Model]:
    prefetch_related_objects(rows, "tasks")
    return [row.task for row in rows]


@prefetches(models.Task, "schedule")
def _load_schedules(tasks: Sequence[models.Task], arguments: Arguments) -> Iterable[Model]:
    # A prefetch of no rows would still run a query.
    own = [task for task in tasks if task.schedule_id]
    prefetch_related_objects(own, "schedule")
    overlapping = [task for task in tasks if task.overlap_of_id]
    prefetch_related_objects(overlapping, "overlap_of")
    schedules = [task.schedule or task.overlap_of for task in (*own, *overlapping)]
    return [schedule for schedule in schedules if schedule]


@prefetches(models.ScheduleTick, "task")
def _load_tasks_of_ticks(
    ticks: Sequence[models.ScheduleTick], arguments: Arguments
) -> Iterable[Model]:
    prefetch_related_objects([tick for tick in ticks if tick.task_id], "task")
    prefetch_related_objects(ticks, "schedule__tasks")
    return [task for tick in ticks if (task := _task_of(tick))]
