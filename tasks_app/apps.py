from typing import Any

from django.apps import AppConfig
from django.core.management import CommandError
from django.db.models.signals import post_migrate, pre_migrate


class TasksAppConfig(AppConfig):
    name = "tasks_app"
    verbose_name = "Cluster"

    def ready(self) -> None:
        pre_migrate.connect(_refuse_unknown_migrations, sender=self)
        post_migrate.connect(_advance_transaction_ids, sender=self)
        post_migrate.connect(_create_default_queue, sender=self)


def _refuse_unknown_migrations(using: str, **_: Any) -> None:
    """Raise CommandError if another version of the application made the database."""
    from django.db import connections
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connections[using])
    unknown = [
        name
        for app, name in loader.applied_migrations
        if app == "tasks_app" and (app, name) not in loader.disk_migrations
    ]
    if unknown:
        raise CommandError(
            "Another version of this application made the database: it has the migrations"
            f" {', '.join(sorted(unknown))}, which this version does not know."
            " Use a new database. For ./run, choose a new state directory with --state, or delete"
            " the old one."
        )


def _advance_transaction_ids(**_: Any) -> None:
    from tasks_app.log.restored import advance_transaction_ids

    advance_transaction_ids()


def _create_default_queue(using: str, **_: Any) -> None:
    from tasks_app.models import Queue
    from tasks_app.options import DEFAULT_QUEUE

    Queue.objects.using(using).get_or_create(name=DEFAULT_QUEUE)
