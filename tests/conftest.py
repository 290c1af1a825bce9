"""Makers of rows, as fixtures."""

import pytest

from tasks_app.models import Task
from tasks_app.services import tasks


@pytest.fixture
def make_task(db):
    """A task as a client would create it."""

    def make(**wish):
        return tasks.create_task(tasks.NewTask(**{"a": 2, "b": 3} | wish))

    return make


@pytest.fixture
def handed_over(monkeypatch):
    """What was handed to the broker, in order: (ids, queue, priority) of each message."""
    from tasks_app import dispatch

    messages = []
    monkeypatch.setattr(
        dispatch,
        "after_commit",
        lambda moved: messages.extend(
            (ids, queue, priority) for queue, priority, ids in dispatch._messages(moved)
        ),
    )
    return messages


def reload(task):
    return Task.objects.get(pk=task.pk)
