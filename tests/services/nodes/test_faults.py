"""Faults on demand: who may request them, and which process takes them."""

import pytest
from django.core.exceptions import ValidationError

from tasks_app.access.actors import Actor, acting_as
from tasks_app.models import ClusterEvent, WorkerNode
from tasks_app.services import nodes
from tasks_app.services.nodes import faults

pytestmark = pytest.mark.django_db


def beat(node, pid):
    return nodes.heartbeat(node.name, pid=pid, slots=2, queues=["default"], host="here")


def messages():
    events = ClusterEvent.objects.filter(kind="FAULT_INJECTED").order_by("id")
    return list(events.values_list("actor", "node__name", "message"))


def codes_of(refused):
    return {name: errors[0].code for name, errors in refused.value.error_dict.items()}


def test_node_takes_a_fault_once(node):
    faults.freeze_node(node.name, seconds=5)

    assert beat(node, node.pid).fault == "FREEZE"
    assert faults.take_fault(node.name, pid=node.pid) == ("FREEZE", 5)
    assert beat(node, node.pid).fault == ""
    assert faults.take_fault(node.name, pid=node.pid) is None


def test_last_fault_replaces_one_that_was_not_taken(node):
    faults.freeze_node(node.name, seconds=5)
    faults.kill_node(node.name)

    assert faults.take_fault(node.name, pid=node.pid) == ("KILL", None)


def test_another_process_of_the_node_is_spared(node):
    faults.kill_node(node.name)

    assert faults.take_fault(node.name, pid=node.pid + 1) is None
    assert beat(node, node.pid + 1).fault == ""
    assert faults.take_fault(node.name, pid=node.pid + 1) is None


def test_faults_are_logged_with_actor_and_note(node):
    with acting_as(Actor("ann")):
        faults.kill_node(node.name, note="a drill")
        faults.freeze_node(node.name, seconds=1)
        faults.freeze_node(node.name, seconds=20)

    assert messages() == [
        ("ann", node.name, "Killed: a drill"),
        ("ann", node.name, "Frozen for 1 second"),
        ("ann", node.name, "Frozen for 20 seconds"),
    ]


def test_setting_refuses_faults(node, settings):
    settings.FAULTS = False

    with pytest.raises(ValidationError) as refused:
        faults.kill_node(node.name)

    assert codes_of(refused) == {"name": "faults_off"}
    assert faults.take_fault(node.name, pid=node.pid) is None
    assert messages() == []


def test_node_that_is_offline_is_refused(node):
    nodes.node_offline(node.name)

    with pytest.raises(ValidationError) as refused:
        faults.kill_node(node.name)

    assert codes_of(refused) == {"name": "not_online"}


@pytest.mark.parametrize("seconds", [-1, 0, 121])
def test_length_of_a_freeze_is_limited(node, seconds):
    with pytest.raises(ValidationError) as refused:
        faults.freeze_node(node.name, seconds=seconds)

    assert codes_of(refused) == {"seconds": "out_of_range"}


def test_node_that_does_not_exist_is_refused():
    with pytest.raises(WorkerNode.DoesNotExist):
        faults.kill_node("node-9@here")
