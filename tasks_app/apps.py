from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TasksAppConfig(AppConfig):
    name = "tasks_app"
    verbose_name = "Cluster"

    def ready(self) -> None:
        post_migrate.connect(_advance_transaction_ids, sender=self)
        post_migrate.connect(_create_default_queue, sender=self)


def _advance_transaction_ids(**_: Any) -> None:
    from tasks_app.log.restored import advance_transaction_ids

    advance_transaction_ids()


def _create_default_queue(using: str, **_: Any) -> None:
    from tasks_app.models import Queue
    from tasks_app.options import DEFAULT_QUEUE

    Queue.objects.using(using).get_or_create(name=DEFAULT_QUEUE)
