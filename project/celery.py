"""The Celery app. Its settings are the CELERY_* names of project/settings.py."""

import os

from celery import Celery
from celery.signals import beat_init

import project.broker  # noqa: F401  changes the client of the broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
# Django's checks import all URLs and with them both APIs, which neither a worker nor Beat serves.
# Web processes and the tests are checked.
os.environ.setdefault("CELERY_SKIP_CHECKS", "true")

app = Celery("project")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# By name, because the models behind it can be imported only when Django is set up.
app.steps["worker"].add("tasks_app.worker.node:Node")


@beat_init.connect
def _deliver_webhooks(**_: object) -> None:
    from project import webhooks

    webhooks.start()
