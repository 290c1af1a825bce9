"""Makers of rows, as fixtures."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tasks_app import execution
from tasks_app.models import Task, WorkerNode
from tasks_app.services import schedules, tasks


@pytest.fixture
def make_task(db):
    """A task as a client would create it."""

    def make(**wish):
        return tasks.create_task(tasks.NewTask(**{"a": 2, "b": 3} | wish))

    return make


@pytest.fixture
def node(db):
    """A node of two slots that takes from the default queue, and of which the log says nothing."""
    return WorkerNode.objects.create(
        name="node-1@here",
        host="here",
        pid=1,
        slots=2,
        queues=["default"],
        connection="ONLINE",
        heartbeat_at=timezone.now(),
    )


@pytest.fixture(autouse=True)
def nobody_waits_for_room(monkeypatch):
    monkeypatch.setattr(execution, "ROOM_SECONDS", 0)


@pytest.fixture
def make_schedule(db):
    """A schedule as a client would create it; without more words, its first tick is a day away."""

    def make(**wish):
        tomorrow = timezone.now() + timedelta(days=1)
        wish = {"a": 2, "b": 3, "interval": 60, "scheduled_at": tomorrow} | wish
        return schedules.create_schedule(schedules.NewSchedule(**wish))

    return make


@pytest.fixture
def handed_over(monkeypatch):
    """What was handed to the broker, in order: (ids, queue, priority) of each message."""
    from tasks_app import dispatch

    messages = []
    monkeypatch.setattr(
        dispatch,
        "after_commit",
        lambda moved, first=False: messages.extend(
            (ids, queue, priority) for queue, priority, ids in dispatch._messages(moved)
        ),
    )
    return messages


def reload(task):
    return Task.objects.get(pk=task.pk)
