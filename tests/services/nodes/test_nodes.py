"""Commands to nodes and queues, and nodes that end or go silent."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from tasks_app import recovery
from tasks_app.access.actors import Actor, acting_as
from tasks_app.models import ClusterEvent, Queue, WorkerNode
from tasks_app.services import nodes, queues
from tasks_app.services.nodes import heartbeats
from tasks_app.sql.tasks.leases import DRAINED_MESSAGE
from tests.conftest import reload
from tests.support.working import claim, run_all

pytestmark = pytest.mark.django_db


def stored(node):
    return WorkerNode.objects.get(pk=node.pk)


def lines():
    events = ClusterEvent.objects.filter(task_ids=[]).order_by("id")
    return [(event.kind, event.actor, event.message) for event in events]


def beat(node, **facts):
    facts = {"pid": node.pid, "slots": 2, "queues": ["default"], "host": "here"} | facts
    return nodes.heartbeat(node.name, **facts)


def test_heartbeat_returns_the_desired_state(node):
    assert beat(node) == ("ACTIVE", None, None, ["default"], False, "")
    nodes.pause_node(node.name)
    nodes.resize_node(node.name, slots=5)
    nodes.assign_node(node.name, queues=["default"])
    nodes.stop_node(node.name)

    assert beat(node) == ("PAUSED", 5, ["default"], ["default"], True, "")


def test_process_that_starts_again_with_the_same_id_takes_the_place_of_the_former(make_task, node):
    task = make_task()
    claim()

    beat(node)
    assert reload(task).status == "RUNNING"
    beat(node, is_first=True)

    assert reload(task).status == "PENDING"
    assert [kind for kind, *_ in lines()] == ["NODE_OFFLINE", "NODE_ONLINE"]


def test_commands_are_logged_with_their_notes(node):
    with acting_as(Actor("ann")):
        nodes.pause_node(node.name, note="noisy")
    with acting_as(Actor("bob")):
        nodes.resume_node(node.name)
        nodes.resume_node(node.name)
    nodes.resize_node(node.name, slots=3, note="more")
    nodes.drain_node(node.name, note="a new disk")

    assert lines() == [
        ("NODE_PAUSED", "ann", "noisy"),
        ("NODE_RESUMED", "bob", ""),
        ("NODE_RESIZED", "", "3 slots: more"),
        ("NODE_DRAINING", "", "a new disk"),
        ("NODE_DRAINED", "", ""),
    ]
    assert (stored(node).scheduling_note, stored(node).scheduling) == ("a new disk", "DRAINED")


def test_drain_ends_when_nothing_runs(make_task, node):
    make_task()
    claim()

    assert nodes.drain_node(node.name).scheduling == "DRAINING"
    nodes.finish_drains()
    assert stored(node).scheduling == "DRAINING"
    recovery.requeue_claimed_by("message-1")
    nodes.finish_drains()

    assert stored(node).scheduling == "DRAINED"


def test_drain_deadline_requeues_running_tasks(make_task, node, woken):
    task, last = make_task(), make_task(max_attempts=1)
    claim()
    woken.clear()
    nodes.drain_node(node.name, deadline=timezone.now() + timedelta(seconds=60))
    nodes.finish_drains()
    assert reload(task).status == "RUNNING"

    WorkerNode.objects.update(drain_deadline=timezone.now())
    nodes.finish_drains()

    assert (reload(task).status, reload(last).status) == ("PENDING", "FAILED")
    assert reload(last).failed_message == DRAINED_MESSAGE
    assert set(woken) == {"default"}
    assert stored(node).scheduling == "DRAINED"


def test_node_has_the_whole_silence_after_a_start_of_the_database(node, monkeypatch):
    years = timedelta(days=9_000)
    WorkerNode.objects.update(heartbeat_at=timezone.now() - years)
    # The server of the tests was started less than that ago.
    monkeypatch.setattr(heartbeats, "SILENCE_SECONDS", years.total_seconds() - 60)

    nodes.mark_silent_nodes_offline()

    assert stored(node).connection == "ONLINE"


@pytest.mark.parametrize("how", ["silence", "good-bye", "another process"])
def test_tasks_of_a_dead_node_are_requeued_at_once(make_task, node, woken, monkeypatch, how):
    monkeypatch.setattr(heartbeats, "SILENCE_SECONDS", 1)
    task = make_task()
    claim()
    woken.clear()

    if how == "silence":
        WorkerNode.objects.update(heartbeat_at=timezone.now() - timedelta(seconds=2))
        nodes.mark_silent_nodes_offline()
    if how == "good-bye":
        nodes.node_offline(node.name)
    if how == "another process":
        beat(node, pid=2)

    assert reload(task).status == "PENDING"
    assert set(woken) == {"default"}
    requeued = ClusterEvent.objects.get(kind="TASK_REQUEUED")
    assert requeued.node == node
    assert ClusterEvent.objects.filter(kind="NODE_OFFLINE", node=node).count() == 1


def test_stop_request_ends_when_the_node_goes_offline(node):
    nodes.stop_node(node.name)
    assert beat(node, pid=2).stop
    nodes.node_offline(node.name)

    assert not beat(node, pid=3).stop


def test_forgotten_node_is_gone_and_its_tasks_and_events_stay(make_task, node):
    done = make_task()
    run_all()
    nodes.node_offline(node.name)
    events = list(ClusterEvent.objects.values().order_by("id"))

    with acting_as(Actor("ann")):
        assert nodes.forget_node(node.name, note="replaced") == node.pk

    assert not WorkerNode.objects.exists()
    assert reload(done).status == "SUCCESS"
    assert reload(done).results.get().result == 5
    assert list(ClusterEvent.objects.values().order_by("id"))[:-1] == events
    assert lines()[-1] == ("NODE_FORGOTTEN", "ann", f"{node.name}: replaced")


def test_forgotten_node_leaves_no_running_task(make_task, node):
    task = make_task()
    claim()
    # As after a claim that overlapped with the end of the node.
    WorkerNode.objects.update(connection="OFFLINE")

    nodes.forget_node(node.name)

    assert reload(task).status == "PENDING"


def test_forgotten_node_that_starts_again_is_a_new_one(node):
    nodes.pause_node(node.name)
    nodes.node_offline(node.name)
    nodes.forget_node(node.name)

    beat(node, pid=2)

    back = WorkerNode.objects.get(name=node.name)
    assert back.pk != node.pk
    assert (back.connection, back.scheduling) == ("ONLINE", "ACTIVE")


@pytest.mark.parametrize(
    ("order", "field", "code"),
    [
        (lambda name: nodes.resize_node(name, slots=0), "slots", "out_of_range"),
        (lambda name: nodes.resize_node(name, slots=101), "slots", "out_of_range"),
        (
            lambda name: nodes.drain_node(name, deadline=timezone.now()),
            "deadline",
            "out_of_range",
        ),
        (lambda name: nodes.assign_node(name, queues=["nowhere"]), "queues", "unknown_queue"),
        (lambda name: nodes.pause_node(name, note="\0"), "note", "invalid"),
        (lambda name: nodes.forget_node(name), "name", "not_offline"),
        (lambda name: queues.create_queue("Big Ones"), "name", "invalid"),
        (lambda name: queues.create_queue("default"), "name", "already_exists"),
        (lambda name: queues.create_queue("a\0"), "name", "invalid"),
        (lambda name: queues.create_queue("x", running_limit=0), "running_limit", "out_of_range"),
        (
            lambda name: queues.update_queue("default", running_limit=-1),
            "running_limit",
            "out_of_range",
        ),
    ],
)
def test_invalid_command_is_rejected_by_field(node, order, field, code):
    with pytest.raises(ValidationError) as refusal:
        order(node.name)

    [error] = refusal.value.error_dict[field]
    assert error.code == code
    assert lines() == []


def test_only_an_online_node_can_be_stopped(node):
    nodes.node_offline(node.name)

    with pytest.raises(ValidationError) as refusal:
        nodes.stop_node(node.name)
    assert refusal.value.error_dict["name"][0].code == "not_online"


def test_commands_on_queues_are_logged(db):
    with acting_as(Actor("ann")):
        queues.create_queue("reports", running_limit=2)
        queues.pause_queue("reports", note="not yet")
    queues.pause_queue("reports", note="never")
    queues.resume_queue("reports")
    queues.resume_queue("reports")
    queues.update_queue("reports", running_limit=None, note="fast disks")

    assert lines() == [
        ("QUEUE_CREATED", "ann", "limit 2"),
        ("QUEUE_PAUSED", "ann", "not yet"),
        ("QUEUE_RESUMED", "", ""),
        ("QUEUE_UPDATED", "", "no limit: fast disks"),
    ]
    queue = Queue.objects.get(name="reports")
    assert (queue.paused_at, queue.pause_note, queue.running_limit) == (None, "", None)
