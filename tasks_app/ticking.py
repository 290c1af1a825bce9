"""What becomes of ticks: a due one starts a run of its schedule's task, or is recorded as not.

Any number may do this at once. Whoever moves `next_run_at` on has decided, and a tick that is
recorded is never recorded again.
"""

import random
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from tasks_app import dispatch, events
from tasks_app.models import ClusterEvent
from tasks_app.models.grid import Decision, Fate, Outcome, Reason, Standing, decide
from tasks_app.sql import schedules, transitions
from tasks_app.sql.schedules import Decided
from tasks_app.transactions import in_transaction

_KINDS = {
    Outcome.SKIPPED: ClusterEvent.Kind.TICK_SKIPPED,
    Outcome.MISSED: ClusterEvent.Kind.TICK_MISSED,
}


@in_transaction
def tick_due(limit: int) -> int:
    """Decide on what is due, of so many schedules; answers of how many."""
    due = schedules.lock_due(limit)
    _carry_out((standing, decide(standing)) for standing in due)
    return len(due)


@in_transaction
def tick_queued(limit: int) -> int:
    """Start what waited for a run to finish that has finished now; answers how many."""
    queued = schedules.lock_queued(limit)
    _carry_out((standing, _without_queued(standing, Outcome.FIRED)) for standing in queued)
    return len(queued)


@in_transaction
def tick(schedule_id: UUID) -> None:
    """Decide on what is due of this schedule, paused or not."""
    _carry_out((standing, decide(standing)) for standing in schedules.lock(schedule_id))


@in_transaction
def trigger(schedule_id: UUID) -> bool:
    """Start a run of its task beside the grid; False if the task is not free for one."""
    free = [standing for standing in schedules.lock(schedule_id) if standing.is_free]
    _carry_out(
        (
            standing,
            Decision(
                [Fate(standing.now, 1, Outcome.FIRED, Reason.TRIGGERED)],
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
        (standing, _without_queued(standing, Outcome.SKIPPED, Reason.PAUSED))
        for standing in schedules.lock(schedule_id)
        if standing.queued_at
    )


def _without_queued(standing: Standing, outcome: Outcome, reason: str = "") -> Decision:
    assert standing.queued_at is not None
    return Decision([Fate(standing.queued_at, 1, outcome, reason)], standing.next_run_at, None)


def _carry_out(decisions: Iterable[Decided]) -> None:
    decided = list(decisions)
    if not decided:
        return
    advanced = schedules.advance(decided)
    fates = [
        (standing, fate)
        for standing, decision in decided
        if standing.id in advanced
        for fate in decision.fates
    ]
    if fates:
        new = schedules.insert_ticks(fates)
        _start(
            [
                (standing, fate.nominal_at)
                for standing, fate in fates
                if fate.outcome == Outcome.FIRED and (standing.id, fate.nominal_at) in new
            ]
        )
        _log([(standing, fate) for standing, fate in fates if fate.outcome != Outcome.FIRED])


def _start(fired: list[tuple[Standing, datetime]]) -> None:
    if not fired:
        return
    runs = []
    for standing, nominal_at in fired:
        run_at = nominal_at + timedelta(seconds=random.uniform(0, standing.jitter))
        runs.append((standing.task_id, run_at))
    started = transitions.start_runs(runs)
    events.tasks_changed(started, kind=ClusterEvent.Kind.TASK_TICKED)
    dispatch.wake_after_commit(task.queue for task in started)


def _log(fates: list[tuple[Standing, Fate]]) -> None:
    alike: dict[tuple[Outcome, str], list[UUID]] = defaultdict(list)
    for standing, fate in fates:
        alike[fate.outcome, fate.reason].append(standing.id)
    for (outcome, reason), ids in alike.items():
        events.schedules_changed(_KINDS[outcome], ids, message=reason)
