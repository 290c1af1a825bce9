from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from schema.execution import executor
from tasks_app.log import reader
from tests.subscriptions.client import socket
from tests.support.cluster import running_cluster


@pytest.fixture(scope="package")
def server(django_db_setup):
    """A web process without worker nodes."""
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture
def client(server, transactional_db):
    with socket(server) as client:
        yield client


@pytest.fixture
def threads(transactional_db, monkeypatch):
    """Threads whose connections are closed before the database is."""
    pools = {
        name: ThreadPoolExecutor(1)
        for name in ("_operation_threads", "_response_threads", "_end_thread", "_behind_thread")
    }
    for name, pool in pools.items():
        monkeypatch.setattr(executor if hasattr(executor, name) else reader.log_reader, name, pool)
    yield
    for pool in pools.values():
        pool.submit(lambda: connection.close()).result()
        pool.shutdown()
