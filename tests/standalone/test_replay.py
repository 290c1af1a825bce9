"""`./run record` and `./run replay`: a front end's tests see the recorded cluster again."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest

from project.standalone.engines import free_port
from project.standalone.state import BASE_DIR
from schema.core.relay import global_id
from tests.subscriptions.client import socket
from tests.support.replay import replaying
from tests.support.up import running
from tests.support.waiting import TIMEOUT_FACTOR

FOLLOW = "subscription S($after: String) { taskStatusChanged(after: $after) { taskId version } }"


@dataclass(frozen=True)
class Recorded:
    """A recording, and what the cluster's own log says: global ID and version of each change."""

    file: Path
    changes: list[list[object]]
    tasks: dict[str, datetime]


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
        status, output = end_of(manage("submit", "--count=3", state))
        assert status == 0, output
        recorder.send_signal(signal.SIGINT)
        status, output = end_of(recorder)
        assert status == 0, output
        assert "Recorded" in output
        with up.database() as connection, connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT t.id::text, t.version
                  FROM tasks_app_clusterevent e, unnest(task_ids, versions) AS t (id, version)
                 ORDER BY e.xid, e.id
                """
            )
            changes = [[global_id("Task", UUID(id)), version] for id, version in cursor.fetchall()]
            cursor.execute("SELECT id::text, created_at FROM tasks_app_task")
            tasks = {global_id("Task", UUID(id)): at for id, at in cursor.fetchall()}
    return Recorded(file, changes, tasks)


def receive(client, count):
    found = [client.data() for _ in range(count)]
    return [[change["taskId"], change["version"]] for change in found]


def test_follower_gets_the_recorded_changes_in_order(recorded, public_path):
    with (
        replaying(recorded.file, public_path / "output", "--speed=0") as replay,
        socket(replay) as client,
    ):
        client.subscribe(FOLLOW, after=replay.cursor())
        replay.control("speed", speed=10)
        assert receive(client, len(recorded.changes)) == recorded.changes
        status, found = replay.request("/tasks/")
        assert status == 200
        assert {task["status"] for task in found} == {"SUCCESS"}


def test_loop_and_recorded_times(recorded, public_path):
    options = ("--speed=5", "--loop", "--keep-times", "--no-ui")
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
    assert "the tables of this version differ in" in output
    assert "task.failures" in output
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
