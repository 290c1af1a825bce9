"""A browser's EventSource follows changes without a library."""

import json
import signal
from urllib.parse import urlencode

import pytest
from django.test import Client

from tasks_app.log import pages
from tasks_app.models import Task
from tests.chaos.cluster.proxy import Fault, Switchboard
from tests.support.cluster import running_cluster
from tests.support.static import serving
from tests.support.waiting import eventually

PAGE = """<!doctype html><title>EventSource</title><link rel="icon" href="data:,">"""
FOLLOW = """
    subscription Changes($after: String) {
      taskStatusChanged(after: $after) { cursor task { uuid } }
    }
"""
TASKS = """
    query Page($after: String) {
      tasks(first: 2, after: $after) { nodes { a } pageInfo { hasNextPage endCursor } }
    }
"""
OPEN = """
    (url) => {
      window.received = [];
      window.source = new EventSource(url);
      source.addEventListener('next', (event) =>
        received.push([event.lastEventId, JSON.parse(event.data).data]));
      source.addEventListener('complete', () => source.close());
    }
"""
CREATE = "mutation { createTask(input: { a: 1, b: 2 }) { task { id } } }"
CONNECTING = 0
CLOSED = 2


@pytest.fixture(scope="module")
def origins(tmp_path_factory):
    """The origin of a page that the server allows, and of one that it does not."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "index.html").write_text(PAGE)
    with serving(folder) as allowed, serving(folder) as other:
        yield allowed, other


@pytest.fixture(scope="module")
def server(django_db_setup, origins):
    with running_cluster(CORS_ALLOWED_ORIGINS=origins[0]) as cluster:
        yield cluster


@pytest.fixture
def cluster(server, transactional_db):
    return server


@pytest.fixture
def proxy(cluster):
    """A proxy between the browser and the server, and a function that sets its fault."""
    proxies = Switchboard()
    proxy = proxies.open(cluster.port)
    yield proxy, lambda fault: proxies.set(proxy, fault)
    proxies.close()


def url(port, query, **variables):
    parameters = urlencode({"query": query, "variables": json.dumps(variables)})
    return f"http://127.0.0.1:{port}/graphql/stream/?{parameters}"


def test_event_source_of_another_origin_resumes_and_misses_and_repeats_nothing(
    page, cluster, proxy, origins, complaints, make_task
):
    line, set_fault = proxy
    page.goto(origins[0])
    page.evaluate(OPEN, url(line.port, FOLLOW, after=pages.head().encode()))

    def expect_changes(*expected):
        def received():
            return page.evaluate("received")

        eventually(lambda: len(received()) >= len(expected))
        assert [each["taskStatusChanged"]["task"]["uuid"] for _, each in received()] == [
            str(task.pk) for task in expected
        ]
        for id, each in received():
            assert id == each["taskStatusChanged"]["cursor"]

    first = make_task()
    expect_changes(first)

    # The connection ends, and for a while no other can be opened.
    attempts = line.accepted
    set_fault(Fault.REFUSE)
    while_away = [make_task(), make_task()]
    eventually(lambda: line.accepted > attempts, "the browser tries again")
    set_fault(Fault.NONE)
    changes = [first, *while_away, make_task()]
    expect_changes(*changes)

    # Half of a change arrives. The fault ends before the browser tries again: it never does after
    # an answer without CORS headers, as half of an answer can be.
    set_fault(Fault.CUT)
    changes.append(make_task())
    eventually(lambda: page.evaluate("source.readyState") == CONNECTING)
    set_fault(Fault.NONE)
    changes.append(make_task())
    expect_changes(*changes)

    for end in (signal.SIGKILL, signal.SIGTERM):
        cluster.processes["web"].send_signal(end)
        cluster.processes["web"].wait()
        changes.append(make_task())
        cluster.start_web()
        changes.append(make_task())
        expect_changes(*changes)

    page.evaluate("source.close()")
    complaints.clear()  # of the connections that could not be opened


def test_event_source_of_an_origin_that_is_not_allowed_gets_nothing(
    page, cluster, origins, complaints
):
    page.goto(origins[1])
    page.evaluate(OPEN, url(cluster.port, "{ __typename }"))

    eventually(lambda: page.evaluate("source.readyState") == CLOSED)
    assert page.evaluate("received") == []
    assert "has been blocked by CORS policy" in complaints[0]
    complaints.clear()


def test_event_source_needs_the_session_of_the_dashboard(
    page, context, transactional_db, django_user_model, make_task, complaints
):
    after = pages.head().encode()
    task = make_task()
    with running_cluster(API_AUTH="token") as cluster:
        page.goto(f"{cluster.url}/healthz/")
        page.evaluate(OPEN, url(cluster.port, FOLLOW, after=after))
        eventually(lambda: page.evaluate("source.readyState") == CLOSED)
        assert page.evaluate("received") == []

        browser = Client()
        browser.force_login(django_user_model.objects.create_superuser("ann"))
        session = browser.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": cluster.url}])
        page.evaluate(OPEN, url(cluster.port, FOLLOW, after=after))
        eventually(lambda: page.evaluate("received"))
        [[_, data]] = page.evaluate("received")
        assert data["taskStatusChanged"]["task"]["uuid"] == str(task.pk)
        page.evaluate("source.close()")
    complaints.clear()  # of the refusal


def test_event_source_changes_nothing(page, cluster, origins):
    page.goto(origins[0])
    page.evaluate(
        """(url) => {
          window.source = new EventSource(url);
          source.addEventListener('next', (event) => {
            window.answer = JSON.parse(event.data);
            source.close();
          });
        }""",
        url(cluster.port, CREATE),
    )
    eventually(lambda: page.evaluate("Boolean(window.answer)"))
    [error] = page.evaluate("answer")["errors"]
    assert error["extensions"]["code"] == "METHOD_NOT_ALLOWED"
    assert not Task.objects.exists()


def test_event_source_reads_pages(page, cluster, origins, make_task):
    for a in range(5):
        make_task(a=a)
    page.goto(origins[0])
    found = []
    after = None
    while after or not found:
        page.evaluate(OPEN, url(cluster.port, TASKS, after=after))
        eventually(lambda: page.evaluate("source.readyState") == CLOSED)
        [[_, data]] = page.evaluate("received")
        found += [node["a"] for node in data["tasks"]["nodes"]]
        page_info = data["tasks"]["pageInfo"]
        after = page_info["endCursor"] if page_info["hasNextPage"] else None
    assert found == ["4", "3", "2", "1", "0"]
