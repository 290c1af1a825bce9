"""A pool process that runs out of memory (celery#10462)."""

from tasks_app.models import ClusterEvent, Task
from tasks_app.services import tasks
from tasks_app.services.tasks import NewTask
from tests.durability.conftest import wait_for_nodes
from tests.support.cluster import running_nodes
from tests.support.waiting import eventually


def test_memory_error_in_a_pool_process_frees_its_slot_and_requeues_its_task(
    transactional_db, journal
):
    # The lease does not expire within the test.
    with running_nodes(TASK_LEASE_SECONDS="600") as cluster:
        cluster.start_node("node-1", slots=1, app="tests.durability.nodes.starved")
        wait_for_nodes(1)
        # With a duration, so that the task is alone in its claim.
        created = tasks.create_task(NewTask(a=13, b=1, duration_ms=1))
        journal.note(created.pk, 14)
        eventually(lambda: Task.objects.get(pk=created.pk).status == "SUCCESS")

        journal.create_tasks([NewTask(a=1, b=n) for n in range(20)])
        journal.check()

        assert Task.objects.get(pk=created.pk).attempt == 2
        assert cluster.processes["node-1"].poll() is None
        assert not ClusterEvent.objects.filter(kind="NODE_OFFLINE").exists()
