"""The types of backfills and of their runs."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry
import strawberry_django
from django.db.models import Model, QuerySet, prefetch_related_objects

from schema.core.enums import BackfillOrder, BackfillRunState, BackfillState
from schema.core.pagination import After, Connection, First, Order, Page, paginate, prefetch_page
from schema.core.prefetch import Arguments, Loaded, prefetches
from schema.core.relay import Node, described
from schema.types.tasks.types import Task, backfill_run_of
from tasks_app import models
from tasks_app.options import BACKFILL_OPTIONS
from tasks_app.sql import backfills

if TYPE_CHECKING:
    from schema.types.schedules.types import TaskSchedule

NEWEST_FIRST = Order("CREATED_AT DESC")
IN_ORDER = Order("RUN", descending=False)
RANGE_FROM = "The start of the range, which belongs to it."
RANGE_UNTIL = "The end of the range, which belongs to it."
ORDER = "The order in which the scheduled times run."

_counts = Loaded[dict[str, int]]("counts")


@strawberry_django.type(
    models.BackfillRun, description="A scheduled time of a backfill, which becomes a task."
)
class BackfillRun(Node):
    scheduled_for: datetime = described("The scheduled time.")

    @strawberry.field(description="The state of the run, by that of its task.")
    def state(self: models.BackfillRun) -> BackfillRunState:
        return self.state

    @strawberry.field(description="The task of the run. Null if it has not been created.")
    def task(self: models.BackfillRun) -> Task | None:
        return self.task


@strawberry.type(description="The numbers of a backfill's runs by their state.")
class BackfillCounts:
    waiting: int = strawberry.field(description="The number of runs that wait for a task.")
    active: int = strawberry.field(
        description="The number of runs whose task is pending or running."
    )
    succeeded: int = strawberry.field(description="The number of runs whose task succeeded.")
    failed: int = strawberry.field(description="The number of runs whose task failed.")
    cancelled: int = strawberry.field(
        description="The number of runs that were cancelled, before or after they had a task."
    )


@strawberry_django.type(
    models.Backfill,
    description=(
        "The scheduled times of a range in the past of a schedule. Each runs once, as a task of its"
        " own."
    ),
)
class Backfill(Node):
    from_: datetime = described(RANGE_FROM, name="from", field_name="since")
    until: datetime = described(RANGE_UNTIL)
    order: BackfillOrder = described(ORDER)
    max_concurrency: int = described(BACKFILL_OPTIONS["max_concurrency"].description)
    state: BackfillState = described("The state of the backfill.")
    total: int = described("The number of scheduled times in the range.")
    created_at: datetime = described("The time at which the backfill was created.")
    updated_at: datetime = described("The time of the backfill's last change.")
    ended_at: datetime | None = described(
        "The time at which the backfill was done or cancelled. Null if it has not ended."
    )

    @strawberry.field(description="The UUID of the backfill, which the logs use.")
    def uuid(self: models.Backfill) -> UUID:
        return self.pk

    @strawberry.field(
        description="The name of the user or token that created the backfill. Null if anonymous."
    )
    def created_by(self: models.Backfill) -> str | None:
        return self.created_by or None

    @strawberry.field(
        description="The idempotency key that created the backfill. Null if there was none."
    )
    def idempotency_key(self: models.Backfill) -> str | None:
        return self.idempotency_key or None

    @strawberry.field(description="The schedule of the backfill. Null if it was deleted.")
    def schedule(
        self: models.Backfill,
    ) -> Annotated["TaskSchedule", strawberry.lazy("schema.types.schedules.types")] | None:
        return self.schedule

    @strawberry.field(description="The numbers of runs by their state.")
    def counts(self: models.Backfill) -> BackfillCounts:
        counts = _counts.of(self)
        return BackfillCounts(
            waiting=counts.get("WAITING", 0),
            active=counts.get("ACTIVE", 0),
            succeeded=counts.get("SUCCEEDED", 0),
            failed=counts.get("FAILED", 0),
            cancelled=counts.get("CANCELLED", 0),
        )

    @strawberry.field(description="The runs, in the order in which they start.")
    def runs(
        self: models.Backfill, info: strawberry.Info, first: First = None, after: After = None
    ) -> Connection[BackfillRun]:
        rows = self.runs.all()
        edges, page_info = paginate(rows, IN_ORDER, Page(first, after))
        prefetch_page(info, edges)
        return Connection(edges=edges, page_info=page_info, rows=rows)  # type: ignore[arg-type]


@strawberry.type(description="A page of a list.")
class BackfillConnection(Connection[Backfill]): ...


def page_of(
    info: strawberry.Info, rows: QuerySet[models.Backfill], page: Page
) -> BackfillConnection:
    """Return a page of backfills, newest first."""
    edges, page_info = paginate(rows, NEWEST_FIRST, page)
    prefetch_page(info, edges)
    return BackfillConnection(edges=edges, page_info=page_info, rows=rows)  # type: ignore[arg-type]


@prefetches(models.Backfill, "counts")
def _load_counts(rows: Sequence[models.Backfill], arguments: Arguments) -> Iterable[Model]:
    counts = backfills.counts([row.pk for row in rows])
    for row in rows:
        _counts.set(row, counts[row.pk])
    return []


@prefetches(models.Backfill, "schedule")
def _load_schedules(rows: Sequence[models.Backfill], arguments: Arguments) -> Iterable[Model]:
    # A prefetch of no rows would still run a query.
    rows = [row for row in rows if row.schedule_id]
    prefetch_related_objects(rows, "schedule")
    return [row.schedule for row in rows if row.schedule]


@prefetches(models.BackfillRun, "task")
def _load_tasks(runs: Sequence[models.BackfillRun], arguments: Arguments) -> Iterable[Model]:
    prefetch_related_objects([run for run in runs if run.task_id], "task")
    return [run.task for run in runs if run.task]


@prefetches(models.BackfillRun, "state")
def _load_state(runs: Sequence[models.BackfillRun], arguments: Arguments) -> Iterable[Model]:
    prefetch_related_objects(runs, "backfill")
    _load_tasks(runs, arguments)
    return []


@prefetches(models.Task, "backfill")
def _load_backfills(tasks: Sequence[models.Task], arguments: Arguments) -> Iterable[Model]:
    prefetch_related_objects(tasks, "backfill_run__backfill")
    runs = [run for task in tasks if (run := backfill_run_of(task))]
    return [run.backfill for run in runs]


@prefetches(models.Task, "scheduledFor")
def _load_backfill_runs(tasks: Sequence[models.Task], arguments: Arguments) -> Iterable[Model]:
    prefetch_related_objects([task for task in tasks if task.overlap_of_id], "ticks")
    prefetch_related_objects([task for task in tasks if not task.overlap_of_id], "backfill_run")
    return []
