"""The migrations: complete, and not applied to the database of another version."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from project.standalone.state import BASE_DIR

REFUSAL = r"database '{name}' on .*0006_claims.*Use a new database"


@pytest.mark.django_db
def test_every_change_of_the_models_has_a_migration():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.fixture
def database_of_another_version(transactional_db):
    """The test database, with a migration that does not exist."""
    unknown = MigrationRecorder.Migration.objects.create(app="tasks_app", name="0006_claims")
    yield connection.settings_dict
    unknown.delete()


def test_migrate_refuses_a_database_of_another_version(database_of_another_version):
    refusal = REFUSAL.format(name=database_of_another_version["NAME"])

    with pytest.raises(CommandError, match=refusal):
        call_command("migrate", verbosity=0)


@pytest.mark.django_db
def test_migrate_refuses_tables_of_an_unreleased_version():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE tasks_app_task DROP COLUMN priority CASCADE")

    with pytest.raises(CommandError, match=r"tasks_app_task has no column priority\. Use a new"):
        call_command("migrate", verbosity=0)


def test_stack_refuses_a_database_of_another_version(database_of_another_version, tmp_path):
    url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database_of_another_version)

    refused = subprocess.run(
        [sys.executable, "manage.py", "up", f"--state={tmp_path / 'state'}"],
        cwd=BASE_DIR,
        env=os.environ | {"DATABASE_URL": url, "REDIS_URL": settings.REDIS_URL},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert refused.returncode == 1
    assert "0006_claims" in refused.stderr
    assert "./run --state DIRECTORY" in refused.stderr
    assert "Traceback" not in refused.stderr + refused.stdout
