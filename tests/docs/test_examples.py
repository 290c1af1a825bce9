"""The programs in examples/ work, also across a restart of the server."""

import os
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from clients.generate import install_node_packages
from tasks_app.models import Task
from tasks_app.services.tasks import NewTask, create_task
from tests import node
from tests.browser.conftest import browser, chromium  # noqa: F401  fixtures
from tests.docs.pages import ROOT
from tests.support.cluster import running_cluster
from tests.support.event_log import delete_log
from tests.support.static import serving
from tests.support.waiting import TIMEOUT_FACTOR, eventually

PYTHON_CLIENT = ROOT / "examples" / "python_client" / "client.py"
REACT = ROOT / "examples" / "react-urql"
APOLLO = ROOT / "examples" / "react-apollo"


def restart(cluster):
    cluster.processes["web"].kill()
    cluster.processes["web"].wait()
    cluster.start_web()


@pytest.fixture
def cluster(transactional_db):
    with running_cluster("node-1") as cluster:
        yield cluster


def python_client(cluster, *arguments):
    return [sys.executable, str(PYTHON_CLIENT), "--url", cluster.url, *arguments]


@pytest.mark.slow
def test_python_client_follows_across_a_restart(cluster):
    create = python_client(cluster, "create", "2", "3")
    follow = python_client(cluster, "follow", "--after", present_cursor(cluster))
    first = subprocess.check_output(create, text=True).strip()
    with subprocess.Popen(follow, stdout=subprocess.PIPE, text=True) as process:
        changes = map(str.split, process.stdout)
        seen = [next(changes) for _ in range(3)]
        restart(cluster)
        last = subprocess.check_output(create, text=True).strip()
        seen += [next(changes) for _ in range(3)]
        process.kill()

    for task, lines in (first, seen[:3]), (last, seen[3:]):
        assert [line[:4] for line in lines] == [
            [task, "1", "PENDING", lines[0][3]],
            [task, "2", "RUNNING", lines[1][3]],
            [task, "3", "SUCCESS", "5"],
        ]


def present_cursor(cluster):
    _, body = cluster.request("POST", "/graphql/", {"query": "{ cluster { cursor } }"})
    return body["data"]["cluster"]["cursor"]


@pytest.fixture
def page_origin(tmp_path):
    """The origin of a static web server, and the folder that it serves."""
    with serving(tmp_path) as origin:
        yield origin, tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("example", [REACT, APOLLO], ids=lambda example: example.name)
def test_react_example_follows_from_another_origin(
    transactional_db,
    page_origin,
    browser,  # noqa: F811
    example,
):
    origin, folder = page_origin
    with running_cluster("node-1", CORS_ALLOWED_ORIGINS=origin) as cluster:
        build(example, cluster, folder)
        page = browser.new_page()
        page.goto(origin)
        page.get_by_label("A").fill("9223372036854775807")
        page.get_by_role("button", name="Create task").click()
        expect_row(page, "9223372036854775807 + 3", "9223372036854775810")

        restart(cluster)
        assert cluster.request("POST", "/tasks/", {"a": 40, "b": 2})[0] == 201
        expect_row(page, "40 + 2", "42")

        # The log has a gap: the page queries again.
        cluster.processes["web"].kill()
        cluster.processes["web"].wait()
        task = create_task(NewTask(a=50, b=5))
        eventually(lambda: Task.objects.get(pk=task.pk).status == "SUCCESS")
        delete_log()
        cluster.start_web()
        expect_row(page, "50 + 5", "55")
        assert cluster.request("POST", "/tasks/", {"a": 60, "b": 6})[0] == 201
        expect_row(page, "60 + 6", "66")
        page.close()


def build(example, cluster, folder):
    node.need_node()
    install_node_packages(example)
    url = f"ws://127.0.0.1:{cluster.port}/graphql/"
    build = ["npm", "run", "build", "--", "--outDir", str(folder), "--emptyOutDir"]
    subprocess.run(build, cwd=example, env=os.environ | {"VITE_API_URL": url}, check=True)


def expect_row(page, addition, result):
    row = page.get_by_role("row").filter(has=page.get_by_role("cell", name=addition))
    expect(row).to_contain_text(f"SUCCESS{result}", timeout=30_000 * TIMEOUT_FACTOR)
