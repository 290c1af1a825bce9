"""Management commands, when no stack runs: each says so in one sentence."""

import json
import os
import subprocess
import sys

import pytest

from project.standalone.state import BASE_DIR

# They need no database: they read the code, or start something that finds it later.
WITHOUT_DATABASE = {
    *("check", "collectstatic", "compilemessages", "diffsettings", "export_schema", "findstatic"),
    *("makemessages", "makemigrations", "runserver", "schema_codegen", "sendtestemail", "shell"),
    *("simulate", "spectacular", "squashmigrations", "startapp", "startproject", "test"),
    *("createcachetable", "generateschema", "optimizemigration", "sqlsequencereset"),
}
ARGUMENTS = {
    "changepassword": ["admin"],
    "createsuperuser": ["--noinput", "--username=x", "--email=x@example.org"],
    "dumpdata": ["auth"],
    "flush": ["--noinput"],
    "loaddata": ["nothing"],
    "record": ["never-written.jsonl"],
    "remove_stale_contenttypes": ["--noinput"],
    "sqlmigrate": ["tasks_app", "0001"],
    "submit": ["--count=1"],
    "testserver": ["--noinput"],
    "token": ["list"],
}
# One process for all, because each takes seconds to load the project.
PROGRAM = """
import contextlib, io, json, sys, traceback
import django
from django.core.management import get_commands
from project.standalone import commands

django.setup()
results = {}
given = json.loads(sys.argv[1])
for name in sorted(set(get_commands()) - set(given["without"])):
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        try:
            result = commands.run(["manage.py", name, *given["arguments"].get(name, [])])
        except SystemExit as exit:
            result = exit.code
        except Exception:
            result = traceback.format_exc()
    results[name] = [result, output.getvalue()]
print(json.dumps(results))
"""


def run(*command, **environ):
    names = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "STATE_DIR"}
    inherited = {name: value for name, value in os.environ.items() if name not in names}
    return subprocess.run(
        [sys.executable, "-W", "ignore", *command],
        cwd=BASE_DIR,
        env=inherited | {"DJANGO_SETTINGS_MODULE": "project.settings"} | environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_each_command_that_needs_the_database_says_that_no_stack_runs(tmp_path):
    given = json.dumps({"without": sorted(WITHOUT_DATABASE), "arguments": ARGUMENTS})
    environ = {"STATE_DIR": str(tmp_path), "DJANGO_SUPERUSER_PASSWORD": "x"}
    finished = run("-c", PROGRAM, given, **environ)
    assert finished.returncode == 0, finished.stderr
    results = json.loads(finished.stdout)

    assert {"token", "submit", "reconcile", "prepare", "migrate", "dbshell"} <= set(results)
    wrong = {
        name: (result, output)
        for name, (result, output) in results.items()
        if f"No stack runs from {tmp_path}. Start it with ./run" not in f"{result}{output}"
        or "Traceback" in f"{result}{output}"
        or result == 0
    }
    assert wrong == {}


@pytest.mark.parametrize("arguments", [["--state"], ["--state="]])
def test_state_without_a_directory_is_refused(arguments):
    failed = run("manage.py", "token", "list", *arguments)

    assert failed.returncode == 1
    assert failed.stderr == "--state needs the directory of a stack: --state DIR\n"


def test_wrong_setting_is_not_taken_for_a_missing_stack(tmp_path):
    failed = run("manage.py", "token", "list", f"--state={tmp_path}", API_AUTH="maybe")

    assert failed.returncode == 1
    assert failed.stderr == "API_AUTH is open or token, not 'maybe'.\n"


def test_unreachable_database_is_reported_in_a_sentence(tmp_path):
    url = "postgres://app:secret@127.0.0.1:1/app"
    failed = run("manage.py", "token", "list", DATABASE_URL=url, STATE_DIR=str(tmp_path))

    assert failed.returncode == 1
    assert failed.stderr.startswith("The database is unavailable: connection to server at")
    assert "./run doctor" in failed.stderr
    assert len(failed.stderr.splitlines()) == 1
    assert "secret" not in failed.stderr


def test_traceback_is_shown_on_request(tmp_path):
    failed = run("manage.py", "reconcile", f"--state={tmp_path}", "--traceback")

    assert "Traceback (most recent call last)" in failed.stderr


@pytest.mark.parametrize("command", ["token list", "backup file", "restore file"])
def test_file_in_place_of_the_state_directory_is_no_traceback(command, tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    failed = run("manage.py", *command.split(), f"--state={file}")

    assert failed.returncode == 1
    assert "Traceback" not in failed.stderr
    assert len(failed.stderr.splitlines()) == 1
