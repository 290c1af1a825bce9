"""Server-sent events: what carries subscriptions where WebSockets do not go."""

import json
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest

from tasks_app.log import pages
from tasks_app.log.cursor import Cursor

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


def next_block(response):
    """The fields of the next block of the stream, comments excepted."""
    block = {}
    while line := response.readline().decode():
        name, _, value = line.rstrip("\r\n").partition(":")
        if name:
            block[name] = value.removeprefix(" ")
        elif block:
            return block
    return None


def event_source(server, query, last_id=None):
    """A request as an EventSource sends it."""
    headers = {"Last_Event_ID": last_id} if last_id else {}
    return stream(server, method="GET", query="?" + urlencode({"query": query}), **headers)


CHANGES = "subscription { taskStatusChanged { cursor version task { uuid } } }"


def test_event_source_resumes_after_its_last_event_id(server, transactional_db, make_task):
    with event_source(server, CHANGES) as response:
        assert next_block(response) == {"retry": "2000"}
        start = next_block(response)
        assert list(start) == ["id"]
        first = make_task()
        block = next_block(response)
    change = json.loads(block["data"])["data"]["taskStatusChanged"]
    assert (change["task"]["uuid"], block["id"]) == (str(first.pk), change["cursor"])
    missed = [make_task(), make_task()]

    for last_id, expected in ((block["id"], missed), (start["id"], [first, *missed])):
        with event_source(server, CHANGES, last_id) as response:
            found = [next_event(response)[1] for _ in expected]
            uuids = [each["data"]["taskStatusChanged"]["task"]["uuid"] for each in found]
            assert uuids == [str(task.pk) for task in expected]


def test_last_event_id_has_precedence_over_after(server, transactional_db, make_task):
    old = pages.head().encode()
    make_task()
    new = pages.head().encode()
    expected = make_task()
    query = f'subscription {{ taskStatusChanged(after: "{old}") {{ task {{ uuid }} }} }}'

    with event_source(server, query, new) as response:
        change = next_event(response)[1]["data"]["taskStatusChanged"]
    assert change["task"]["uuid"] == str(expected.pk)


def test_only_the_last_of_the_present_states_has_an_id(server, transactional_db, make_task):
    ids = json.dumps([str(make_task().pk) for _ in range(3)])
    query = f"subscription {{ taskStatusChanged(where: {{ids: {ids}}}) {{ cursor }} }}"

    with event_source(server, query) as response:
        _, *states = [next_block(response) for _ in range(4)]
    assert ["id" in state for state in states] == [False, False, True]


def test_batches_of_the_log_have_ids(server, transactional_db, make_task):
    query = "subscription { clusterEvents { ... on EventBatch { cursor events { kind } } } }"
    with event_source(server, query) as response:
        _, first = next_block(response), next_block(response)
        make_task()
        second = next_block(response)
    for block in (first, second):
        assert json.loads(block["data"])["data"]["clusterEvents"]["cursor"] == block["id"]
    with event_source(server, query, first["id"]) as response:
        _, start, batch = (next_block(response) for _ in range(3))
        assert start["id"] == first["id"]
        assert (batch["id"], batch["data"]) == (second["id"], second["data"])


def test_gap_sends_the_id_from_which_to_resume(server, transactional_db, make_task):
    foreign = Cursor(2**62, 1).encode()
    with event_source(server, CHANGES, foreign) as response:
        _, gap = next_block(response), next_block(response)
    [error] = json.loads(gap["data"])["errors"]
    assert (error["extensions"]["code"], gap["id"]) == ("STREAM_GAP", error["extensions"]["cursor"])
    make_task()
    with event_source(server, CHANGES, gap["id"]) as response:
        assert next_event(response)[1]["data"]["taskStatusChanged"]["version"] == 1


def test_last_event_id_must_be_a_cursor(server, transactional_db):
    with event_source(server, CHANGES, "nonsense") as response:
        [error] = next_event(response)[1]["errors"]
    assert error["message"] == "`Last-Event-ID` must be a cursor of the event log."


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
