"""The dashboard of users who log in."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.management import call_command
from playwright.sync_api import expect

from tasks_app.models import ClusterEvent, Task, WorkerNode
from tests.browser.client import choose, row
from tests.browser.test_accessibility import violations
from tests.browser.test_event_source import CLOSED, OPEN, url
from tests.support.cluster import running_cluster
from tests.support.waiting import eventually

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def server(django_db_setup):
    call_command("collectstatic", interactive=False, verbosity=0)
    with running_cluster("node-1", API_AUTH="token") as cluster:
        yield cluster


@pytest.fixture
def cluster(server, transactional_db):
    users = get_user_model()._default_manager
    users.create_user("ann", password=PASSWORD, is_staff=True)
    users.create_user("bob", password=PASSWORD)
    # The node registers anew after the database was emptied.
    eventually(WorkerNode.objects.filter(connection="ONLINE").exists)
    return server


def log_in(page, password=PASSWORD, name="ann"):
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def test_user_logs_in_acts_under_their_name_and_logs_out(page, cluster, complaints):
    page.goto("/app/queues")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    assert violations(page) == []
    log_in(page, "wrong")
    expect(page.get_by_role("alert")).to_contain_text("Incorrect username or password.")
    log_in(page)

    expect(page.get_by_role("heading", level=1, name="Queues")).to_be_visible()
    expect(page.get_by_text("ann, operator")).to_be_visible()
    choose(row(page, "default"), "Pause…")
    page.get_by_role("dialog").get_by_role("button", name="Pause", exact=True).click()
    expect(row(page, "default")).to_contain_text("by ann")
    assert ClusterEvent.objects.get(kind="QUEUE_PAUSED").actor == "ann"

    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("textbox", name="Username")).to_be_visible()
    page.goto("/app/queues")
    expect(page.get_by_role("textbox", name="Username")).to_be_visible()


def test_page_that_stays_after_logging_out_leads_to_the_login(page, cluster):
    page.goto("/")
    log_in(page)
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    # As the viewer who presses Escape before the login page answers.
    page.route("**/login/", lambda route: route.abort("aborted"))
    page.get_by_role("button", name="Log out").click()
    dialog = page.get_by_role("dialog", name="Logged out")
    expect(dialog).to_be_visible()
    page.unroute("**/login/")
    dialog.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("textbox", name="Username")).to_be_visible()


def test_viewer_is_offered_no_action_that_would_be_refused(page, cluster, complaints):
    actions = page.locator("main").locator(
        "button:not([aria-pressed], .new-rows, .sort, search *), a.button:not([href^='/graphql/'])"
    )
    loaded = page.locator("main").locator("table, .empty:not([role=status])")
    for name, role in ("bob", "viewer"), ("ann", "operator"):
        page.goto("/")
        log_in(page, name=name)
        expect(page.get_by_text(f"{name}, {role}")).to_be_visible()
        for section in "Overview", "Tasks", "Schedules", "Nodes", "Queues":
            navigation = page.get_by_role("navigation", name="Pages")
            navigation.get_by_role("link", name=section).click()
            expect(page.get_by_role("heading", level=1, name=section)).to_be_visible()
            if role == "operator":
                expect(actions).not_to_have_count(0)
            else:
                expect(loaded).not_to_have_count(0)
                expect(actions).to_have_count(0)
        page.keyboard.press("Control+k")
        options = page.get_by_role("dialog", name="Command palette").get_by_role("option")
        expect(options.filter(has_text="Queues")).to_have_count(1)
        offered = 1 if role == "operator" else 0
        for name in ("Create queue…", "Create a schedule", "default: Pause…"):
            expect(options.filter(has_text=name)).to_have_count(offered)
        expect(options.filter(has_text="Webhooks")).to_have_count(0)
        page.goto("/app/schedules/calendars")
        expect(loaded).not_to_have_count(0)
        expect(actions).to_have_count(1 if role == "operator" else 0)
        page.goto("/app/alerts")
        expect(loaded).not_to_have_count(0)
        if role == "operator":
            expect(actions).not_to_have_count(0)
        else:
            expect(actions).to_have_count(0)
        page.goto("/app/tokens")
        expect(page.get_by_text("Only admins can manage API tokens.")).to_be_visible()
        expect(page.get_by_role("link", name="API tokens")).to_have_count(0)
        page.goto("/app/webhooks")
        expect(page.get_by_text("Only admins can manage webhooks.")).to_be_visible()
        expect(page.get_by_role("link", name="Webhooks")).to_have_count(0)
        page.get_by_role("button", name="Log out").click()
        expect(page.get_by_role("button", name="Log in")).to_be_visible()


def test_operator_of_a_cluster_without_tasks_is_offered_first_steps(page, cluster):
    steps = page.get_by_role("region", name="First steps")
    page.goto("/")
    log_in(page, name="bob")
    expect(page.get_by_role("region", name="Nodes")).to_be_visible()
    expect(page.get_by_text("bob, viewer")).to_be_visible()
    expect(steps).to_have_count(0)
    page.goto("/app/tour")
    expect(page.get_by_text("Read-only access")).to_be_visible()
    expect(page.get_by_role("link", name="Tour")).to_have_count(0)
    # No page is left that could ask without a session.
    page.goto("about:blank")
    page.context.clear_cookies()

    page.goto("/")
    log_in(page, name="ann")
    expect(steps.get_by_role("link", name="Tour")).to_have_attribute("href", "/app/tour")
    steps.get_by_role("button", name="Run one task").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2 + 40 = 42")
    page.goto("/")
    expect(page.get_by_role("region", name="Recent events")).to_be_visible()
    expect(steps).to_have_count(0)


def test_operator_of_a_cluster_without_tasks_creates_many_at_once(page, cluster):
    page.goto("/")
    log_in(page)
    page.get_by_role("button", name="Create 5,000 tasks").click()
    expect(page.get_by_text("5,000 tasks created.")).to_be_visible()
    expect(page.get_by_role("region", name="First steps")).to_have_count(0)
    assert Task.objects.count() == 5_000


def test_expired_session_is_named_and_keeps_what_was_entered(page, cluster, complaints):
    page.goto("/")
    log_in(page)
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    page.get_by_label("A", exact=True).fill("4711")
    Session.objects.all().delete()
    # Not a click: the page may notice by itself, and the dialog be open by then.
    page.get_by_role("button", name="Create task").dispatch_event("click")

    dialog = page.get_by_role("dialog", name="Session expired")
    expect(dialog).to_contain_text("What you have entered on this page is kept.")
    log_in(page, "wrong")
    expect(dialog.get_by_role("alert")).to_have_text("Incorrect username or password.")
    log_in(page)
    expect(dialog).to_have_count(0)

    expect(page.get_by_label("A", exact=True)).to_have_value("4711")
    assert not Task.objects.exists()
    page.get_by_role("button", name="Create task").click()
    expect(page.get_by_role("region", name="Create task")).to_contain_text("4711 + 40 = 4751")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    complaints.clear()  # of the requests that were answered 401


def test_open_page_notices_that_its_session_has_expired(page, cluster, complaints):
    page.goto("/app/tasks")
    log_in(page)
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    Session.objects.all().delete()
    dialog = page.get_by_role("dialog", name="Session expired")
    expect(dialog).to_be_visible(timeout=60_000)

    # Without logging in there is nothing to return to.
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    assert page.url.endswith("/login/?next=%2Fapp%2Ftasks")
    complaints.clear()


def test_event_source_uses_the_session_of_the_dashboard(page, cluster, complaints):
    query = url(cluster.port, "{ viewer { name } }")
    page.goto(f"{cluster.url}/login/")
    page.evaluate(OPEN, query)
    eventually(lambda: page.evaluate("source.readyState") == CLOSED)
    assert page.evaluate("received") == []

    log_in(page)
    page.get_by_text("ann, operator").wait_for()
    page.evaluate(OPEN, query)
    eventually(lambda: page.evaluate("received"))
    [[_, data]] = page.evaluate("received")
    assert data == {"viewer": {"name": "ann"}}
    complaints.clear()  # of the request without a session
