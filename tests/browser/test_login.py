"""Somebody who has to say who they are first."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.management import call_command
from playwright.sync_api import expect

from tasks_app.models import ClusterEvent
from tests.browser.test_everybody import violations
from tests.live import running_cluster

PASSWORD = "correct horse battery"


@pytest.fixture
def cluster(transactional_db):
    call_command("collectstatic", interactive=False, verbosity=0)
    people = get_user_model()._default_manager
    people.create_user("ann", password=PASSWORD, is_staff=True)
    people.create_user("bob", password=PASSWORD)
    with running_cluster("node-1", API_AUTH="token") as cluster:
        yield cluster


def log_in(page, password=PASSWORD, name="ann"):
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def test_who_logs_in_works_under_their_name_until_they_leave(page, cluster, complaints):
    page.goto("/app/queues")
    expect(page.get_by_role("heading", name="Cluster scheduler")).to_be_visible()
    assert violations(page) == []
    log_in(page, "wrong")
    expect(page.get_by_role("alert")).to_contain_text("do not go together")
    log_in(page)

    expect(page.get_by_role("heading", level=1, name="Queues")).to_be_visible()
    expect(page.get_by_text("ann, operator")).to_be_visible()
    page.get_by_role("row").filter(has_text="default").get_by_role("button", name="Pause…").click()
    page.get_by_role("dialog").get_by_role("button", name="Pause", exact=True).click()
    expect(page.get_by_role("row").filter(has_text="default")).to_contain_text("ann")
    assert ClusterEvent.objects.get(kind="QUEUE_PAUSED").actor == "ann"

    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    page.goto("/app/queues")
    expect(page.get_by_role("button", name="Log in")).to_be_visible()


def test_who_may_only_look_is_not_offered_what_would_be_refused(page, cluster, complaints):
    steering = page.locator("main").locator("button:not([aria-pressed]), a.button")
    loaded = page.locator("main").locator("table, .empty:not([role=status])")
    for name, role in ("bob", "viewer"), ("ann", "operator"):
        page.goto("/")
        log_in(page, name=name)
        expect(page.get_by_text(f"{name}, {role}")).to_be_visible()
        for view in "Overview", "Tasks", "Schedules", "Nodes", "Queues":
            page.get_by_role("navigation", name="Views").get_by_role("link", name=view).click()
            expect(page.get_by_role("heading", level=1, name=view)).to_be_visible()
            if role == "operator":
                expect(steering).not_to_have_count(0)
            else:
                expect(loaded).not_to_have_count(0)
                expect(steering).to_have_count(0)
        page.get_by_role("button", name="Log out").click()


def test_a_page_whose_session_has_ended_asks_to_log_in_again(page, cluster, complaints):
    page.goto("/app/tasks")
    log_in(page)
    expect(page.get_by_text("Live", exact=True)).to_be_visible()

    Session.objects.all().delete()

    expect(page.get_by_role("button", name="Log in")).to_be_visible(timeout=60_000)
    assert page.url.endswith("/login/?next=%2Fapp%2Ftasks")
    complaints.clear()  # of the requests that were answered 401
