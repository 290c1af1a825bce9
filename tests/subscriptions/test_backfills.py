"""What a subscriber of the log receives of a backfill."""

from schema.core.relay import global_id
from tasks_app import backfilling
from tasks_app.models import Task
from tasks_app.services import backfills
from tests.backfill.conftest import hourly, make_backfill  # noqa: F401  fixtures

EVENTS = """
subscription {
  clusterEvents(kinds: [BACKFILL_CREATED, BACKFILL_PAUSED, BACKFILL_RESUMED, BACKFILL_CANCELLED,
                        BACKFILL_COMPLETED]) {
    ... on EventBatch { events { kind backfillIds scheduleIds } }
  }
}
"""


def test_subscriber_receives_the_life_of_a_backfill(client, make_backfill):  # noqa: F811
    client.subscribe(EVENTS)
    assert client.data() == {"events": []}

    backfill = make_backfill(1)
    backfills.pause_backfill(backfill.pk)
    backfills.resume_backfill(backfill.pk)
    backfilling.advance(10)
    Task.objects.get(backfill_run__backfill=backfill).mark_as_successfull(5)
    backfilling.advance(10)
    cancelled = make_backfill(1)
    backfills.cancel_backfill(cancelled.pk)

    events = []
    while len(events) < 6:
        events += client.data()["events"]
    assert [event["kind"].removeprefix("BACKFILL_") for event in events] == [
        *("CREATED", "PAUSED", "RESUMED", "COMPLETED", "CREATED", "CANCELLED")
    ]
    ids = [event["backfillIds"] for event in events]
    first, second = ([global_id("Backfill", each.pk)] for each in (backfill, cancelled))
    assert ids == [first] * 4 + [second] * 2
    assert events[0]["scheduleIds"] == [global_id("TaskSchedule", backfill.schedule_id)]
