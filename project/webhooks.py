"""Delivers webhooks from a thread of Beat, so that neither delays the other."""

import asyncio
import logging
import threading
import time

from django.db import Error as DatabaseError
from django.db import connection

logger = logging.getLogger(__name__)

PASS_SECONDS = 1.0
RETRY_SECONDS = 5.0


def start() -> None:
    """Start the thread. It loads the GraphQL API once there is a webhook."""
    threading.Thread(target=_run, name="webhooks", daemon=True).start()


def _run() -> None:
    while True:
        try:
            _wait_for_webhooks()
            from schema import schema
            from schema.webhooks.dispatcher import Dispatcher

            asyncio.run(Dispatcher(schema).run())
        except Exception:
            logger.exception("the delivery of webhooks failed and starts again")
            time.sleep(RETRY_SECONDS)


def _wait_for_webhooks() -> None:
    from tasks_app.webhooks import attempts

    try:
        while True:
            try:
                if attempts.exist():
                    return
            except DatabaseError:
                connection.close()
            time.sleep(PASS_SECONDS)
    finally:
        connection.close()
