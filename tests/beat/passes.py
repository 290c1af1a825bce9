"""Runs the scheduler of Beat in this process, and reads what it has sent."""

import json
from contextlib import contextmanager

import pytest

from project.celery import app
from tasks_app.beat import Scheduler

QUEUE = "theirs"


@contextmanager
def running():
    scheduler = Scheduler(app=app)
    try:
        yield scheduler
    finally:
        scheduler.close()


def look(scheduler, times=1):
    """Run passes, each with a look at the periodic tasks of others and all that is due."""
    for _ in range(times):
        scheduler._others_at = 0.0
        for _ in range(100):
            if scheduler.tick() != 0:
                break
            scheduler._others_at = 0.0
        else:
            pytest.fail("there is no end of what is due")


def sent(broker):
    messages = [json.loads(message) for message in broker.lrange(QUEUE, 0, -1)[::-1]]
    return [message["headers"]["task"] for message in messages]


def sent_by(broker):
    messages = [json.loads(message) for message in broker.lrange(QUEUE, 0, -1)[::-1]]
    return [message["headers"]["periodic_task_name"] for message in messages]
