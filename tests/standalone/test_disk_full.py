"""A stack whose disk is full answers 503 with the reason, recovers by itself, and loses nothing."""

import json
from contextlib import closing
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import psycopg2
import pytest

from tests.support.small_disk import fill, mounted
from tests.support.up import running
from tests.support.waiting import eventually

MEGABYTES = 200
MUTATION = "mutation {createTask(input: {a: 1, b: 2}) {task {uuid}}}"


@pytest.fixture(scope="module")
def up(public_directory):
    with (
        mounted(public_directory / "state", MEGABYTES),
        running(public_directory, "--workers=1") as up,
    ):
        yield up


def post(up, path, body):
    """Return status and body of a response."""
    request = Request(
        f"http://127.0.0.1:{up.port}{path}",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    try:
        with urlopen(request, timeout=60) as response:
            return response.status, json.load(response)
    except HTTPError as error:
        return error.code, json.load(error)


def create_until(up, wanted, acknowledged):
    """Create tasks until a response has the status; return its body."""
    for n in range(100_000):
        status, body = post(up, "/tasks/", {"a": n, "b": 1})
        assert status in (201, 503), body
        if status == 201:
            acknowledged[body["id"]] = n + 1
        if status == wanted:
            return body
    raise AssertionError(f"never {wanted}")


def results(up, acknowledged):
    with up.database() as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.id::text, array_agg(r.result) FROM tasks_app_task t"
            " JOIN tasks_app_taskresult r ON r.task_id = t.id"
            " WHERE t.status = 'SUCCESS' AND t.id::text = ANY(%s) GROUP BY 1",
            [list(acknowledged)],
        )
        return dict(cursor.fetchall())


def check_nothing_is_lost(up, acknowledged):
    eventually(
        lambda: results(up, acknowledged) == {id: [total] for id, total in acknowledged.items()},
        "one result of each task",
        seconds=120,
    )
    assert up.process.poll() is None
    assert "Traceback" not in up.output, up.output
    # The node and Beat wait for the servers.
    assert not [name for name in ("node-1", "beat", "web-1") if f"{name} ended" in up.output]


def test_full_disk_is_answered_503_and_recovers(up):
    acknowledged = {}
    create_until(up, 201, acknowledged)
    filler = fill(up.state.directory)
    try:
        refused = create_until(up, 503, acknowledged)
        assert "disk of the database is full" in refused["detail"]
        # A statement that needs little space may still find some.
        mutations = (post(up, "/graphql/", {"query": MUTATION})[1] for _ in range(10_000))
        [error] = next(body["errors"] for body in mutations if "errors" in body)
        assert error["extensions"]["code"] == "DATABASE_UNAVAILABLE"
        # Reads go on.
        with urlopen(f"http://127.0.0.1:{up.port}/tasks/", timeout=60) as response:
            assert response.status == 200
    finally:
        filler.unlink()

    eventually(lambda: post(up, "/tasks/", {"a": 1, "b": 1})[0] == 201, "an accepted task")
    check_nothing_is_lost(up, acknowledged)


def test_postgresql_that_ends_because_its_wal_has_no_space_starts_again(up):
    acknowledged = {}
    create_until(up, 201, acknowledged)
    filler = fill(up.state.directory)
    try:
        exhaust_wal(up)
        create_until(up, 503, acknowledged)
    finally:
        filler.unlink()

    eventually(lambda: post(up, "/tasks/", {"a": 1, "b": 1})[0] == 201, "an accepted task")
    check_nothing_is_lost(up, acknowledged)


def exhaust_wal(up):
    """Write to the write-ahead log only, until the server gives up."""
    url = up.state.running_environment()["DATABASE_URL"]
    with pytest.raises(psycopg2.Error), closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for _ in range(MEGABYTES):
                cursor.execute("SELECT pg_logical_emit_message(false, '', repeat('x', 1000000))")
