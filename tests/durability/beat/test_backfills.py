"""A backfill goes on through the loss of its Beats, and runs each scheduled time once."""

from datetime import UTC, datetime, timedelta

from tasks_app.models import Backfill, Task, TaskResult
from tasks_app.services.backfills import NewBackfill, create_backfill
from tests.durability.conftest import check_the_log_against_the_rows, leader
from tests.support.waiting import eventually

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
COUNT = 60


def test_each_scheduled_time_runs_once_while_leaders_are_killed(beats, make_schedule):
    cluster = beats(2)
    schedule = make_schedule(
        interval=3600, scheduled_at=datetime(2100, 1, 1, tzinfo=UTC), duration_ms=100
    )
    until = FIRST + (COUNT - 1) * HOUR
    new = NewBackfill(schedule_id=schedule.pk, since=FIRST, until=until, max_concurrency=3)
    backfill = create_backfill(new).backfill
    own = Task.objects.filter(backfill_run__backfill=backfill)

    for count in (5, 20, 40):
        eventually(lambda count=count: own.count() >= count)
        assert own.count() < COUNT, "the backfill was over before the leader was killed"
        killed = eventually(lambda: leader(cluster), seconds=10)
        cluster.processes[killed].kill()
        cluster.processes[killed].wait()
        cluster.start_beat(killed)
    eventually(lambda: Backfill.objects.get(pk=backfill.pk).state == "DONE", seconds=60)

    times = list(own.order_by("pk").values_list("backfill_run__scheduled_for", flat=True))
    assert times == [FIRST + number * HOUR for number in range(COUNT)]
    # A task without a row in the backfill would be a run too many.
    assert Task.objects.filter(schedule=None).count() == COUNT
    assert sorted(TaskResult.objects.values_list("task_id", flat=True)) == sorted(
        own.values_list("pk", flat=True)
    )
    check_the_log_against_the_rows()
