"""Alerts open once and are resolved once if Beat processes are killed."""

from tasks_app.models import Alert, ClusterEvent
from tasks_app.services import alert_rules, queues, tasks
from tests.durability.conftest import leader
from tests.support.waiting import eventually

# Long enough that a Beat is killed before.
SECONDS = 12


def paused_queue_with_a_task(name):
    queues.create_queue(name)
    queues.pause_queue(name)
    return tasks.create_task(tasks.NewTask(a=1, b=2, queue=name))


def wait_for(queue, state):
    eventually(lambda: Alert.objects.filter(queue=queue, state=state).exists())


def replace_leader(cluster):
    """Kill the Beat that leads, and wait until the other one does."""
    killed = leader(cluster)
    cluster.processes[killed].kill()
    cluster.processes[killed].wait()
    eventually(lambda: leader(cluster) not in (None, killed))
    cluster.start_beat(killed)


def test_killed_beats_open_and_resolve_an_alert_once(beats):
    alert_rules.set_rule("QUEUE_PAUSED", open_after_seconds=SECONDS, resolve_after_seconds=SECONDS)
    cluster = beats(2)
    task = paused_queue_with_a_task("first")
    wait_for("first", "PENDING")
    replace_leader(cluster)
    wait_for("first", "OPEN")
    replace_leader(cluster)

    tasks.cancel_task(task.pk)
    wait_for("first", "RECOVERING")
    replace_leader(cluster)
    wait_for("first", "RESOLVED")
    replace_leader(cluster)

    # The new leader has evaluated the items.
    paused_queue_with_a_task("second")
    wait_for("second", "PENDING")
    found = ClusterEvent.objects.filter(kind__in=["ALERT_OPENED", "ALERT_RESOLVED"])
    assert list(found.order_by("id").values_list("kind", "queue")) == [
        ("ALERT_OPENED", "first"),
        ("ALERT_RESOLVED", "first"),
    ]
