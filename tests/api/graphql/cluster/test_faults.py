"""`injectFault` over GraphQL."""

import pytest

from tasks_app.services.nodes import faults

# The log is read only as far as transactions have been committed.
pytestmark = pytest.mark.django_db(transaction=True)

INJECT = """
    mutation Inject($input: InjectFaultInput!) {
      injectFault(input: $input) { workerNode { name busySlots } errors { code field message } }
    }
"""
EVENTS = """
    { clusterEvents(kinds: [FAULT_INJECTED]) { events { workerNode { name } message } } }
"""


@pytest.fixture
def inject(data):
    return lambda **fault: data(INJECT, input=fault)["injectFault"]


def errors_of(answer):
    assert answer["workerNode"] is None
    return [(error["code"], ".".join(error["field"])) for error in answer["errors"]]


def test_faults_are_requested_and_are_events(data, inject, node):
    killed = inject(killNode={"name": node.name, "note": "a drill"})
    assert killed == {"workerNode": {"name": node.name, "busySlots": 0}, "errors": []}
    assert faults.take_fault(node.name, pid=node.pid) == ("KILL", None)

    assert inject(freezeNode={"name": node.name, "seconds": 30})["errors"] == []
    assert faults.take_fault(node.name, pid=node.pid) == ("FREEZE", 30)

    [first, second] = data(EVENTS)["clusterEvents"]["events"]
    assert {first["message"], second["message"]} == {"Killed: a drill", "Frozen for 30 seconds"}
    assert first["workerNode"] == {"name": node.name}


def test_errors_name_the_field(data, inject, node, settings):
    freeze = {"name": node.name, "seconds": 121}
    assert errors_of(inject(freezeNode=freeze)) == [("OUT_OF_RANGE", "input.freezeNode.seconds")]
    unknown = inject(killNode={"name": "node-9@here"})
    assert errors_of(unknown) == [("NOT_FOUND", "input.killNode.name")]

    can_inject = "{ viewer { canInjectFaults } }"
    assert data(can_inject)["viewer"] == {"canInjectFaults": True}
    settings.FAULTS = False
    assert data(can_inject)["viewer"] == {"canInjectFaults": False}
    refused = inject(killNode={"name": node.name})
    assert errors_of(refused) == [("FAULTS_OFF", "input.killNode.name")]
