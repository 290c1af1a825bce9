"""Operators see alerts open and end, and change their rules."""

from playwright.sync_api import expect

CREATE = """mutation {
    createQueue(input: {name: "quiet"}) { errors { message } }
    pauseQueue(input: {name: "quiet"}) { errors { message } }
    createTask(input: {a: 1, b: 2, queue: "quiet"}) { errors { message } }
}"""
RESUME = 'mutation { resumeQueue(input: {name: "quiet"}) { errors { message } } }'
# Beat evaluates the items every five seconds.
SOON_MS = 30_000


def set_rule(page, seconds):
    page.get_by_role("button", name="Change the rule for Queue paused").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Opens after (seconds)").fill(seconds)
    dialog.get_by_label("Resolved after (seconds)").fill(seconds)
    dialog.get_by_role("button", name="Change rule").click()


def test_alert_opens_and_is_resolved(page, cluster):
    page.goto("/app/alerts")
    set_rule(page, "-1")
    expect(page.get_by_role("dialog").get_by_text("must be a whole number").first).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    set_rule(page, "0")
    rule = page.get_by_role("row", name="Queue paused", exact=False).last
    expect(rule).to_contain_text("at once")

    cluster.ask(CREATE)
    alert = page.get_by_role("row").filter(has_text="quiet")
    expect(alert).to_contain_text("Open", timeout=SOON_MS)
    cluster.ask(RESUME)
    expect(alert).to_contain_text("Resolved", timeout=SOON_MS)

    page.get_by_role("button", name="Open", exact=True).click()
    expect(alert).to_have_count(0)
    page.goto("/app/events?topic=Alerts")
    for text in ("Alert rule changed", "Alert opened", "Alert resolved"):
        expect(page.get_by_text(text).first).to_be_visible()
