"""The pages are for everybody: axe finds nothing serious, in light and in dark, wide and narrow."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.client import CREATE
from tests.browser.test_graphiql import execute

SCHEDULE = """
    mutation {
      createTaskSchedule(input: {a: 1, b: 2, scheduledAt: "2026-01-01T00:00:00Z", interval: 1}) {
        taskSchedule { uuid task { uuid } }
      }
    }
"""


@pytest.fixture(scope="module")
def paths(cluster):
    """The path of each page, when there is something to see on it."""
    ask = cluster.ask
    schedule = ask(SCHEDULE)["createTaskSchedule"]["taskSchedule"]
    tasks = [{"a": n, "b": n, "durationMs": 200} for n in range(20)]
    later = [{"a": 7, "b": 7, "runAt": "2099-01-01T00:00:00Z"}]
    *_, waiting = ask(CREATE, tasks=tasks + later)["createTasks"]["taskIds"]
    ask("mutation ($id: ID!) { cancelTask(input: {id: $id}) { count: __typename } }", id=waiting)
    return {
        "overview": "/",
        "tasks": "/app/tasks",
        "task": f"/app/tasks/{schedule['task']['uuid']}",
        "waiting": f"/app/tasks/{waiting}",
        "schedules": "/app/schedules",
        "schedule": f"/app/schedules/{schedule['uuid']}",
        "new-schedule": "/app/schedules/new",
        "nodes": "/app/nodes",
        "queues": "/app/queues",
        "events": "/app/events",
    }


PAGES = [
    *("overview", "tasks", "task", "waiting", "schedules"),
    *("schedule", "new-schedule", "nodes", "queues", "events"),
]


def violations(page):
    found = Axe().run(page).response["violations"]
    return [
        (violation["id"], [node["target"] for node in violation["nodes"]])
        for violation in found
        if violation["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(page, paths, name, theme):
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.goto(paths[name])
    expect(page.get_by_text("Loading…")).to_have_count(0)
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    assert violations(page) == []


def test_axe_finds_nothing_serious_in_a_dialog(page, paths):
    page.goto(paths["nodes"])
    page.get_by_role("button", name="Drain…").first.click()
    assert violations(page) == []


@pytest.mark.parametrize("name", PAGES)
def test_a_narrow_page_does_not_scroll_sideways(page, paths, name):
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(paths[name])
    expect(page.get_by_text("Loading…")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("name", sorted(set(PAGES) - {"new-schedule"}))
def test_the_query_behind_each_page_is_opened_in_graphiql_and_answers(page, paths, name):
    page.goto(paths[name])
    page.get_by_role("link", name="The query behind this page").click()
    response = execute(page)
    expect(response).to_contain_text('"data"')
    expect(response).not_to_contain_text('"errors"')
