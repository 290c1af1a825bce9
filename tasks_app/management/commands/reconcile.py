"""`manage.py reconcile`: run the reconciler once."""

from django.core.management.base import BaseCommand

from tasks_app import dispatch
from tasks_app.reconciler import prune, reconcile

PUBLISH_SECONDS = 30


class Command(BaseCommand):
    """Runs the reconciler once."""

    # They would load the APIs, which this command does not use.
    requires_system_checks = []
    help = "Requeue tasks with expired leases and delete rows that are past their retention."

    def handle(self, *args: object, **options: object) -> None:
        """Run the command."""
        reconcile()
        prune()
        dispatch.wait_until_idle(PUBLISH_SECONDS)
