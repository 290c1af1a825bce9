"""`manage.py backup` and `restore`: a running stack is saved, and restored to a new directory."""

import os
import subprocess
import sys

import pytest

from project.standalone.state import BASE_DIR
from tests.support.up import running


@pytest.fixture(scope="module")
def up(public_directory):
    with running(public_directory, "--workers=1") as up:
        yield up


@pytest.fixture(scope="module")
def saved(up):
    """A backup of a stack with fifty tasks, of which all have run."""
    submitted = manage("submit", "--count=50", f"--state={up.state.directory}")
    assert submitted.returncode == 0, submitted.stderr
    file = up.directory / "saved.dump"
    made = manage("backup", str(file), f"--state={up.state.directory}")
    assert made.returncode == 0, made.stderr
    assert str(file) in made.stdout
    return file


def manage(*arguments):
    names = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "STATE_DIR"}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=BASE_DIR,
        env={name: value for name, value in os.environ.items() if name not in names},
        capture_output=True,
        text=True,
        check=False,
    )


def results(up):
    with up.database() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT task_id, result FROM tasks_app_taskresult ORDER BY task_id")
        return cursor.fetchall()


def test_restored_stack_has_the_tasks_and_runs_new_ones(up, saved, public_path):
    state = public_path / "state"
    restored = manage("restore", str(saved), f"--state={state}")
    assert restored.returncode == 0, restored.stderr

    with running(public_path, "--workers=1") as other:
        assert results(other) == results(up)
        submitted = manage("submit", "--count=5", f"--state={state}")
        assert submitted.returncode == 0, submitted.stderr
        assert len(results(other)) == 55


def test_running_stack_is_not_replaced(up, saved):
    refused = manage("restore", str(saved), f"--state={up.state.directory}")

    assert refused.returncode == 1
    assert "already running" in refused.stderr
    assert "Stop it first." in refused.stderr
    assert "Traceback" not in refused.stderr


def test_backup_is_not_overwritten_by_accident(up, saved):
    again = ["backup", str(saved), f"--state={up.state.directory}"]
    refused = manage(*again)
    assert refused.returncode == 1
    assert "--force" in refused.stderr

    assert manage(*again, "--force").returncode == 0


@pytest.mark.parametrize("content", [None, b"", b"not a dump"])
def test_what_is_no_backup_changes_nothing(tmp_path, content):
    file = tmp_path / "file"
    if content is not None:
        file.write_bytes(content)
    refused = manage("restore", str(file), f"--state={tmp_path / 'state'}")

    assert refused.returncode == 1
    assert str(file) in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / "state").exists()


def test_backup_without_a_stack_says_so(tmp_path):
    refused = manage("backup", str(tmp_path / "file"), f"--state={tmp_path}")

    assert refused.returncode == 1
    assert "No stack runs from" in refused.stderr
    assert not (tmp_path / "file").exists()
