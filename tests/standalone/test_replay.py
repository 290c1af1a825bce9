"""`./run record` and `./run replay`: a front end's tests see the recorded cluster again."""

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest

from project.standalone.engines import free_port
from project.standalone.state import BASE_DIR
from schema.core.relay import global_id
from tasks_app.recording.file import Recording
from tests import node
from tests.clients.programs import following, python_client, typescript_client
from tests.docs.pages import ROOT
from tests.node.program import Program
from tests.subscriptions.client import socket
from tests.subscriptions.test_event_stream import event_source, next_block, next_event
from tests.support.replay import replaying
from tests.support.up import running
from tests.support.waiting import TIMEOUT_FACTOR

GUIDE = ROOT / "docs" / "how-to" / "test-a-front-end.md"
FOLLOW = (
    "subscription S($after: String) { taskStatusChanged(after: $after) { taskId version cursor } }"
)
NO_ACTION = "`action` must be one of restart, speed, advance, delay, close, gap."
CHANGES = "subscription { taskStatusChanged { taskId version } }"


@dataclass(frozen=True)
class Recorded:
    """A recording, and what the cluster's own log says: global ID and version of each change."""

    file: Path
    changes: list[list[object]]
    tasks: dict[str, datetime]
    # The position between the first two tasks and the third one, and how many changes are before.
    middle: float
    before: int


def manage(*arguments, **environment):
    names = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "STATE_DIR"}
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=BASE_DIR,
        env={name: value for name, value in os.environ.items() if name not in names} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def end_of(process, seconds=120):
    """Return the exit status and everything that a command wrote after now."""
    output, errors = process.communicate(timeout=seconds * TIMEOUT_FACTOR)
    return process.returncode, output + errors


@pytest.fixture(scope="module")
def recorded(public_directory):
    file = public_directory / "run.jsonl"
    with running(public_directory, "--workers=1", "--no-ui") as up:
        state = f"--state={up.state.directory}"
        recorder = manage("record", str(file), state)
        assert "Recording. Stop with Ctrl-C." in recorder.stdout.readline()
        for count in (2, 1):
            status, output = end_of(manage("submit", f"--count={count}", state))
            assert status == 0, output
        recorder.send_signal(signal.SIGINT)
        status, output = end_of(recorder)
        assert status == 0, output
        assert "Recorded" in output
        with up.database() as connection, connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT id::text, version
                  FROM tasks_app_clusterevent e, unnest(task_ids, versions) AS t (id, version)
                 ORDER BY e.xid, e.id
                """
            )
            changes = [[global_id("Task", UUID(id)), version] for id, version in cursor.fetchall()]
            cursor.execute("SELECT id::text, created_at FROM tasks_app_task")
            tasks = {global_id("Task", UUID(id)): at for id, at in cursor.fetchall()}
    last = changes[-1][0]
    before = next(index for index, [id, _] in enumerate(changes) if id == last)
    return Recorded(file, changes, tasks, middle_of(file, before), before)


def middle_of(file, before):
    """Return the time of the last frame of the first changes."""
    seen = 0
    for frame in Recording.load(file).frames:
        seen += sum(len(event["task_ids"]) for event in frame.rows.get("clusterevent", ()))
        if seen >= before:
            return frame.seconds
    raise AssertionError(seen)


@pytest.fixture(scope="module")
def server(recorded, public_directory):
    """A replay that waits at the start."""
    options = ("--speed=0", "--no-ui")
    with replaying(recorded.file, public_directory / "replay", *options) as replay:
        yield replay


@pytest.fixture
def replay(server):
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
    status, tasks = replay.request("/tasks/")
    assert status == 200
    assert {task["status"] for task in tasks} == {"SUCCESS"}


def test_queries_answer_from_the_present_position(recorded, replay):
    query = "{ tasks { nodes { id } } cluster { statusCounts { status count } } }"
    assert replay.query(query) == {"tasks": {"nodes": []}, "cluster": {"statusCounts": []}} or (
        replay.query(query)["tasks"]["nodes"] == []
    )

    assert replay.control("advance", seconds=recorded.middle)["ended"] is False
    assert len(replay.query(query)["tasks"]["nodes"]) == 2

    assert replay.control("advance", seconds=3600)["ended"] is True
    found = replay.query(query)
    assert {node["id"] for node in found["tasks"]["nodes"]} == set(recorded.tasks)
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


def test_loop_and_recorded_times(recorded, public_path):
    options = ("--speed=1000", "--loop", "--keep-times", "--no-ui")
    with replaying(recorded.file, public_path / "output", *options) as replay:
        with socket(replay) as client:
            client.subscribe(FOLLOW, after=replay.cursor())
            assert client.close_code() == 1012
        replay.control("speed", speed=0)
        replay.control("restart")
        replay.control("advance", seconds=3600)
        nodes = replay.query("{ tasks { nodes { id createdAt } } }")["tasks"]["nodes"]

    times = {node["id"]: datetime.fromisoformat(node["createdAt"]) for node in nodes}
    assert times == recorded.tasks


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "No such file"),
        ("no recording", "is not a recording that ./run record has made"),
        ('{"recording": 99}', "has the format 99, and this version reads the format 1"),
    ],
    ids=["missing", "other", "version"],
)
def test_other_files_are_refused_before_anything_starts(tmp_path, content, message):
    file = tmp_path / "run.jsonl"
    if content is not None:
        file.write_text(content)
    status, output = end_of(manage("replay", str(file)))

    assert status == 1
    assert message in output
    assert "Traceback" not in output


def test_recording_of_another_version_is_refused(recorded, public_path):
    file = public_path / "run.jsonl"
    file.write_text(recorded.file.read_text().replace('"fail_attempts"', '"failures"'))
    status, output = end_of(manage("replay", str(file), "--no-ui", f"--port={free_port()}"))

    assert status == 1
    assert "the tables of this version differ in task.failures" in output
    assert "Traceback" not in output


def test_recording_is_not_overwritten_by_accident(tmp_path):
    file = tmp_path / "run.jsonl"
    file.write_text("mine")
    database = {"DATABASE_URL": os.environ["DATABASE_URL"], "SECRET_KEY": "x"}
    for options, message in (
        ([], "Choose another name, or replace it with --force."),
        (["--seconds=0"], "--seconds must be greater than 0."),
    ):
        status, output = end_of(manage("record", str(file), *options, **database))
        assert status == 1
        assert message in output
        assert "Traceback" not in output
    assert file.read_text() == "mine"


def test_recording_without_a_stack_says_so(tmp_path):
    status, output = end_of(manage("record", str(tmp_path / "file"), f"--state={tmp_path}"))

    assert status == 1
    assert "No stack runs from" in output
