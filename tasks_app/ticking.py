"""Processes the scheduled times of schedules: each starts a run, or is recorded.

Each function opens a transaction. Any number of processes may call them at the same time: the one
that advances `next_run_at` decides, and each scheduled time is recorded only once.
"""

import logging
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from tasks_app import dispatch
from tasks_app.log import events
from tasks_app.models import ClusterEvent
from tasks_app.recurrence import (
    Decision,
    Overlap,
    ScheduleState,
    TickGroup,
    TickOutcome,
    TickReason,
    cancels_run,
    decide,
    decide_missed,
    is_valid,
)
from tasks_app.sql import overlaps, schedules
from tasks_app.sql.schedules import Decided
from tasks_app.sql.tasks import transitions
from tasks_app.sql.transactions import in_transaction

logger = logging.getLogger(__name__)

_KINDS = {
    TickOutcome.SKIPPED: ClusterEvent.Kind.TICK_SKIPPED,
    TickOutcome.MISSED: ClusterEvent.Kind.TICK_MISSED,
}


@in_transaction
def tick_due(limit: int) -> int:
    """Process the scheduled times that are due of up to `limit` schedules; return their number."""
    due = schedules.lock_due(limit)
    _apply(_decide_readable(due))
    return len(due)


@in_transaction
def tick_queued(limit: int) -> int:
    """Start up to `limit` queued runs whose previous run has ended; return their number."""
    queued = schedules.lock_queued(limit)
    _apply((state, _without_queued(state, TickOutcome.FIRED)) for state in queued)
    return len(queued)


@in_transaction
def tick(schedule_id: UUID) -> None:
    """Process the scheduled times of a schedule that are due, whether or not it is paused."""
    _apply(_decide_readable(schedules.lock(schedule_id)))


@in_transaction
def miss_due(schedule_id: UUID) -> None:
    """Record the scheduled times of a schedule that wait as missed, because its times change."""
    _apply((state, decide_missed(state)) for state in schedules.lock(schedule_id))


@in_transaction
def trigger(schedule_id: UUID) -> UUID | None:
    """Start a run of a schedule now.

    Returns:
        The ID of the task that runs. None if the previous run has not ended and the overlap policy
        does not allow another one.
    """
    able = [state for state in schedules.lock(schedule_id) if state.is_free or state.allows_run]
    return next(iter(_apply((state, _triggered(state)) for state in able)), None)


@in_transaction
def drop_queued(schedule_id: UUID) -> None:
    """Skip the queued run of a schedule, because the schedule is paused."""
    _apply(
        (state, _without_queued(state, TickOutcome.SKIPPED, TickReason.PAUSED))
        for state in schedules.lock(schedule_id)
        if state.queued_at
    )


def _triggered(state: ScheduleState) -> Decision:
    is_overlapping = state.overlap == Overlap.ALLOW and not state.is_idle
    group = TickGroup(state.now, 1, TickOutcome.FIRED, TickReason.TRIGGERED, is_overlapping)
    return Decision([group], state.next_run_at, state.queued_at)


def _decide_readable(due: Iterable[ScheduleState]) -> Iterator[Decided]:
    """Decide on schedules, and pause those whose cron expression or time zone has become invalid.

    They would otherwise hold up all that are due with them. A new release of `tzdata` can remove
    a zone, and the database can be changed by hand.
    """
    for state in due:
        if state.cron and not is_valid(state.cron, state.time_zone):
            note = "The cron expression or the time zone is not valid any more."
            logger.error("schedule %s is paused: %s", state.id, note)
            schedules.pause(state.id, note)
            events.schedules_changed(ClusterEvent.Kind.SCHEDULE_PAUSED, [state.id], message=note)
        else:
            yield state, decide(state)


def _without_queued(state: ScheduleState, outcome: TickOutcome, reason: str = "") -> Decision:
    assert state.queued_at is not None
    return Decision([TickGroup(state.queued_at, 1, outcome, reason)], state.next_run_at, None)


def _apply(decisions: Iterable[Decided]) -> list[UUID]:
    """Store decisions, start the runs and append the events.

    Returns:
        The IDs of the tasks of which a run was started.
    """
    decided = list(decisions)
    if not decided:
        return []
    advanced = schedules.advance(decided)
    _cancel(
        state.task_id
        for state, decision in decided
        if state.id in advanced and cancels_run(state, decision)
    )
    tick_groups = [
        (state, group)
        for state, decision in decided
        if state.id in advanced
        for group in decision.tick_groups
    ]
    if not tick_groups:
        return []
    recorded = schedules.insert_ticks(tick_groups)
    fired = [each for each in tick_groups if each[1].outcome == TickOutcome.FIRED]
    started = _start(
        (state, group.nominal_at, recorded[state.id, group.nominal_at])
        for state, group in fired
        if (state.id, group.nominal_at) in recorded
    )
    _log([each for each in tick_groups if each[1].outcome != TickOutcome.FIRED])
    return started


def _start(fired: Iterable[tuple[ScheduleState, datetime, UUID | None]]) -> list[UUID]:
    """Start runs of schedules' tasks, or of tasks of their own where there is an ID for one."""
    runs, overlapping = [], []
    for state, nominal_at, new_id in fired:
        run_at = nominal_at + timedelta(seconds=random.uniform(0, state.jitter))
        if new_id is None:
            runs.append((state.task_id, run_at))
        else:
            overlapping.append((new_id, state.task_id, run_at))
    started = transitions.start_runs(runs) if runs else []
    created = overlaps.create(overlapping) if overlapping else []
    events.tasks_changed(started, kind=ClusterEvent.Kind.TASK_TICKED)
    events.tasks_changed(created)
    dispatch.wake_after_commit(task.queue for task in (*started, *created))
    return [task.id for task in (*started, *created)]


def _cancel(task_ids: Iterable[UUID]) -> None:
    """Cancel runs that have not ended, so that the queued runs of their tasks can start."""
    if ids := list(task_ids):
        events.tasks_changed(transitions.cancel(ids))


def _log(tick_groups: Sequence[tuple[ScheduleState, TickGroup]]) -> None:
    ids: dict[tuple[TickOutcome, str], list[UUID]] = defaultdict(list)
    for state, group in tick_groups:
        ids[group.outcome, group.reason].append(state.id)
    for (outcome, reason), schedule_ids in ids.items():
        events.schedules_changed(_KINDS[outcome], schedule_ids, message=reason)
