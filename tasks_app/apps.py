"""The configuration of the application: what happens before and after migrations."""

from django.apps import AppConfig
from django.apps.registry import Apps
from django.core.management import CommandError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate, pre_migrate


class TasksAppConfig(AppConfig):
    """The application of tasks, schedules, nodes and queues."""

    name = "tasks_app"
    verbose_name = "Cluster"

    def ready(self) -> None:
        """Connect the signals of migrations."""
        pre_migrate.connect(_refuse_unknown_migrations, sender=self)
        post_migrate.connect(_refuse_other_tables, sender=self)
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
        migrations = ", ".join(sorted(unknown))
        raise CommandError(
            f"{_other_version(connection)}: it has migrations that this version does not have"
            f" ({migrations}). Nothing was changed. {_NEXT_STEP}"
        )


def _refuse_other_tables(using: str, apps: Apps, **_: object) -> None:
    """Raise CommandError if a column is missing: an unreleased version had the same migrations."""
    from django.db import connections

    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = current_schema()"
        )
        existing = set(cursor.fetchall())
    for model in apps.get_app_config(TasksAppConfig.name).get_models():
        for field in model._meta.local_concrete_fields:
            if (model._meta.db_table, field.column) not in existing:
                raise CommandError(
                    f"{_other_version(connection)}: {model._meta.db_table} has no column"
                    f" {field.column}. {_NEXT_STEP}"
                )


_NEXT_STEP = (
    "Use a new database. With ./run, choose a new state directory (./run --state DIRECTORY) or"
    " delete the old one."
)


def _other_version(connection: BaseDatabaseWrapper) -> str:
    database = connection.settings_dict
    return (
        f"The database {database['NAME']!r} on {database['HOST'] or 'this machine'} was created by"
        " another version of this application"
    )


def _advance_transaction_ids(**_: object) -> None:
    from tasks_app.log.restored import advance_transaction_ids

    advance_transaction_ids()


def create_default_queue(using: str, **_: object) -> None:
    """Create the default queue in a database unless it exists."""
    from tasks_app.models import Queue
    from tasks_app.options import DEFAULT_QUEUE

    Queue.objects.using(using).get_or_create(name=DEFAULT_QUEUE)
