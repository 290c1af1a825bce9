"""The decisions about scheduled times that cancel the previous run."""

from tasks_app.recurrence import TickGroup, cancels_run, decide
from tests.recurrence.model import START, at, due


def test_cancel_running_queues_the_newest_scheduled_time_and_cancels_the_run():
    state = due(count=3, overlap="CANCEL_RUNNING", is_free=False)

    decision = decide(state)
    assert [(group.outcome, group.count) for group in decision.tick_groups] == [("MISSED", 2)]
    assert (decision.queued_at, cancels_run(state, decision)) == (START, True)

    later = state._replace(
        queued_at=START, next_run_at=decision.next_run_at, now=at(60), is_free=False
    )
    replaced = decide(later)
    assert replaced.tick_groups == [TickGroup(START, 1, "SKIPPED", "OVERLAP")]
    assert (replaced.queued_at, cancels_run(later, replaced)) == (at(60), True)


def test_cancel_running_cancels_nothing_if_the_task_is_free_or_the_time_is_too_late():
    free = due(count=1, overlap="CANCEL_RUNNING")
    assert not cancels_run(free, decide(free))
    waiting = due(count=1, overlap="CANCEL_RUNNING", queued_at=at(-60), late=9, misfire_grace=5)
    assert decide(waiting).queued_at == at(-60)
    assert not cancels_run(waiting, decide(waiting))
