"""`manage.py prepare`: what a new database needs, and whether the stack is complete."""

import json
import time
from argparse import ArgumentParser

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import OperationalError, connection

from project.standalone import environment
from project.standalone.no_database.base import NoDatabaseError
from project.standalone.state import State
from tasks_app.models import WorkerNode
from tasks_app.models.base import database_now
from tasks_app.services.leader import beat_leads

DATABASE_SECONDS = 60
POLL_SECONDS = 0.1


class Command(BaseCommand):
    """The command `prepare`."""

    # They would load the APIs, which this command does not use.
    requires_system_checks = []
    help = (
        "Apply migrations, collect static files and create the first user. With the names of worker"
        " nodes, go on to print which of them, and which Beats, have not sent a heartbeat yet."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Define the arguments."""
        parser.add_argument("nodes", nargs="*", help="names of worker nodes to wait for")
        parser.add_argument("--beats", type=int, default=0, help="number of Beats to wait for")

    def handle(self, *, nodes: list[str], beats: int, **options: object) -> None:
        """Prepare the database, then report until nothing is missing."""
        _wait_for_database()
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        users = get_user_model()._default_manager
        if not users.filter(username="admin").exists():
            password = State(environment.state_directory()).secret("admin-password")
            users.create_superuser("admin", password=password)
        began_at = database_now()
        missing: list[str] | None = None
        while missing != []:
            ready = WorkerNode.objects.filter(heartbeat_at__gt=began_at)
            names = {name.partition("@")[0] for name in ready.values_list("name", flat=True)}
            now_missing = [name for name in nodes if name not in names]
            if beats and not beat_leads():
                now_missing.append("beat")
            if now_missing != missing:
                missing = now_missing
                self.stdout.write(json.dumps({"missing": missing}))
                self.stdout.flush()
            time.sleep(POLL_SECONDS)


def _wait_for_database() -> None:
    deadline = time.monotonic() + DATABASE_SECONDS
    while True:
        try:
            connection.ensure_connection()
        except NoDatabaseError:
            raise
        except OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(POLL_SECONDS)
        else:
            return
