"""A process of a node: how long it claims, and which other processes it wakes."""

import pytest

from tasks_app import dispatch, execution
from tasks_app.models import Queue, Task, WorkerNode
from tasks_app.services import nodes, queues
from tests.conftest import reload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("node")]


class Run:
    """One run of a process, and what it asked of others."""

    def __init__(self, node="node-1@here", *, until=None):
        self.wanted = []
        self.looks = 0
        self._until = until
        self.completed = execution.run(
            node,
            celery_task_id="message-1",
            wake_node=self.wanted.append,
            is_stopping=self._is_stopping,
        )

    def _is_stopping(self):
        self.looks += 1
        return self._until is not None and self.looks > self._until


def test_process_claims_until_nothing_fits(make_task):
    for _ in range(3):
        make_task(duration_ms=1)
    make_task()

    assert Run().completed == 4
    assert not Task.objects.exclude(celery_task_id="message-1").exists()


def test_process_stops_between_claims_when_the_node_stops(make_task):
    for _ in range(3):
        make_task(duration_ms=1)

    assert Run(until=1).completed == 1
    assert Task.objects.filter(status="PENDING").count() == 2


def test_process_returns_after_its_time_slice_and_asks_for_another_one(make_task, monkeypatch):
    monkeypatch.setattr(execution, "TIME_SLICE_SECONDS", 0)
    for _ in range(3):
        make_task(duration_ms=1)

    run = Run()

    assert run.completed == 1
    assert run.wanted[-1] == 1


COMMANDS = {
    "pause node": lambda: nodes.pause_node("node-1@here"),
    "drain node": lambda: nodes.drain_node("node-1@here"),
    "assign node": lambda: nodes.assign_node("node-1@here", queues=[]),
    "pause queue": lambda: queues.pause_queue("default"),
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_command_takes_effect_before_the_next_claim(make_task, node, monkeypatch, command):
    first, second = make_task(duration_ms=1), make_task(duration_ms=1)
    work = execution._work

    def change_meanwhile(task):
        command()
        return work(task)

    monkeypatch.setattr(execution, "_work", change_meanwhile)

    assert Run().completed == 1
    assert {reload(first).status, reload(second).status} == {"SUCCESS", "PENDING"}


def test_process_wakes_others_of_its_node_while_more_fits(make_task):
    WorkerNode.objects.update(slots=3)
    make_task(duration_ms=1)
    assert Run().wanted == []

    for _ in range(3):
        make_task(duration_ms=1)
    assert Run().wanted == [2, 1]


def test_process_wakes_no_other_when_the_node_is_full(make_task):
    make_task(slots=2, duration_ms=1)
    make_task(slots=2, duration_ms=1)

    assert Run().wanted == []


def test_wake_up_is_published_for_what_a_node_leaves(make_task, woken):
    make_task(duration_ms=1)
    woken.clear()
    Run()
    assert woken == []

    for _ in range(2):
        make_task(duration_ms=1)
    woken.clear()
    Run()
    assert woken == ["default"]


def test_node_that_can_run_what_this_one_cannot_is_woken_by_name(make_task, node, monkeypatch):
    refreshed = []
    monkeypatch.setattr(dispatch, "refresh", lambda names: refreshed.extend(names))
    other = WorkerNode.objects.get()
    other.pk, other.name, other.slots = Queue().pk, "node-2@here", 4
    other.save()
    make_task(slots=3)

    assert Run().completed == 0
    assert refreshed == ["node-2@here"]
