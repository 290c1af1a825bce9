"""Advances backfills: creates the tasks of their scheduled times, and ends them.

Each function opens a transaction. Any number of processes may call them at the same time: a
backfill is advanced by the one that has its lock, and a scheduled time gets its task in the
transaction that creates the task.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db.models.functions import Now

from tasks_app import dispatch
from tasks_app.log import events
from tasks_app.models import Backfill, BackfillRun, ClusterEvent, uuid7
from tasks_app.options import SHARED_OPTIONS
from tasks_app.sql import backfills as sql
from tasks_app.sql.backfills import NextRun
from tasks_app.sql.tasks import insertion, transitions
from tasks_app.sql.transactions import in_transaction

Kind = ClusterEvent.Kind

SCHEDULE_DELETED = "The schedule was deleted."


@in_transaction
def advance(limit: int) -> int:
    """Start the next runs of up to `limit` backfills, and complete those that have no run left.

    Returns:
        The number of backfills that could go on.
    """
    ids = sql.lock_ready(limit)
    if ids:
        sql.settle(ids)
        _start(sql.next_runs(ids))
        if completed := sql.advance(ids):
            events.backfills_changed(Kind.BACKFILL_COMPLETED, completed)
    return len(ids)


@in_transaction
def cancel(backfills: Collection[Backfill], *, cancel_active: bool, message: str = "") -> None:
    """Cancel backfills that are locked and have not ended. What waits gets no task.

    Args:
        backfills: The backfills.
        cancel_active: Whether their tasks that have not ended are cancelled too.
        message: The reason.
    """
    ids = {backfill.pk: backfill.schedule_id for backfill in backfills}
    Backfill.objects.filter(pk__in=ids).update(
        state=Backfill.State.CANCELLED, ended_at=Now(), updated_at=Now()
    )
    events.backfills_changed(Kind.BACKFILL_CANCELLED, ids, message=message)
    if cancel_active:
        cancel_active_of(ids)


@in_transaction
def cancel_active_of(ids: Collection[UUID]) -> None:
    """Cancel the tasks of backfills that have not ended."""
    active = BackfillRun.objects.filter(backfill__in=ids, stage=BackfillRun.Stage.ACTIVE)
    task_ids = list(active.values_list("task_id", flat=True))
    events.tasks_changed(transitions.cancel(task_ids))


@in_transaction
def cancel_of_deleted(schedule_id: UUID) -> None:
    """Cancel the backfills of a schedule that is being deleted, with their active tasks."""
    opened = Backfill.objects.filter(schedule=schedule_id, ended_at=None).order_by("pk")
    if found := list(opened.select_for_update()):
        cancel(found, cancel_active=True, message=SCHEDULE_DELETED)


def _start(runs: Sequence[NextRun]) -> None:
    if not runs:
        return
    task_ids = {run.id: uuid7() for run in runs}
    started = sql.start(list(task_ids.items()))
    tasks = [(task_ids[run.id], run) for run in runs if task_ids[run.id] in started]
    if not tasks:
        return
    insertion.insert_many([_row(id, run) for id, run in tasks])
    events.tasks_changed(
        insertion.created(
            *(id, run.a, run.b, run.queue, run.duration_ms, run.fail_attempts),
            *(run.concurrency_key, run.schedule_id),
        )
        for id, run in tasks
    )
    dispatch.wake_after_commit(run.queue for _, run in tasks)


def _row(id: UUID, run: NextRun) -> tuple[object, ...]:
    """Return the row of `insertion.insert_many`: due at once, not expiring, not idempotent."""
    run_at, expires_at, idempotency_key = None, None, ""
    options = (getattr(run, name) for name in SHARED_OPTIONS)
    return id, *options, run_at, expires_at, idempotency_key, run.schedule_id
