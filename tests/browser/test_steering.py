"""What a user does to schedules, nodes and queues, and reads in the log."""

import re

from playwright.sync_api import expect

from tests.browser.client import CREATE, row


def confirm(page, label, note=None):
    dialog = page.get_by_role("dialog")
    if note:
        dialog.get_by_label("Why").fill(note)
    dialog.get_by_role("button", name=label, exact=True).click()
    expect(dialog).to_have_count(0)


def test_a_schedule_is_previewed_created_steered_and_deleted(page):
    page.goto("/app/schedules")
    page.get_by_role("link", name="New schedule").click()
    page.get_by_label("Every (seconds)").fill("0")
    expect(page.get_by_label("Every (seconds)")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Every (seconds)").fill("1")
    page.get_by_label("A", exact=True).fill("300")
    ticks = page.get_by_role("region", name="Its first ticks")
    expect(ticks.get_by_role("listitem")).to_have_count(8)
    page.get_by_role("button", name="Create schedule").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("300 + 3 every 1 s")
    history = page.get_by_role("region", name="Ticks so far").first
    expect(history.get_by_role("row", name=re.compile("Fired")).nth(2)).to_be_visible()
    page.get_by_role("button", name="Pause…").click()
    confirm(page, "Pause", note="for a while")
    expect(page.get_by_text("Paused: for a while")).to_be_visible()
    expect(page.get_by_text("None while it is paused.")).to_be_visible()

    page.get_by_role("button", name="Run now").click()
    expect(history).to_contain_text("Somebody asked for it")
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("Ticking")).to_be_visible()

    page.goto("/app/schedules")
    expect(row(page, "300 + 3 every 1 s", "Ticking")).to_be_visible()
    page.get_by_role("link", name=re.compile("300 . 3 every")).click()
    page.get_by_role("button", name="Delete…").click()
    confirm(page, "Delete")
    expect(page.get_by_role("heading", name="Schedules")).to_be_visible()
    expect(page.get_by_text("300 + 3")).to_have_count(0)


def test_a_node_is_paused_resumed_drained_and_resized(page):
    page.goto("/app/nodes")
    node = row(page, "node-2@")
    node.get_by_role("button", name="Pause…").click()
    confirm(page, "Pause", note="new disk")
    expect(node).to_contain_text("Paused")
    expect(node).to_contain_text("new disk")

    node.get_by_role("button", name="Resume…").click()
    confirm(page, "Resume")
    expect(node).to_contain_text("Active")

    node.get_by_role("button", name="Resize…").click()
    page.get_by_role("dialog").get_by_label("Slots").fill("101")
    page.get_by_role("button", name="Resize", exact=True).click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_be_visible()
    page.get_by_role("dialog").get_by_label("Slots").fill("3")
    confirm(page, "Resize")
    expect(node.get_by_label("0 of 3 slots busy")).to_be_visible()

    node.get_by_role("button", name="Drain…").click()
    confirm(page, "Drain")
    expect(node).to_contain_text("Drained")
    node.get_by_role("button", name="Resume…").click()
    confirm(page, "Resume")
    expect(node).to_contain_text("Active")


def test_a_node_is_stopped(page):
    page.goto("/app/nodes")
    node = row(page, "node-3@")
    node.get_by_role("button", name="Stop…").click()
    confirm(page, "Stop", note="sold")
    expect(node).to_contain_text("Offline")
    expect(node.get_by_role("button", name="Stop…")).to_have_count(0)
    expect(page.get_by_text("2 of 3 nodes online")).to_be_visible()


def test_a_queue_is_added_limited_paused_and_resumed(page, ask):
    page.goto("/app/queues")
    page.get_by_role("button", name="New queue…").click()
    page.get_by_role("dialog").get_by_label("Name").fill("reports")
    confirm(page, "Add it")
    queue = row(page, "reports")
    queue.get_by_role("button", name="Limit…").click()
    page.get_by_role("dialog").get_by_label(re.compile("at once")).fill("2")
    confirm(page, "Limit")
    expect(queue).to_contain_text("≤ 2")

    queue.get_by_role("button", name="Pause…").click()
    confirm(page, "Pause", note="month's end")
    expect(queue).to_contain_text("month's end")
    ask(CREATE, tasks=[{"a": 1, "b": n, "queue": "reports"} for n in range(3)])
    expect(queue.get_by_role("link", name="3", exact=True)).to_be_visible()

    queue.get_by_role("button", name="Resume").click()
    expect(queue).to_contain_text("Open")
    expect(queue.get_by_role("link", name="0", exact=True)).to_have_count(2)


def test_the_log_grows_holds_still_and_is_read_from_any_place(page, ask):
    ask(CREATE, tasks=[{"a": 41, "b": 1}])
    page.goto("/app/events")
    expect(row(page, "Succeeded", "41 + 1 = 42")).to_be_visible()
    ask(CREATE, tasks=[{"a": 43, "b": 1}])
    expect(row(page, "Succeeded", "43 + 1 = 44")).to_be_visible()

    page.get_by_role("button", name="Hold still").click()
    ask(CREATE, tasks=[{"a": 45, "b": 1}])
    row(page, "Created", "43 + 1").get_by_role("link", name="from here").click()
    # What followed, the oldest first, as far as to now.
    expect(row(page, "Succeeded", "45 + 1 = 46")).to_be_visible()
    expect(page.get_by_text("41 + 1")).to_have_count(0)
    ask(CREATE, tasks=[{"a": 47, "b": 1}])
    expect(row(page, "Succeeded", "47 + 1 = 48")).to_be_visible()

    page.get_by_role("button", name="Nodes").click()
    expect(page.get_by_text("47 + 1")).to_have_count(0)
    page.get_by_role("link", name="To the end of the log").click()
    expect(row(page, "Node online")).to_be_visible()


def test_the_log_is_read_back_page_by_page(page, ask):
    # More lines than a page has, whatever has ended when it is read.
    for n in range(60):
        ask(CREATE, tasks=[{"a": 6_000 + n, "b": 0}])
    page.goto("/app/events")
    expect(row(page, "Created", "6059 + 0")).to_be_visible()
    page.get_by_role("link", name="Older →").click()
    expect(row(page, "Created", "6059 + 0")).to_have_count(0)
    expect(page.get_by_role("row")).not_to_have_count(1)


def test_who_comes_with_no_place_of_the_log_is_told_so(page):
    page.goto("/app/events?after=nonsense")
    expect(page.get_by_role("alert")).to_contain_text("This is no place in the log")


def test_everything_is_reached_by_keys(page):
    page.goto("/")
    expect(page.get_by_role("heading", level=1, name="Overview")).to_be_visible()
    for key, title in {"t": "Tasks", "s": "Schedules", "n": "Nodes", "q": "Queues"}.items():
        page.keyboard.press("g")
        page.keyboard.press(key)
        heading = page.get_by_role("heading", level=1, name=title)
        expect(heading).to_be_focused()
        expect(page).to_have_title(re.compile(title))
    page.keyboard.press("/")
    page.keyboard.type("12345")
    expect(page.get_by_role("searchbox")).to_have_value("12345")
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()


def test_a_choice_of_theme_is_kept(page):
    page.goto("/")
    page.get_by_role("button", name="Dark").click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
