"""`Cluster.attention` over GraphQL."""

import pytest
from django.utils import timezone

from tasks_app.models import ScheduleTick, WorkerNode
from tasks_app.services import queues

pytestmark = pytest.mark.django_db

QUERY = """{ cluster { attention {
    kind message count since queue slots workerNode { name lostAt } taskSchedule { uuid task { a } }
} } }"""


def test_items_name_what_they_concern(data, make_task, make_schedule, node):
    WorkerNode.objects.create(
        name="node-2@here",
        host="here",
        pid=2,
        slots=2,
        queues=[],
        connection="OFFLINE",
        heartbeat_at=timezone.now(),
        lost_at=timezone.now(),
    )
    make_task(slots=16)
    queues.create_queue("reports")
    queues.pause_queue("reports")
    make_task(queue="reports")
    schedule = make_schedule(a=7)
    ScheduleTick.objects.create(schedule=schedule, nominal_at=timezone.now(), outcome="MISSED")

    lost, large, paused, missed = data(QUERY)["cluster"]["attention"]

    assert (lost["kind"], lost["workerNode"]["name"]) == ("NODE_LOST", "node-2@here")
    assert lost["workerNode"]["lostAt"] is not None
    assert (large["kind"], large["queue"], large["slots"], large["count"]) == (
        *("TOO_LARGE", "default"),
        *(16, 1),
    )
    assert (paused["kind"], paused["queue"], paused["count"]) == ("QUEUE_PAUSED", "reports", 1)
    assert missed["taskSchedule"] == {"uuid": str(schedule.pk), "task": {"a": "7"}}
    assert missed["queue"] is None


def test_healthy_cluster_has_no_item(data, node):
    assert data(QUERY) == {"cluster": {"attention": []}}
