"""The migrations: complete, and not applied to the database of another version."""

import pytest
from django.core.management import CommandError, call_command
from django.db.migrations.recorder import MigrationRecorder

pytestmark = pytest.mark.django_db


def test_every_change_of_the_models_has_a_migration():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_database_of_another_version_is_refused():
    MigrationRecorder.Migration.objects.create(app="tasks_app", name="0006_claims")

    with pytest.raises(CommandError, match=r"0006_claims.*Use a new database"):
        call_command("migrate", verbosity=0)
