"""The page of a node and the page of a queue."""

import re

from playwright.sync_api import expect

from tests.browser.client import CREATE, row


def panel(page, name):
    return page.get_by_role("region", name=name)


def test_node_page_shows_what_its_slots_did(page, ask):
    ask(CREATE, tasks=[{"a": 72_000 + n, "b": 0, "durationMs": 300} for n in range(12)])
    page.goto("/app/nodes")
    row(page, "node-1@").get_by_role("link", name="node-1@").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("node-1@")

    bars = panel(page, "Slots, last 5 minutes").get_by_role("listitem")
    expect(bars.get_by_role("link", name="720")).not_to_have_count(0)
    expect(panel(page, "Events")).to_contain_text("Node online")

    # Short bars may overlap; the last one is on top.
    bars.get_by_role("link", name="720").last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("720")


def test_node_is_paused_and_resumed_on_its_page(page):
    page.goto("/app/nodes")
    row(page, "node-2@").get_by_role("link", name="node-2@").click()
    page.get_by_role("button", name="Actions for").click()
    page.get_by_role("menuitem", name="Pause…").click()
    page.get_by_label("Reason").fill("disk check")
    page.get_by_role("dialog").get_by_role("button", name="Pause", exact=True).click()
    expect(panel(page, "Events").get_by_role("row").nth(1)).to_contain_text("disk check")
    expect(page.get_by_text("Paused", exact=True).first).to_be_visible()

    page.get_by_role("button", name="Actions for").click()
    page.get_by_role("menuitem", name="Resume…").click()
    page.get_by_role("dialog").get_by_role("button", name="Resume", exact=True).click()
    expect(panel(page, "Events").get_by_role("row").nth(1)).to_contain_text("Node resumed")


def test_queue_page_shows_the_next_task_and_its_reason(page, ask):
    ask('mutation { createQueue(input: {name: "line"}) { errors { message } } }')
    ask('mutation { pauseQueue(input: {name: "line", note: "moving"}) { errors { message } } }')
    ask(CREATE, tasks=[{"a": 73_001, "b": 0, "queue": "line", "priority": 3}])
    ask(CREATE, tasks=[{"a": 73_002, "b": 0, "queue": "line", "priority": 9}])
    page.goto("/app/queues")
    row(page, "line").get_by_role("link", name="line").click()

    first = row(page, "73002 + 0")
    expect(first).to_contain_text("Queue paused")
    expect(first).to_contain_text("moving")
    expect(panel(page, "Backlog")).to_contain_text("2 tasks")
    priorities = panel(page, "Pending tasks by priority").get_by_role("listitem")
    expect(priorities).to_have_text(["91 task", "31 task"])
    search = re.compile("/app/tasks.*queue%3Aline\\+priority%3A9")
    expect(priorities.first.get_by_role("link")).to_have_attribute("href", search)

    page.get_by_role("button", name="Actions for").click()
    page.get_by_role("menuitem", name="Resume").click()
    expect(panel(page, "Next tasks")).to_contain_text("No task of this queue is due.")


def test_unknown_names_are_reported(page):
    page.goto("/app/nodes/nothing")
    expect(page.get_by_role("heading", name="Node not found")).to_be_visible()
    page.goto("/app/queues/nothing")
    expect(page.get_by_role("heading", name="Queue not found")).to_be_visible()
