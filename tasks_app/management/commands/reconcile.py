"""`manage.py reconcile`: one pass of what every worker does all the time."""

from typing import Any

from django.core.management.base import BaseCommand

from tasks_app import dispatch
from tasks_app.reconciler import prune, reconcile

PUBLISH_SECONDS = 30


class Command(BaseCommand):
    help = (
        "Give back expired claims, hand over tasks that are due, delete what is past its retention."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        reconcile()
        prune()
        dispatch.wait_until_idle(PUBLISH_SECONDS)
