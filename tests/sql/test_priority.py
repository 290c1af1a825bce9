"""Priority under a backlog: high-priority tasks that arrive late start before the rest of it."""

import pytest

from tasks_app.models import Task
from tasks_app.services import tasks
from tasks_app.services.tasks import NewTask
from tests.support.working import claim, complete, ids

pytestmark = pytest.mark.django_db

LOW, HIGH = 1, 9


@pytest.mark.parametrize("duration_ms", [0, 5], ids=["instant", "with a duration"])
def test_late_high_priority_tasks_start_before_any_further_low_one(node, duration_ms):
    tasks.create_tasks(
        [NewTask(a=n, b=1, priority=LOW, duration_ms=duration_ms) for n in range(10_000)]
    )
    started_before = claim(message="message-0")
    complete(started_before)
    tasks.create_tasks(
        [NewTask(a=n, b=2, priority=HIGH, duration_ms=duration_ms) for n in range(100)]
    )
    high = set(Task.objects.filter(priority=HIGH).values_list("pk", flat=True))

    started = []
    while not high <= set(started):
        claimed = claim(message=f"message-{len(started)}")
        complete(claimed)
        started += ids(claimed)

    assert set(started[: len(high)]) == high
