from contextlib import contextmanager

import pytest
from django.core import signals
from django.core.handlers.wsgi import WSGIHandler
from django.db import close_old_connections, transaction


@pytest.fixture
def start(request):
    """Where a search starts. pytest says it on top, and `--randomly-seed=1` sets it."""
    return request.config.getoption("randomly_seed")


@pytest.fixture
def app(db):
    """Call the APIs in the thread of the test, so that their writes can be rolled back."""
    signals.request_started.disconnect(close_old_connections)
    signals.request_finished.disconnect(close_old_connections)
    yield WSGIHandler()
    signals.request_started.connect(close_old_connections)
    signals.request_finished.connect(close_old_connections)


@contextmanager
def undone():
    """Each case finds the same rows: what it writes is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
