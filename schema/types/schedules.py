"""Schedules and their ticks, as they can be read."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry
import strawberry_django
from django.db.models import prefetch_related_objects

from schema.core.enums import OverlapPolicy, TickOutcome, TickReason
from schema.core.pagination import (
    After,
    Connection,
    First,
    Order,
    Page,
    paginate,
)
from schema.core.prefetch import prefetches
from schema.core.relay import BadInputError, Node, described
from schema.types.tasks import Task
from tasks_app import models
from tasks_app.services import schedules

UPCOMING_DEFAULT, UPCOMING_MAX = 5, 100
NEWEST_TICK_FIRST = Order("NOMINAL_AT DESC", "nominal_at")


@strawberry_django.type(
    models.ScheduleTick, description="What became of a tick, or of several alike in a row."
)
class ScheduleTick(Node):
    nominal_at: datetime = described("Its time on the grid; of several the last.")
    outcome: TickOutcome = described("Whether it started a run.")
    count: int = described("How many ticks this stands for.")
    run: int | None = described("The run of the task that it started.")
    fired_at: datetime | None = described("When it started it.")

    @strawberry.field(description="Why; null for a tick that simply fired.")
    def reason(self: Any) -> TickReason | None:
        return TickReason(self.reason) if self.reason else None


@strawberry_django.type(
    models.TaskSchedule, description="A rule by which a task runs again and again."
)
class TaskSchedule(Node):
    scheduled_at: datetime = described("The first tick: the others are whole intervals later.")
    interval: int = described("Seconds from tick to tick.")
    paused_at: datetime | None = described("Since when no tick fires.")
    pause_note: str = described("Why it was paused.")
    overlap: OverlapPolicy = described("What becomes of a tick while the last run goes on.")
    misfire_grace: int = described("Seconds after which a missed tick is not made up for.")
    ends_at: datetime | None = described("No tick fires after this time.")
    max_runs: int | None = described("No tick fires after so many.")
    jitter: int = described("Each run starts up to so many seconds later, at random.")
    fired: int = described("How many ticks have started a run so far.")
    skipped: int = described("How many ticks came and were not to run.")
    missed: int = described("How many ticks were not run in time.")
    created_at: datetime = described("When it was created.")
    updated_at: datetime = described("When it changed last.")

    @strawberry.field(description="The id that REST and the logs use.")
    def uuid(self: Any) -> UUID:
        return self.pk

    @strawberry.field(description="What it runs: one task, with a run for each tick that fires.")
    def task(self: Any) -> Task:
        return self.task

    @strawberry.field(
        description="The next tick that will fire; null while paused, and at its end."
    )
    def next_run_at(self: Any) -> datetime | None:
        return next(iter(self.upcoming(1)), None)

    @strawberry.field(description="Whether it is paused.")
    def paused(self: Any) -> bool:
        return self.paused_at is not None

    @strawberry.field(
        description="The next ticks that will fire as things stand; none while it is paused."
    )
    def upcoming(
        self: Any,
        count: Annotated[
            int, strawberry.argument(description=f"How many, at most {UPCOMING_MAX}.")
        ] = UPCOMING_DEFAULT,
    ) -> list[datetime]:
        if not 1 <= count <= UPCOMING_MAX:
            raise BadInputError(f"`count` is from 1 to {UPCOMING_MAX}.")
        return schedules.upcoming(self, count)

    @strawberry.field(description="What became of its ticks, the newest first.")
    def ticks(self: Any, first: First = None, after: After = None) -> Connection[ScheduleTick]:
        rows = self.ticks.all()
        edges, page_info = paginate(rows, NEWEST_TICK_FIRST, Page(first, after))
        return Connection(edges=edges, page_info=page_info, rows=rows)


@prefetches(models.TaskSchedule, "task")
def _load_tasks(rows: Sequence[Any], arguments: dict[str, Any]) -> Iterable[Any]:
    prefetch_related_objects(rows, "tasks")
    return [row.task for row in rows]


@prefetches(models.Task, "schedule")
def _load_schedules(tasks: Sequence[Any], arguments: dict[str, Any]) -> Iterable[Any]:
    # Even of nothing a prefetch builds a query.
    tasks = [task for task in tasks if task.schedule_id]
    prefetch_related_objects(tasks, "schedule")
    return [task.schedule for task in tasks]
