"""The programs that the README shows do what it says."""

import re
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from schema.core.relay import global_id
from tests import node
from tests.support.cluster import running_cluster

README = (Path(__file__).resolve().parents[2] / "README.md").read_text()


def program(language, port):
    [code] = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    return code.replace("localhost:8000", f"127.0.0.1:{port}")


@contextmanager
def running(command, code):
    process = subprocess.Popen(
        [*command, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=node.HERE
    )
    try:
        process.stdin.write(code)
        process.stdin.close()
        yield process.stdout
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
def web(transactional_db):
    with running_cluster() as cluster:
        yield cluster


def restart(web):
    web.processes["web"].kill()
    web.processes["web"].wait()
    web.start_web()


def test_the_python_program(web, make_task):
    with running([sys.executable], program("python", web.port)) as lines:
        assert first_line_of_a_new_task(lines, make_task)
        restart(web)
        task = make_task()
        while str(task.pk) not in (line := lines.readline()):
            assert line
        assert line.split() == [str(task.pk), "1", "PENDING"]


def first_line_of_a_new_task(lines, make_task):
    stop = threading.Event()

    def create():
        while not stop.wait(0.2):
            make_task()
        connection.close()

    creating = threading.Thread(target=create)
    creating.start()
    try:
        return lines.readline()
    finally:
        stop.set()
        creating.join()


def test_the_browsers_program(web, make_task):
    # What a browser has and Node has not.
    code = "import { WebSocket } from 'ws'; globalThis.WebSocket = WebSocket;\n"
    command = [*node.command("")[:1], "--input-type=module"]
    with running(command, code + program("js", web.port)) as lines:
        assert first_line_of_a_new_task(lines, make_task)
        restart(web)
        task = make_task()
        while f"taskId: '{global_id('Task', task.pk)}'" not in (line := lines.readline()):
            assert line
