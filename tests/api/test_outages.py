"""A database that cannot be written is answered 503 with the reason, and nothing is stored."""

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from tasks_app import execution
from tasks_app.models import Task
from tasks_app.sql import outages

MUTATION = {"query": "mutation {createTask(input: {a: 1, b: 2}) {task {uuid}}}"}


def run(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def full_disk(transactional_db):
    """A table that cannot grow, with the error of a full disk."""
    run(
        """
        CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'could not extend file: No space left on device'
                USING ERRCODE = 'disk_full';
        END $$
        """
    )
    run("CREATE TRIGGER fail BEFORE INSERT ON tasks_app_task EXECUTE FUNCTION fail()")
    yield
    run("DROP FUNCTION fail CASCADE")


@pytest.fixture
def read_only(transactional_db):
    """A database that refuses writes, as a standby, or a service whose disk is almost full."""
    name = connection.settings_dict["NAME"]
    run(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    connection.close()
    yield
    run("SET default_transaction_read_only = off")
    run(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
    connection.close()


@pytest.mark.parametrize(
    ("outage", "reason"),
    [("full_disk", outages.DISK_FULL), ("read_only", outages.READ_ONLY)],
    ids=["full_disk", "read_only"],
)
def test_write_is_answered_503_with_the_reason(transactional_db, request, outage, reason):
    request.getfixturevalue(outage)
    client = Client()

    response = client.post("/tasks/", {"a": 1, "b": 2}, content_type="application/json")
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert response.json() == {"detail": reason}
    [error] = client.post("/graphql/", MUTATION, content_type="application/json").json()["errors"]
    assert error["message"] == reason
    assert error["extensions"]["code"] == "DATABASE_UNAVAILABLE"
    assert client.get("/tasks/").status_code == 200
    assert not Task.objects.exists()


def test_login_into_a_read_only_database_is_answered_503(transactional_db, request):
    get_user_model().objects.create_user("ada", password="lovelace")
    request.getfixturevalue("read_only")

    response = Client().post("/login/", {"username": "ada", "password": "lovelace"})

    assert response.status_code == 503
    assert response.json() == {"detail": outages.READ_ONLY}


def test_node_tries_again_while_the_database_is_read_only(transactional_db, monkeypatch):
    monkeypatch.setattr(execution, "RETRY_PAUSES_SECONDS", (0, 0, 0))
    attempts = []

    def write():
        attempts.append(1)
        # A new connection for each attempt, as after a failover.
        run(f"SET default_transaction_read_only = {'off' if len(attempts) == 3 else 'on'}")
        run("CREATE TABLE written ()")
        run("DROP TABLE written")
        return "written"

    assert execution._retrying(write) == "written"
    assert len(attempts) == 3
