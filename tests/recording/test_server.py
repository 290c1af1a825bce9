"""The web process of a replay: the real API, and the endpoint that controls it."""

import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.utils import timezone

from schema.core.relay import global_id
from tasks_app.log import pages
from tasks_app.models import WorkerNode
from tasks_app.recording.file import Writer
from tasks_app.recording.recorder import Recorder
from tasks_app.services import tasks
from tests import node
from tests.clients.programs import following, python_client, typescript_client
from tests.docs.pages import ROOT
from tests.node.program import Program
from tests.subscriptions.client import socket
from tests.subscriptions.test_event_stream import event_source, next_block, next_event
from tests.support.replay import serving
from tests.support.waiting import TIMEOUT_FACTOR
from tests.support.working import NODE, run_all

GUIDE = ROOT / "docs" / "how-to" / "test-a-front-end.md"
FOLLOW = (
    "subscription S($after: String) { taskStatusChanged(after: $after) { taskId version cursor } }"
)
CHANGES = "subscription { taskStatusChanged { taskId version } }"
NO_ACTION = "`action` must be one of restart, speed, advance, delay, close, gap."


# The replay uses the database of the tests, which is emptied after each test.
pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True)
class Recorded:
    """A recording, and what the log says: global ID and version of each change.

    `middle` is a position at which the first `before` changes have happened.
    """

    file: Path
    changes: list[list[object]]
    middle: float
    before: int


@pytest.fixture(scope="module")
def recorded(django_db_setup, django_db_blocker, tmp_path_factory):
    path = tmp_path_factory.mktemp("recording") / "run.jsonl"
    with django_db_blocker.unblock():
        WorkerNode.objects.create(
            name=NODE, host="here", pid=1, slots=2, queues=["default"], connection="ONLINE",
            heartbeat_at=timezone.now(),
        )  # fmt: skip
        start = pages.head()
        with path.open("w") as file:
            recorder = Recorder(Writer(file), "1.0")
            recorder.begin()
            positions = []
            for count in (2, 1):
                tasks.create_tasks([tasks.NewTask(a=n, b=n) for n in range(count)])
                recorder.look()
                run_all()
                recorder.look()
                positions.append((recorder.seconds, changes_after(start)))
            recorder.end()
    return Recorded(path, positions[1][1], positions[0][0], len(positions[0][1]))


def changes_after(start):
    return [
        [global_id("Task", id), version]
        for event in pages.read(start).events
        for id, version in zip(event.task_ids, event.versions, strict=True)
    ]


@pytest.fixture(scope="module")
def server(recorded):
    with serving(recorded.file) as replay:
        yield replay


@pytest.fixture
def replay(server):
    """The replay, which waits at the start."""
    server.control("delay", milliseconds=0)
    server.control("speed", speed=0)
    server.control("restart")
    return server


def receive(client, count, *, id="1"):
    found = [client.data(id=id) for _ in range(count)]
    return [[change["taskId"], change["version"]] for change in found], found[-1]["cursor"]


def test_follower_gets_the_recorded_changes_in_order(recorded, replay):
    with socket(replay) as client:
        client.subscribe(FOLLOW, after=replay.cursor())
        assert replay.control("speed", speed=10)["speed"] == 10
        changes, _ = receive(client, len(recorded.changes))

    assert changes == recorded.changes


def test_queries_answer_from_the_present_position(recorded, replay):
    query = "{ tasks { nodes { id } } cluster { statusCounts { status count } } }"
    assert replay.query(query)["tasks"]["nodes"] == []

    assert replay.control("advance", seconds=recorded.middle)["ended"] is False
    assert len(replay.query(query)["tasks"]["nodes"]) == 2

    assert replay.control("advance", seconds=3600)["ended"] is True
    found = replay.query(query)
    assert {node["id"] for node in found["tasks"]["nodes"]} == {id for id, _ in recorded.changes}
    assert {"status": "SUCCESS", "count": 3} in found["cluster"]["statusCounts"]
    assert replay.query('{ __type(name: "Task") { name } }') == {"__type": {"name": "Task"}}


def test_graphql_ws_resumes_after_a_forced_close_without_loss(recorded, replay):
    url = f"ws://127.0.0.1:{replay.port}/graphql/"
    program = Program("graphql-ws.mjs", url, replay.cursor())
    try:
        replay.control("advance", seconds=recorded.middle)
        first = [program.next("change") for _ in range(recorded.before)]
        replay.control("close")
        assert program.next("closed") == 1012
        replay.control("advance", seconds=3600)
        rest = [program.next("change") for _ in recorded.changes[recorded.before :]]
    finally:
        program.kill()

    changes = [[change["taskId"], change["version"]] for change in first + rest]
    assert changes == recorded.changes


def test_event_source_resumes_after_a_forced_close_without_loss(recorded, replay):
    with event_source(replay, CHANGES) as response:
        assert next_block(response) == {"retry": "2000"}
        start = next_block(response)["id"]
        replay.control("close")
        assert next_event(response) is None
    replay.control("advance", seconds=3600)
    with event_source(replay, CHANGES, start) as response:
        found = [next_event(response)[1]["data"] for _ in recorded.changes]

    assert [list(change["taskStatusChanged"].values()) for change in found] == recorded.changes


