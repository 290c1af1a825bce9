"""What becomes of ticks: a due one starts a run of its schedule's task, or is recorded as not.

Any number may do this at once. Whoever moves `next_run_at` on has decided, and a tick that is
recorded is never recorded again.
"""

import logging
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from tasks_app import dispatch
from tasks_app.log import events
from tasks_app.models import ClusterEvent
from tasks_app.recurrence import (
    Decision,
    ScheduleState,
    TickGroup,
    TickOutcome,
    TickReason,
    decide,
    is_valid,
)
from tasks_app.sql import schedules, transitions
from tasks_app.sql.schedules import Decided
from tasks_app.sql.transactions import in_transaction

logger = logging.getLogger(__name__)

_KINDS = {
    TickOutcome.SKIPPED: ClusterEvent.Kind.TICK_SKIPPED,
    TickOutcome.MISSED: ClusterEvent.Kind.TICK_MISSED,
}


@in_transaction
def tick_due(limit: int) -> int:
    """Decide on what is due, of so many schedules; answers of how many."""
    due = schedules.lock_due(limit)
    _carry_out(_decide_readable(due))
    return len(due)


@in_transaction
def tick_queued(limit: int) -> int:
    """Start what waited for a run to finish that has finished now; answers how many."""
    queued = schedules.lock_queued(limit)
    _carry_out((standing, _without_queued(standing, TickOutcome.FIRED)) for standing in queued)
    return len(queued)


@in_transaction
def tick(schedule_id: UUID) -> None:
    """Decide on what is due of this schedule, paused or not."""
    _carry_out(_decide_readable(schedules.lock(schedule_id)))


@in_transaction
def trigger(schedule_id: UUID) -> bool:
    """Start a run of its task beside the grid; False if the task is not free for one."""
    free = [standing for standing in schedules.lock(schedule_id) if standing.is_free]
    _carry_out(
        (
            standing,
            Decision(
                [TickGroup(standing.now, 1, TickOutcome.FIRED, TickReason.TRIGGERED)],
                standing.next_run_at,
                standing.queued_at,
            ),
        )
        for standing in free
    )
    return bool(free)


@in_transaction
def drop_queued(schedule_id: UUID) -> None:
    """Skip the tick that waits for a run to finish, because the schedule is paused."""
    _carry_out(
        (standing, _without_queued(standing, TickOutcome.SKIPPED, TickReason.PAUSED))
        for standing in schedules.lock(schedule_id)
        if standing.queued_at
    )


def _decide_readable(due: Iterable[ScheduleState]) -> Iterator[Decided]:
    """Decide on schedules, and pause those whose cron expression or time zone has become invalid.

    They would otherwise hold up all that are due with them. A new release of `tzdata` can remove
    a zone, and the database can be changed by hand.
    """
    for standing in due:
        if standing.cron and not is_valid(standing.cron, standing.time_zone):
            note = "The cron expression or the time zone is not valid any more."
            logger.error("schedule %s is paused: %s", standing.id, note)
            schedules.pause(standing.id, note)
            events.schedules_changed(ClusterEvent.Kind.SCHEDULE_PAUSED, [standing.id], message=note)
        else:
            yield standing, decide(standing)


def _without_queued(standing: ScheduleState, outcome: TickOutcome, reason: str = "") -> Decision:
    assert standing.queued_at is not None
    return Decision([TickGroup(standing.queued_at, 1, outcome, reason)], standing.next_run_at, None)


def _carry_out(decisions: Iterable[Decided]) -> None:
    decided = list(decisions)
    if not decided:
        return
    advanced = schedules.advance(decided)
    tick_groups = [
        (standing, tick_group)
        for standing, decision in decided
        if standing.id in advanced
        for tick_group in decision.tick_groups
    ]
    if tick_groups:
        new = schedules.insert_ticks(tick_groups)
        _start(
            [
                (standing, tick_group.nominal_at)
                for standing, tick_group in tick_groups
                if tick_group.outcome == TickOutcome.FIRED
                and (standing.id, tick_group.nominal_at) in new
            ]
        )
        _log(
            [
                (standing, tick_group)
                for standing, tick_group in tick_groups
                if tick_group.outcome != TickOutcome.FIRED
            ]
        )


def _start(fired: list[tuple[ScheduleState, datetime]]) -> None:
    if not fired:
        return
    runs = []
    for standing, nominal_at in fired:
        run_at = nominal_at + timedelta(seconds=random.uniform(0, standing.jitter))
        runs.append((standing.task_id, run_at))
    started = transitions.start_runs(runs)
    events.tasks_changed(started, kind=ClusterEvent.Kind.TASK_TICKED)
    dispatch.wake_after_commit(task.queue for task in started)


def _log(tick_groups: list[tuple[ScheduleState, TickGroup]]) -> None:
    alike: dict[tuple[TickOutcome, str], list[UUID]] = defaultdict(list)
    for standing, tick_group in tick_groups:
        alike[tick_group.outcome, tick_group.reason].append(standing.id)
    for (outcome, reason), ids in alike.items():
        events.schedules_changed(_KINDS[outcome], ids, message=reason)
