"""Server-sent events: what carries subscriptions where WebSockets do not go."""

import json
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest

from tasks_app.log import pages

FOLLOW = "subscription S($after: String) { taskStatusChanged(after: $after) { version } }"


@contextmanager
def stream(server, body=None, *, method="POST", query="", **headers):
    headers = {
        "Accept": "text/event-stream",
        **({"Content-Type": "application/json"} if body is not None else {}),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    if isinstance(body, dict):
        body = json.dumps(body)
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=20)) as connection:
        connection.request(method, f"/graphql/stream/{query}", body, headers)
        yield connection.getresponse()


def next_event(response):
    """Name and data of the next event; comments are skipped."""
    found = {}
    while line := response.readline().decode():
        name, _, value = line.rstrip("\r\n").partition(": ")
        if not line.strip() and found.get("event"):
            return found["event"], found["data"] and json.loads(found["data"])
        if name in ("event", "data", "data:"):
            found[name.rstrip(":")] = value
    return None


def test_changes_come_as_events(server, transactional_db, make_task):
    body = {"query": FOLLOW, "variables": {"after": pages.head().encode()}}
    with stream(server, body) as response:
        assert (response.status, response.headers["Content-Type"]) == (200, "text/event-stream")
        assert "no-cache" in response.headers["Cache-Control"]
        for _ in range(2):
            make_task()
            event = ("next", {"data": {"taskStatusChanged": {"version": 1}}})
            assert next_event(response) == event


def test_a_browsers_event_source_asks_by_get(server, transactional_db, make_task):
    variables = json.dumps({"after": pages.head().encode()})
    query = "?" + urlencode({"query": FOLLOW, "variables": variables})
    with stream(server, method="GET", query=query) as response:
        make_task()
        assert next_event(response)[1] == {"data": {"taskStatusChanged": {"version": 1}}}


def test_a_query_is_one_event(server, transactional_db):
    with stream(server, {"query": "{ tasks { nodes { id } } }"}) as response:
        name, answer = next_event(response)
        assert (name, answer["data"]) == ("next", {"tasks": {"nodes": []}})
        assert next_event(response) == ("complete", "")
        assert response.read() == b""


@pytest.mark.parametrize(
    "query", ["{", "{ nothing }", "subscription { cluster(intervalMs: 1) { cursor } }"]
)
def test_what_cannot_be_run_is_an_event_too(server, transactional_db, query):
    with stream(server, {"query": query}) as response:
        name, answer = next_event(response)
        assert (name, list(answer)) == ("next", ["errors"])
        assert next_event(response) == ("complete", "")


def test_nothing_is_changed_by_get(server, transactional_db):
    mutation = "mutation { createTask(input: {a: 1, b: 2}) { task { id } } }"
    with stream(server, method="GET", query="?" + urlencode({"query": mutation})) as response:
        _, answer = next_event(response)
        assert answer["errors"][0]["message"] == "Send mutations by POST."
    with stream(server, {"query": "{ tasks { nodes { id } } }"}) as response:
        assert next_event(response)[1]["data"] == {"tasks": {"nodes": []}}


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        ({"query": "{ __typename }"}, {"Accept": "application/json"}, 406),
        ({"query": "{ __typename }"}, {"Content_Type": "text/plain"}, 415),
        ({"query": "{ __typename }"}, {"Host": "elsewhere.example"}, 400),
        ("{", {}, 400),
        ("5", {}, 400),
        ("{}", {}, 400),
        ('{"query": 5}', {}, 400),
        ('{"query": "{ __typename }", "variables": []}', {}, 400),
        ('{"query": "{ __typename }", "operationName": "\\ud800"}', {}, 400),
        (b"\xff", {}, 400),
        ("[" * 100_000, {}, 400),
        (" " * 2_000_000, {}, 413),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_request_that_cannot_be_used_is_refused(server, transactional_db, body, headers, status):
    with stream(server, body, **headers) as response:
        text = response.read().decode()

    assert (response.status, response.headers["Content-Type"]) == (
        status,
        "application/json; charset=utf-8",
    )
    [error] = json.loads(text)["errors"]
    assert 0 < len(error["message"]) < 100
    assert error["extensions"]["code"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_only_get_and_post_answer(server, transactional_db, method):
    with stream(server, method=method) as response:
        assert (response.status, response.headers["Allow"]) == (405, "GET, POST")
        [error] = json.loads(response.read())["errors"]
        assert error["extensions"]["code"] == "METHOD_NOT_ALLOWED"
