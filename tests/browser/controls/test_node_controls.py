"""Worker nodes are controlled by the menus of their rows."""

import re

from playwright.sync_api import expect

from tests.browser.client import choose, confirm, row


def test_node_is_paused_resumed_drained_and_resized(page):
    page.goto("/app/nodes")
    node = row(page, "node-2@")
    choose(node, "Pause…")
    confirm(page, "Pause", reason="new disk")
    expect(node).to_contain_text("Paused")
    expect(node).to_contain_text("new disk")

    choose(node, "Resume…")
    # Enter submits, wherever the focus is.
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(node).to_contain_text("Active")
    # The focus is where it was before the dialog.
    expect(node.get_by_role("button", name="Actions for")).to_be_focused()

    choose(node, "Resize…")
    slots = page.get_by_role("dialog").get_by_label("Slots")
    slots.fill("101")
    slots.press("Enter")
    expect(slots).to_have_accessible_description("Slots must be a whole number from 1 to 100.")
    slots.fill("3")
    confirm(page, "Resize")
    expect(node.get_by_label("0 of 3 slots used")).to_be_visible()

    choose(node, "Drain…")
    deadline = page.get_by_role("dialog").get_by_label("Deadline")
    deadline.fill("2020-01-01T00:00:00")
    page.get_by_role("dialog").get_by_role("button", name="Drain", exact=True).click()
    expect(deadline).to_have_attribute("aria-invalid", "true")
    deadline.fill("2099-01-01T00:00:00")
    confirm(page, "Drain")
    expect(node).to_contain_text("Drained")
    expect(node).to_contain_text("Deadline Jan 1, 2099, 00:00:00")
    choose(node, "Resume…")
    confirm(page, "Resume")
    expect(node).to_contain_text("Active")


def test_queues_are_assigned_to_a_node(page, ask):
    ask('mutation { createQueue(input: {name: "assigned"}) { errors { message } } }')
    page.goto("/app/nodes")
    node = row(page, "node-1@")
    choose(node, "Assign queues…")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("these queues only").check()
    for box in dialog.get_by_role("checkbox").all():
        box.uncheck()
    dialog.get_by_label("assigned").check()
    confirm(page, "Assign")
    expect(node.get_by_role("cell", name="assigned", exact=True)).to_be_visible()

    choose(node, "Assign queues…")
    expect(dialog.get_by_label("assigned")).to_be_checked()
    dialog.get_by_label("started with").check()
    confirm(page, "Assign")
    expect(node.get_by_role("cell", name=re.compile("default"))).to_be_visible()


def test_menu_is_used_by_keys(page):
    page.goto("/app/nodes")
    actions = row(page, "node-1@").get_by_role("button", name="Actions for")
    actions.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="Pause…")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("menuitem", name="Kill…")).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name=re.compile("^Drain node-1@"))).to_be_visible()
    page.keyboard.press("Escape")
    expect(actions).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_role("menu")).to_have_count(0)
    expect(actions).to_be_focused()


def test_node_is_stopped(page):
    page.goto("/app/nodes")
    node = row(page, "node-3@")
    choose(node, "Stop…")
    confirm(page, "Stop", reason="sold")
    expect(node).to_contain_text("Offline")
    node.get_by_role("button", name="Actions for").click()
    expect(page.get_by_role("menuitem", name="Resize…")).to_be_visible()
    expect(page.get_by_role("menuitem", name="Stop…")).to_have_count(0)
    expect(page.get_by_text("2 of 3 nodes online")).to_be_visible()

    page.get_by_role("menuitem", name="Remove…").click()
    confirm(page, "Remove")
    expect(node).to_have_count(0)
    expect(page.get_by_text("2 of 2 nodes online")).to_be_visible()
