import pytest

from tests.live import running_cluster
from tests.subscriptions.client import socket


@pytest.fixture(scope="module")
def server(django_db_setup):
    """A web process, and nobody who runs tasks."""
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture
def client(server, transactional_db):
    with socket(server) as client:
        yield client
