"""The Python client works in its own environment, and loses no change."""

import filecmp
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from clients.generate import PYTHON, generate_python, python_environment
from schema.core.relay import global_id
from tasks_app.log import events, pages
from tests.docs.pages import ROOT
from tests.support.cluster import running_cluster
from tests.support.waiting import TIMEOUT_FACTOR

pytestmark = pytest.mark.slow
README = PYTHON / "README.md"
PROGRAM = Path(__file__).parent / "python_program.py"


@pytest.fixture(scope="module")
def python():
    """The interpreter of the client's environment."""
    return str(python_environment())


@pytest.fixture(scope="module")
def server(django_db_setup):
    """A web process that no test stops."""
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture
def web(transactional_db):
    with running_cluster() as cluster:
        yield cluster


@pytest.mark.parametrize("scenario", ["tasks", "pages", "schedules", "new_enum_values"])
def test_scenario(scenario, python, server, transactional_db):
    run([python, str(PROGRAM), scenario, server.url])


def run(command, **options):
    """Return the output of a command that must succeed."""
    done = subprocess.run(
        command, stdout=subprocess.PIPE, text=True, timeout=60 * TIMEOUT_FACTOR, **options
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_following_with_a_wrong_token_ends(python, transactional_db):
    with running_cluster(API_AUTH="token") as cluster:
        command = [python, str(PROGRAM), "refused", cluster.url, pages.head().encode()]
        refusal = run(command, env=os.environ | {"CLUSTER_TOKEN": "wrong"})
    assert "refused the connection: received 4403" in refusal


@contextmanager
def following(python, url, *after):
    """A function that returns the next line of the scenario `follow`."""
    command = [python, str(PROGRAM), "follow", url, *after]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        # A change that does not come ends the output, and the test.
        timer = threading.Timer(90 * TIMEOUT_FACTOR, process.kill)
        timer.start()
        try:
            yield lambda: json.loads(process.stdout.readline())
        finally:
            timer.cancel()
            process.kill()


def change(task, version=1):
    return [global_id("Task", task.pk), version]


def test_following_resumes_after_a_crash_and_a_restart(python, web, make_task):
    with following(python, web.url, pages.head().encode()) as next_change:
        first = make_task()
        assert next_change() == change(first)
        for end in (signal.SIGKILL, signal.SIGTERM):
            web.processes["web"].send_signal(end)
            web.processes["web"].wait(timeout=20 * TIMEOUT_FACTOR)
            while_away = [make_task() for _ in range(3)]
            web.start_web()
            afterwards = make_task()
            for task in (*while_away, afterwards):
                assert next_change() == change(task)


def test_following_reports_a_gap_and_continues(python, server, transactional_db, make_task):
    make_task()
    old = pages.head().encode()
    make_task()
    delete_log()

    with following(python, server.url, old) as next_change:
        kind, cursor = next_change()
        assert kind == "gap"
        last = make_task()
        assert next_change() == change(last)
    with following(python, server.url, cursor) as next_change:
        assert next_change() == change(last)


def delete_log():
    events.delete_before(timezone.now() + timedelta(days=1), 1_000, rolled_up_until=2**62)


def examples(page):
    return re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL)


def test_example_of_the_readme(python, transactional_db):
    [code] = examples(README)
    with running_cluster("node-1") as cluster:
        output = run([python, "-c", code.replace("http://localhost:8000", cluster.url)])
    changes = ["1 PENDING", "2 RUNNING", "3 SUCCESS"]
    assert output.splitlines() == [*changes, "2 + 3 = 5", "1 tasks"]


def test_generated_code_is_current(tmp_path):
    copy = tmp_path / "clients" / "python"
    ignored = shutil.ignore_patterns(".venv*", "__pycache__", ".mypy_cache")
    shutil.copytree(PYTHON, copy, ignore=ignored)
    (tmp_path / "schema").mkdir()
    shutil.copy(ROOT / "schema" / "schema.graphql", tmp_path / "schema")

    generate_python(copy)

    package = Path("cluster_scheduler_client", "generated")
    comparison = filecmp.dircmp(PYTHON / package, copy / package, ignore=["__pycache__"])
    different = comparison.left_only + comparison.right_only + comparison.diff_files
    assert not different, "run ./run clients"


def test_types_are_strict(python, tmp_path):
    mypy = [sys.executable, "-m", "mypy", "--python-executable", python]
    config = ["--config-file", str(PYTHON / "pyproject.toml")]
    run([*mypy, *config, "-p", "cluster_scheduler_client"], cwd=PYTHON)
    for page in (README, ROOT / "docs" / "how-to" / "typed-clients.md"):
        [code] = examples(page)
        example = tmp_path / "example.py"
        example.write_text(code)
        run([*mypy, *config, str(example)], cwd=PYTHON)
