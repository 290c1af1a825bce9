"""Delivers webhooks from a thread of Beat, so that neither delays the other."""

import asyncio

from django.db import connection

from tasks_app.threads import PeriodicThread
from tasks_app.webhooks import attempts

PASS_SECONDS = 1.0


def start() -> None:
    """Start the thread. It loads the GraphQL API once there is a webhook."""
    PeriodicThread("webhooks", _deliver).start()


def _deliver() -> float:
    """Deliver messages as long as there is no error, or return if there is no webhook."""
    if attempts.exist():
        from schema import schema
        from schema.webhooks.dispatcher import Dispatcher

        # The deliveries have connections of their own.
        connection.close()
        asyncio.run(Dispatcher(schema).run())
    return PASS_SECONDS
