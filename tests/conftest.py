"""Makers of rows, as fixtures."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tasks_app.models import Task, WorkerNode
from tasks_app.services import schedules, tasks
from tasks_app.services.schedules.parameters import NewSchedule


@pytest.fixture
def make_task(db):
    """A task as a client would create it."""

    def make(**options):
        return tasks.create_task(tasks.NewTask(**{"a": 2, "b": 3} | options))

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


@pytest.fixture
def make_schedule(db):
    """A schedule as a client would create it; without more words, its first tick is a day away."""

    def make(**options):
        tomorrow = timezone.now() + timedelta(days=1)
        options = {"a": 2, "b": 3, "interval": 60, "scheduled_at": tomorrow} | options
        return schedules.create_schedule(NewSchedule(**options))

    return make


@pytest.fixture
def woken(monkeypatch):
    """The queues for which wake-ups were published, in order."""
    from tasks_app import dispatch

    queues = []
    monkeypatch.setattr(dispatch, "wake_after_commit", lambda names: queues.extend(set(names)))
    monkeypatch.setattr(dispatch, "wake", lambda names: queues.extend(names))
    return queues


def reload(task):
    return Task.objects.get(pk=task.pk)
