"""The page What if: changes are chosen, compared with the cluster as it is, and shared by URL."""

import json
import re
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.browser.client import CREATE, row
from tests.browser.test_accessibility import violations

QUEUE = "what-if"


def panel(page, name):
    return page.get_by_role("region", name=name)


@pytest.fixture
def backlog(ask):
    """Four tasks of a minute wait in a paused queue."""
    ask(
        "mutation ($name: String!) { createQueue(input: {name: $name}) { errors { message } } }",
        name=QUEUE,
    )
    ask(
        "mutation ($name: String!) { pauseQueue(input: {name: $name}) { errors { message } } }",
        name=QUEUE,
    )
    created = ask(
        CREATE, tasks=[{"a": n, "b": 0, "queue": QUEUE, "durationMs": 60_000} for n in range(4)]
    )
    yield
    for id in created["createTasks"]["taskIds"]:
        ask("mutation ($id: ID!) { cancelTask(input: {id: $id}) { errors { message } } }", id=id)


def test_changes_are_compared_with_the_cluster_as_it_is(page, ask, backlog):
    page.goto("/app/queues")
    page.get_by_role("link", name="What if").click()
    expect(page.get_by_role("heading", level=1, name="What if")).to_be_visible()
    blocked = panel(page, "Tasks that never start")
    expect(row(page, QUEUE, "Queue paused")).to_contain_text("4")

    # Other tests may have paused or stopped the nodes.
    form = panel(page, "Changes")
    form.get_by_label("Change").select_option("Add nodes")
    form.get_by_label("Slots", exact=True).fill("4")
    form.get_by_role("button", name="Add change").click()
    form.get_by_label("Change").select_option("Resume a queue")
    form.get_by_label("Queue", exact=True).select_option(QUEUE)
    form.get_by_role("button", name="Add change").click()

    expect(form.get_by_role("listitem").last).to_contain_text(f"Resume the queue {QUEUE}")
    expect(panel(page, "Backlog empty")).to_contain_text("1 min later")
    expect(panel(page, "Queues").get_by_role("row").filter(has_text=QUEUE)).to_contain_text("4")
    expect(blocked).to_contain_text("All due tasks can start.")
    assert violations(page) == []

    backfill = form.get_by_role("checkbox", name="Start other tasks")
    expect(backfill).to_be_hidden()
    form.get_by_label("Change").select_option("Set the scheduling policy")
    expect(backfill).to_be_visible()
    form.get_by_label("Change").select_option("Add tasks")
    form.get_by_label("Number").fill("0")
    form.get_by_role("button", name="Add change").click()
    expect(form).to_contain_text("Number must be a whole number from 1 to 100,000.")
    form.get_by_label("Number").fill("100")
    form.get_by_role("button", name="Add change").click()
    expect(form.get_by_role("listitem")).to_have_count(3)
    page.reload()
    expect(form.get_by_role("listitem")).to_have_count(3)
    now, changed = re.search(
        r"(\d+) tasks? now, (\d+) with changes\.",
        panel(page, "Due and running tasks").filter(has_text="with changes.").inner_text(),
    ).groups()
    assert int(changed) - int(now) == 104

    form.get_by_role("button", name="Resume the queue").click()
    expect(form.get_by_role("listitem")).to_have_count(2)
    assert ask("query ($q: String!) { queue(name: $q) { paused } }", q=QUEUE)["queue"]["paused"]


def test_change_in_the_url_that_is_not_valid_is_named(page):
    changes = json.dumps([{"drainNode": {"node": "gone"}}])
    page.goto(f"/app/what-if?changes={quote(changes)}")

    error = "`changes.0.drainNode.node`: No worker node has this name."
    expect(page.locator("main").get_by_role("alert")).to_contain_text(error)
    page.get_by_role("button", name="Drain gone: Remove").click()
    expect(panel(page, "Backlog empty")).to_be_visible()

    page.goto("/app/what-if?changes=nonsense")
    expect(page.locator("main").get_by_role("alert")).to_contain_text("contains no list of changes")
