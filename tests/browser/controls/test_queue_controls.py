"""Queues and the scheduling policy are controlled on the page of the queues."""

from playwright.sync_api import expect

from tests.browser.client import CREATE, choose, confirm, row


def test_queue_is_created_limited_paused_and_resumed(page, ask):
    page.goto("/app/queues")
    page.get_by_role("button", name="Create queue…").click()
    name = page.get_by_role("dialog").get_by_label("Name")
    name.fill("Not Valid")
    name.press("Enter")
    expect(name).to_have_attribute("aria-invalid", "true")
    name.fill("quarterly")
    confirm(page, "Create queue")
    queue = row(page, "quarterly")
    choose(queue, "Set limits and weight…")
    page.get_by_role("dialog").get_by_label("Running limit").fill("70")
    page.get_by_role("dialog").get_by_label("Max starts").fill("50")
    page.get_by_role("dialog").get_by_label("Period").fill("10")
    confirm(page, "Change queue")
    expect(queue.get_by_role("cell", name="70", exact=True)).to_be_visible()
    rate = ask('{ queue(name: "quarterly") { startRate { count perSeconds burst } } }')
    assert rate["queue"]["startRate"] == {"count": 50, "perSeconds": 10, "burst": 50}

    choose(queue, "Pause…")
    confirm(page, "Pause", reason="month's end")
    expect(queue).to_contain_text("month's end")
    ask(CREATE, tasks=[{"a": 1, "b": n, "queue": "quarterly"} for n in range(3)])
    expect(queue.get_by_role("link", name="3", exact=True)).to_be_visible()

    choose(queue, "Resume")
    expect(queue).to_contain_text("Active")
    expect(queue.get_by_role("link", name="0", exact=True)).to_have_count(2)

    # The last notice takes back the last action, and the focus returns to where it was.
    menu = queue.get_by_role("button", name="Actions for")
    expect(menu).to_be_focused()
    undo = page.get_by_role("button", name="Undo").last
    undo.focus()
    page.keyboard.press("Enter")
    expect(queue).to_contain_text("Paused")
    expect(page.get_by_text("The queue quarterly is paused again.")).to_be_visible()
    expect(queue).to_contain_text("month's end")
    expect(menu).to_be_focused()
    ask('mutation { resumeQueue(input: {name: "quarterly"}) { errors { message } } }')


def test_scheduling_policy_is_chosen(page, ask):
    page.goto("/app/queues")
    expect(page.get_by_text("Scheduling policy: Priority, with backfill.")).to_be_visible()
    page.get_by_role("button", name="Set policy…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Order of tasks").select_option("FAIR_SHARE")
    dialog.get_by_label("Start other tasks before one that waits for slots").uncheck()
    confirm(page, "Set policy", reason="a batch of reports")
    expect(page.get_by_text("Fair share of queues, by weight, without backfill.")).to_be_visible()

    page.goto("/app/events")
    expect(page.get_by_text("Policy changed")).to_be_visible()
    expect(page.get_by_text("a batch of reports")).to_be_visible()


def test_only_an_unused_queue_is_deleted(page, ask):
    ask('mutation { createQueue(input: {name: "scratch"}) { errors { message } } }')
    page.goto("/app/queues")
    choose(row(page, "default"), "Delete…")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(dialog).to_contain_text("The default queue cannot be deleted")
    page.keyboard.press("Escape")

    queue = row(page, "scratch")
    choose(queue, "Delete…")
    confirm(page, "Delete", reason="merged")
    expect(queue).to_have_count(0)
