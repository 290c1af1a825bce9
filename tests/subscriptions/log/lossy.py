"""The Celery app of nodes whose notifier loses one notification in twenty."""

import random

from project.celery import app
from tasks_app.log import notifier

_publish = notifier.publish


def _publish_mostly(client):
    if random.random() >= 0.05:
        _publish(client)


notifier.publish = _publish_mostly
__all__ = ["app"]
