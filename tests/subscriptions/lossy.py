"""The Celery app of nodes whose doorbell is not heard one time in twenty."""

import random

from project.celery import app
from tasks_app import doorbell

_publish = doorbell.publish


def _publish_mostly(client):
    if random.random() >= 0.05:
        _publish(client)


doorbell.publish = _publish_mostly
__all__ = ["app"]
