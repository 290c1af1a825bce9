"""The configuration of the application: what happens before and after migrations."""

from django.apps import AppConfig
from django.core.management import CommandError
from django.db.models.signals import post_migrate, pre_migrate


class TasksAppConfig(AppConfig):
    """The application of tasks, schedules, nodes and queues."""

    name = "tasks_app"
    verbose_name = "Cluster"

    def ready(self) -> None:
        """Connect the signals of migrations."""
        pre_migrate.connect(_refuse_unknown_migrations, sender=self)
        post_migrate.connect(_advance_transaction_ids, sender=self)
        post_migrate.connect(create_default_queue, sender=self)


def _refuse_unknown_migrations(using: str, **_: object) -> None:
    """Raise CommandError if another version of the application created the database."""
    from django.db import connections
    from django.db.migrations.loader import MigrationLoader

    connection = connections[using]
    loader = MigrationLoader(connection)
    unknown = [
        name
        for app, name in loader.applied_migrations
        if app == "tasks_app" and (app, name) not in loader.disk_migrations
    ]
    if unknown:
        database = connection.settings_dict
        raise CommandError(
            f"The database {database['NAME']!r} on {database['HOST'] or 'this machine'} was created"
            " by another version of this application: it has migrations that this version does not"
            f" have ({', '.join(sorted(unknown))}). Nothing was changed. Use a new database. With"
            " ./run, choose a new state directory (./run --state DIRECTORY) or delete the old one."
        )


def _advance_transaction_ids(**_: object) -> None:
    from tasks_app.log.restored import advance_transaction_ids

    advance_transaction_ids()


def create_default_queue(using: str, **_: object) -> None:
    """Create the default queue in a database unless it exists."""
    from tasks_app.models import Queue
    from tasks_app.options import DEFAULT_QUEUE

    Queue.objects.using(using).get_or_create(name=DEFAULT_QUEUE)
