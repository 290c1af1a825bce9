"""What needs attention is on the Overview and in the title of every page until it is mended."""

import re

from playwright.sync_api import expect

from tests.browser.client import CREATE

# The browser of the tests has no place for notifications.
RECORD_NOTIFICATIONS = """
    window.shown = [];
    window.Notification = class {
      static permission = "default";
      static async requestPermission() { return (this.permission = "granted"); }
      constructor(title, { body }) { window.shown.push(`${title}: ${body}`); }
    };
"""
PAUSED_QUEUE = """
    mutation {
      createQueue(input: {name: "billing"}) { errors { message } }
      pauseQueue(input: {name: "billing", note: "invoice run"}) { errors { message } }
    }
"""


def test_paused_queue_is_shown_and_resumed(page, ask):
    ask(PAUSED_QUEUE)
    ask(CREATE, tasks=[{"a": 71_001, "b": 0, "queue": "billing"}])
    page.goto("/")
    panel = page.get_by_role("region", name="Needs attention")
    item = panel.get_by_role("listitem").filter(has_text="billing")
    expect(item).to_contain_text("Queue paused")
    expect(item).to_contain_text("invoice run")
    expect(item).to_contain_text("1 task.")

    item.get_by_role("button", name="Resume queue").click()

    expect(item).to_have_count(0)


def test_count_is_in_the_title_and_the_navigation_of_every_page(page, ask):
    others = len(ask("{ cluster { attention { kind } } }")["cluster"]["attention"])
    ask(CREATE, tasks=[{"a": 71_002, "b": 0, "slots": 16}])
    page.goto("/app/tasks")
    expect(page).to_have_title(f"({others + 1}) Tasks · Cluster scheduler")
    icon = page.locator("link[rel=icon]")
    expect(icon).to_have_attribute("href", re.compile(rf"^data:image/svg.*%3E{others + 1}%3C"))
    overview = page.get_by_role("navigation", name="Pages").get_by_role("link", name="Overview")
    expect(overview).to_have_accessible_name(f"Overview {others + 1} need attention")

    overview.click()
    items = page.get_by_role("region", name="Needs attention").get_by_role("listitem")
    item = items.filter(has_text="The task needs 16 slots")
    item.get_by_role("link", name="View tasks").click()
    expect(page.get_by_role("row").filter(has_text="71002 + 0")).to_be_visible()

    ask("mutation { cancelTasks(input: {where: {a: {equals: 71002}}}) { count } }")
    expect(page).not_to_have_title(f"({others + 1}) Tasks · Cluster scheduler")


def test_new_item_is_a_notification_for_viewers_who_want_them(page, ask):
    page.add_init_script(RECORD_NOTIFICATIONS)
    ask(CREATE, tasks=[{"a": 71_003, "b": 0, "slots": 17}])
    page.goto("/app/tasks")
    expect(page).to_have_title(re.compile(r"^\(\d+\) Tasks"))
    switch = page.get_by_role("button", name="Notifications")
    expect(switch).to_have_attribute("aria-pressed", "false")
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "true")

    ask(CREATE, tasks=[{"a": 71_003, "b": 0, "slots": 18}])

    page.wait_for_function("() => shown.length > 0")
    # What needed attention before is no news.
    [shown] = page.evaluate("shown")
    assert shown.startswith("Can never run: The task needs 18 slots")
    ask("mutation { cancelTasks(input: {where: {a: {equals: 71003}}}) { count } }")
