"""The clients work in their own environments, and lose no change."""

import os
import signal
from contextlib import ExitStack
from pathlib import Path

import pytest

from schema.core.relay import global_id
from tasks_app.log import pages
from tasks_app.models import Role
from tasks_app.services.access import tokens
from tests.chaos.cluster.proxy import Fault, Switchboard
from tests.clients.programs import following, python_client, run, typescript_client
from tests.support.cluster import running_cluster, running_nodes
from tests.support.event_log import delete_log
from tests.support.waiting import TIMEOUT_FACTOR, eventually

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    return python_client(tmp_path_factory.mktemp("python"))


@pytest.fixture(scope="module")
def typescript(tmp_path_factory):
    return typescript_client(tmp_path_factory.mktemp("typescript"))


@pytest.fixture(scope="module", params=["python", "typescript"])
def client(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def clients(python, typescript):
    """Both clients, for a test in which they use one web process at once."""
    return [python, typescript]


@pytest.fixture(scope="module")
def only_server(django_db_setup):
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture
def server(only_server, transactional_db):
    """A web process, which a test may stop."""
    if only_server.processes["web"].poll() is not None:
        only_server.start_web()
    return only_server


@pytest.fixture(scope="module")
def guarded_server(django_db_setup):
    """As `server`, but it demands tokens."""
    with running_cluster(API_AUTH="token") as cluster:
        yield cluster


@pytest.mark.parametrize("scenario", ["tasks", "pages", "schedules"])
def test_operations(scenario, client, server):
    run([*client.program, scenario, server.url])


def test_python_enums_accept_new_values(python, server):
    run([*python.program, "new_enum_values", server.url])


def test_typescript_loop_ends_when_aborted(typescript, server):
    run([*typescript.program, "abort", server.url, pages.head().encode()])


def test_following_with_a_wrong_token_ends(client, guarded_server, transactional_db):
    command = [*client.program, "refused", guarded_server.url, pages.head().encode()]
    run(command, env=os.environ | {"CLUSTER_TOKEN": "wrong"})


def test_token_is_sent_over_http_and_websocket(client, guarded_server, transactional_db, make_task):
    token = tokens.create_token("library", Role.OPERATOR).secret
    environment = os.environ | {"CLUSTER_TOKEN": token}
    run([*client.program, "pages", guarded_server.url], env=environment)
    after = pages.head().encode()
    with following(client, guarded_server.url, after, env=environment) as next_change:
        task = make_task()
        assert next_change() == change(task)


def change(task, version=1):
    return [global_id("Task", task.pk), version]


def test_following_resumes_after_a_crash_and_a_restart(clients, server, make_task):
    with ExitStack() as stack:
        after = pages.head().encode()
        followers = [stack.enter_context(following(each, server.url, after)) for each in clients]

        def expect_change(task):
            assert [receive() for receive in followers] == [change(task)] * len(clients)

        expect_change(make_task())
        for end in (signal.SIGKILL, signal.SIGTERM):
            server.processes["web"].send_signal(end)
            server.processes["web"].wait(timeout=20 * TIMEOUT_FACTOR)
            while_away = [make_task() for _ in range(3)]
            server.start_web()
            afterwards = make_task()
            for task in (*while_away, afterwards):
                expect_change(task)


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.BLACK_HOLE])
def test_following_resumes_after_a_fault_of_the_network(fault, clients, server, make_task):
    proxies = Switchboard()
    after = pages.head().encode()
    with ExitStack() as stack:
        stack.callback(proxies.close)
        lines = [proxies.open(server.port) for _ in clients]
        urls = [f"http://127.0.0.1:{proxy.port}" for proxy in lines]
        followers = [
            stack.enter_context(following(client, url, after))
            for client, url in zip(clients, urls, strict=True)
        ]
        first = make_task()
        assert [receive() for receive in followers] == [change(first)] * len(clients)
        # Half of the change arrives, or nothing at all: each client opens another connection.
        connections = [proxy.accepted for proxy in lines]
        for proxy in lines:
            proxies.set(proxy, fault)
        second = make_task()
        for proxy, count in zip(lines, connections, strict=True):
            eventually(lambda proxy=proxy, count=count: proxy.accepted > count)
            proxies.set(proxy, Fault.NONE)
        third = make_task()
        for receive in followers:
            assert [receive(), receive()] == [change(second), change(third)]


def test_following_reports_a_gap_and_continues(client, server, make_task):
    make_task()
    old = pages.head().encode()
    make_task()
    delete_log()

    with following(client, server.url, old) as next_change:
        kind, cursor = next_change()
        assert kind == "gap"
        last = make_task()
        assert next_change() == change(last)
    with following(client, server.url, cursor) as next_change:
        assert next_change() == change(last)


def test_example_of_the_readme(client, server):
    example = Path(client.example[-1])
    example.write_text(example.read_text().replace("http://localhost:8000", server.url))
    with running_nodes("node-1"):
        output = run(client.example)
    changes = ["1 PENDING", "2 RUNNING", "3 SUCCESS"]
    assert output.splitlines() == [*changes, "2 + 3 = 5", "1 tasks"]
