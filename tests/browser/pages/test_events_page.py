"""The event log on its page."""

import re

from playwright.sync_api import expect

from tests.browser.client import CREATE, row


def test_event_log_grows_pauses_and_is_read_from_any_place(page, ask):
    ask(CREATE, tasks=[{"a": 41, "b": 1, "durationMs": 1}])
    page.goto("/app/events")
    expect(row(page, "Succeeded", "41 + 1 = 42")).to_be_visible()
    ask(CREATE, tasks=[{"a": 43, "b": 1, "durationMs": 1}])
    expect(row(page, "Succeeded", "43 + 1 = 44")).to_be_visible()

    page.get_by_role("button", name="Pause").click()
    ask(CREATE, tasks=[{"a": 45, "b": 1, "durationMs": 1}])
    expect(page.get_by_role("button", name=re.compile(r"Show \d+ new event"))).to_be_visible()
    expect(page.get_by_text("45 + 1")).to_have_count(0)
    row(page, "Created", "43 + 1").get_by_role("link", name="Permalink").click()
    # The events after it, the oldest first, up to now.
    expect(row(page, "Succeeded", "45 + 1 = 46")).to_be_visible()
    expect(page.get_by_text("41 + 1")).to_have_count(0)
    ask(CREATE, tasks=[{"a": 47, "b": 1, "durationMs": 1}])
    expect(row(page, "Succeeded", "47 + 1 = 48")).to_be_visible()

    page.get_by_role("button", name="Nodes").click()
    expect(page.get_by_text("47 + 1")).to_have_count(0)
    page.get_by_role("link", name="Jump to latest").click()
    expect(row(page, "Node online")).to_be_visible()


def test_event_log_is_read_page_by_page(page, ask):
    # More events than a page has, whatever has ended when it is read.
    for n in range(60):
        ask(CREATE, tasks=[{"a": 6_000 + n, "b": 0}])
    page.goto("/app/events")
    expect(row(page, "Created", "6059 + 0")).to_be_visible()
    page.get_by_role("link", name="Older →").click()
    expect(row(page, "Created", "6059 + 0")).to_have_count(0)
    expect(page.get_by_role("row")).not_to_have_count(1)


def test_invalid_cursor_is_named(page):
    page.goto("/app/events?after=nonsense")
    expect(page.get_by_role("alert").filter(has_text="Invalid cursor")).to_be_visible()
