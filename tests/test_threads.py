"""Periodic threads: what they log while the database is not available."""

import logging
from threading import Event

from django.db import OperationalError

from tasks_app.threads import PeriodicThread


def test_each_error_of_an_outage_is_logged_once(caplog, monkeypatch):
    monkeypatch.setattr(PeriodicThread, "RETRY_SECONDS", 0.001)
    refused, starting = OperationalError("refused\n"), OperationalError("starting up")
    steps = iter([refused, refused, starting, refused, None, refused, None])
    has_ended = Event()

    def step():
        error = next(steps, StopIteration)
        if error is StopIteration:
            has_ended.set()
            return 60.0
        if error:
            raise error
        return 0.001

    thread = PeriodicThread("webhooks", step)
    with caplog.at_level(logging.INFO, logger="tasks_app.threads"):
        thread.start()
        assert has_ended.wait(timeout=10)
        thread.stop()

    away = "webhooks: database error: refused"
    back = "webhooks: the database is available again"
    starts = "webhooks: database error: starting up"
    assert [record.getMessage() for record in caplog.records] == [away, starts, back, away, back]
