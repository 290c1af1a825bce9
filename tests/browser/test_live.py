"""Changes show without a reload, and pages recover when the server was away."""

import re
import signal

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from tasks_app.models import Task, WorkerNode
from tasks_app.services import tasks
from tests.browser.client import row
from tests.support.cluster import running_cluster
from tests.support.waiting import eventually


@pytest.fixture(scope="module")
def server(django_db_setup):
    call_command("collectstatic", interactive=False, verbosity=0)
    with running_cluster("node-1", "node-2") as cluster:
        yield cluster


@pytest.fixture
def cluster(server, transactional_db):
    """A cluster whose web process can be stopped and started."""
    if server.processes["web"].poll() is not None:
        server.start_web()
    # The nodes register anew after the database was emptied.
    online = WorkerNode.objects.filter(connection="ONLINE")
    eventually(lambda: online.count() == 2)
    return server


def create(cluster, **options):
    status, task = cluster.request("POST", "/tasks/", options)
    assert status == 201
    return task["id"]


def stop_web(cluster):
    web = cluster.processes["web"]
    web.send_signal(signal.SIGTERM)
    web.wait()


def expect_connection_errors(complaints):
    """The browser reports each attempt that reached no server."""
    complaints[:] = [text for text in complaints if "ERR_CONNECTION_" not in text]


def open_pages(context, uuid):
    paths = {"overview": "/", "tasks": "/app/tasks", "task": f"/app/tasks/{uuid}"}
    pages = {name: context.new_page() for name in paths}
    for name, page in pages.items():
        page.goto(paths[name])
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
    expect(pages["task"].get_by_role("heading", level=1)).to_have_text("1 + 1 = 2")
    # Each listens: what happened before is there.
    expect(row(pages["tasks"], "1 + 1 = 2")).to_be_visible()
    expect(pages["overview"].get_by_text("1 + 1 = 2").first).to_be_visible()
    return pages


def test_changes_of_other_clients_show_without_a_reload(context, cluster):
    uuid = create(cluster, a=1, b=1)
    pages = open_pages(context, uuid)
    create(cluster, a=5_000, b=55)

    event = pages["overview"].get_by_text("5000 + 55 = 5055").first
    expect(event).to_be_visible()
    expect(row(pages["tasks"], "5000 + 55 = 5055")).to_be_visible()
    other = create(cluster, a=1, b=1, run_at="2099-01-01T00:00:00Z")
    pages["task"].goto(f"/app/tasks/{other}")
    expect(pages["task"].get_by_role("button", name="Cancel")).to_be_enabled()
    tasks.cancel_task(other)
    expect(pages["task"].get_by_text("Cancelled").first).to_be_visible()


def test_open_pages_recover_after_a_restart_and_miss_nothing(context, cluster, complaints):
    uuid = create(cluster, a=1, b=1)
    pages = open_pages(context, uuid)
    events = context.new_page()
    events.goto("/app/events")
    expect(row(events, "Succeeded", "1 + 1 = 2")).to_be_visible()
    for page in pages.values():
        page.evaluate("window.isTheSame = true")

    stop_web(cluster)
    for page in [*pages.values(), events]:
        # How old the data is, and that it is old.
        stale = page.get_by_role("alert").filter(has_text="Disconnected. Data as of")
        expect(stale).to_contain_text(re.compile(r"\d\d:\d\d:\d\d"))
    dimmed = "Number(getComputedStyle(document.querySelector('.tiles')).opacity)"
    assert pages["overview"].evaluate(dimmed) < 1
    # The rows that were there stay.
    expect(row(events, "Succeeded", "1 + 1 = 2")).to_be_visible()
    for n in range(10):
        tasks.create_task(tasks.NewTask(a=9_000 + n, b=1))
    eventually(lambda: not Task.objects.filter(a__gte=9_000, a__lt=9_010, status="PENDING"))
    cluster.start_web()

    for page in [*pages.values(), events]:
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
        expect(page.get_by_text("Disconnected")).to_have_count(0)
    done = Task.objects.filter(a__gte=9_000, a__lt=9_010, status="SUCCESS")
    eventually(lambda: done.count() == 10)
    for task in done:
        text = f"{task.a} + 1 = {task.a + 1}"
        expect(row(pages["tasks"], text)).to_be_visible()
    # Each row names one task and how many more.
    rows = events.get_by_role("row").filter(has_text="Succeeded").filter(has_text="+ 1 =")
    shown = sum(
        1 + int((re.search(r"and (\d+) more", text) or [0, 0])[1])
        for text in rows.all_inner_texts()
    )
    assert shown == Task.objects.filter(status="SUCCESS").count()
    create(cluster, a=9_999, b=1)
    expect(pages["overview"].get_by_text("9999 + 1 = 10000").first).to_be_visible()
    assert all(page.evaluate("window.isTheSame") for page in pages.values())
    expect_connection_errors(complaints)


def test_pages_that_are_visited_while_the_server_is_away_recover(context, cluster, complaints):
    create(cluster, a=1, b=1)
    page = context.new_page()
    page.goto("/")
    expect(page.get_by_text("1 + 1 = 2").first).to_be_visible()
    stop_web(cluster)
    navigation = page.get_by_role("navigation", name="Pages")
    for section in ("Events", "Nodes"):
        navigation.get_by_role("link", name=section).click()
        expect(page.get_by_text("Can't reach the server. Retrying…").first).to_be_visible()
    cluster.start_web()
    expect(row(page, "node-1@", "Active")).to_be_visible()
    navigation.get_by_role("link", name="Events").click()
    expect(row(page, "Succeeded", "1 + 1 = 2")).to_be_visible()
    expect(page.get_by_text("Retrying…")).to_have_count(0)
    expect_connection_errors(complaints)