def test_forced_gap_is_reported_as_documented(recorded, replay):
    with socket(replay) as client:
        client.subscribe(FOLLOW, after=replay.cursor())
        replay.control("advance", seconds=recorded.middle)
        _, cursor = receive(client, recorded.before)
        replay.control("gap")
        assert client.close_code() == 1012

    with socket(replay) as client:
        client.subscribe(FOLLOW, after=cursor)
        [error] = client.receive()["payload"]["errors"]
        assert error["extensions"]["code"] == "STREAM_GAP"
        batches = "subscription S($after: String) { clusterEvents(after: $after) { __typename } }"
        client.subscribe(batches, id="2", after=cursor)
        while (message := client.receive()).get("id") != "2":
            pass
        assert message["payload"]["data"]["clusterEvents"] == {"__typename": "StreamGap"}
    with socket(replay) as client:
        client.subscribe(FOLLOW, after=error["extensions"]["cursor"])
        replay.control("advance", seconds=3600)
        changes, _ = receive(client, len(recorded.changes) - recorded.before)
        assert changes == recorded.changes[recorded.before :]


def test_restart_begins_anew_for_everyone(recorded, replay):
    replay.control("advance", seconds=3600)
    cursor = replay.cursor()
    with socket(replay) as client:
        client.subscribe(FOLLOW, after=cursor)
        client.ping()
        assert replay.control("restart")["position"] == 0
        assert client.close_code() == 1012
    assert replay.query("{ tasks { nodes { id } } }") == {"tasks": {"nodes": []}}
    with socket(replay) as client:
        client.subscribe(FOLLOW, after=cursor)
        assert client.receive()["payload"]["errors"][0]["extensions"]["code"] == "STREAM_GAP"


def test_slow_server_delays_every_message(recorded, replay):
    seconds = 0.5
    assert replay.control("delay", milliseconds=500)["delayMilliseconds"] == 500
    began = time.monotonic()
    replay.query("{ __typename }")
    assert time.monotonic() - began >= seconds

    began = time.monotonic()
    with socket(replay) as client:
        assert time.monotonic() - began >= seconds
        client.subscribe(FOLLOW, after=replay.cursor())
        began = time.monotonic()
        replay.control("advance", seconds=3600)
        # Messages are late, but do not wait for one another.
        changes, _ = receive(client, len(recorded.changes))
        assert time.monotonic() - began >= seconds
    assert changes == recorded.changes


def test_changes_are_refused(replay):
    answer = {
        "query": "mutation { createTask(input: {a: 1, b: 2}) { task { id } errors { message } } }"
    }
    _, body = replay.request("/graphql/", answer, Authorization="Bearer any")
    [error] = body["errors"]
    message = "This server replays a recording. It accepts no changes."
    assert (error["message"], error["extensions"]["code"]) == (message, "FORBIDDEN")

    assert replay.request("/tasks/", {"a": 1, "b": 2}) == (403, {"detail": message})
    assert replay.query("{ viewer { role } }") == {"viewer": {"role": "VIEWER"}}


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (1, "The body must be a JSON object."),
        ({}, NO_ACTION),
        ({"action": ["gap"]}, NO_ACTION),
        ({"action": "speed"}, "`speed` must be a number between 0 and 1,000."),
        ({"action": "speed", "speed": -1}, "`speed` must be a number between 0 and 1,000."),
        ({"action": "speed", "speed": True}, "`speed` must be a number between 0 and 1,000."),
        ({"action": "delay", "milliseconds": 60_001},
         "`milliseconds` must be a number between 0 and 60,000."),
        ({"action": "advance", "seconds": float("nan")},
         "`seconds` must be a number between 0 and 86,400."),
        ({"action": "gap", "seconds": 1}, "Unknown fields: seconds."),
    ],
    ids=["list", "no action", "other action", "no speed", "negative", "boolean", "delay", "nan",
         "field"],
)  # fmt: skip
def test_wrong_requests_are_explained(server, body, detail):
    assert server.request("/replay/", body) == (400, {"detail": detail})


def test_control_takes_json_only(server):
    assert server.request("/replay/", {}, **{"Content-Type": "text/plain"})[0] == 415
    assert server.request("/replay")[1].keys() >= {"position", "seconds", "speed", "ended"}


@pytest.mark.slow
@pytest.mark.parametrize("make_client", [python_client, typescript_client], ids=["python", "ts"])
def test_typed_clients_resume_and_report_gaps(make_client, recorded, replay, tmp_path):
    client = make_client(tmp_path)
    with following(client, replay.url, replay.cursor()) as next_change:
        replay.control("advance", seconds=recorded.middle)
        changes = [next_change() for _ in range(recorded.before)]
        replay.control("close")
        replay.control("advance", seconds=3600)
        changes += [next_change() for _ in recorded.changes[recorded.before :]]
        assert changes == recorded.changes
        replay.control("gap")
        assert next_change()[0] == "gap"


def test_example_of_the_guide(replay, tmp_path):
    [code] = re.findall(r"```mjs\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    code = code.replace("localhost:8001", f"127.0.0.1:{replay.port}")
    # What Node.js has since version 22.
    code = "import { WebSocket } from 'ws'; globalThis.WebSocket ??= WebSocket;\n" + code
    command = [*node.command("")[:1], "--input-type=module", "-"]
    done = subprocess.run(
        command, input=code, cwd=node.HERE, capture_output=True, text=True, check=False,
        timeout=60 * TIMEOUT_FACTOR,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "pass 1" in done.stdout
