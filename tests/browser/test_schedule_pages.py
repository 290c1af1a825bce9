"""The history of a schedule as a strip, and the timeline of all schedules."""

import re

import pytest
from playwright.sync_api import expect

CREATE = """
    mutation ($a: BigInt!, $recurrence: RecurrenceInput!, $failAttempts: Int!) {
      createTaskSchedule(input: {
        a: $a, b: 1, recurrence: $recurrence, failAttempts: $failAttempts, maxAttempts: 1
        scheduledAt: "2026-01-01T00:00:00Z"
      }) { taskSchedule { uuid } }
    }
"""


DELETE = """
    mutation ($id: ID!) { deleteTaskSchedule(input: {id: $id}) { errors { message } } }
"""


@pytest.fixture
def create(ask):
    """Creates schedules, and deletes them after the test because others share the cluster."""
    created = []

    def make(recurrence, *, a=1, fail_attempts=0):
        values = {"a": a, "recurrence": recurrence, "failAttempts": fail_attempts}
        created.append(ask(CREATE, **values)["createTaskSchedule"]["taskSchedule"]["uuid"])
        return created[-1]

    yield make
    for schedule in created:
        ask(DELETE, id=schedule)


def test_strip_shows_failed_runs(page, create):
    schedule = create({"interval": 1}, fail_attempts=1)
    page.goto(f"/app/schedules/{schedule}")

    strip = page.get_by_role("list", name="Newest scheduled times, newest first")

    failed = strip.get_by_role("listitem").filter(has_text="ended without a result").first
    expect(failed).to_have_attribute("title", re.compile(r"run \d+ ended without a result$"))
    expect(page.get_by_text("Run failed", exact=True)).to_be_visible()


def test_timeline_shows_when_schedules_collide(page, create):
    for a in range(3):
        create({"cron": {"expression": "7 3 * * *", "timeZone": "UTC"}}, a=a)
    page.goto("/app/schedules")
    page.get_by_role("link", name="Timeline").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Schedule timeline")

    due = page.get_by_role(
        "img", name=re.compile(r"^Schedules due in the same minute\. Most from ")
    )
    expect(due).to_be_visible()
    expect(due.locator(".bars > span")).to_have_count(96)
    page.get_by_role("button", name="7 days").click()

    expect(page).to_have_url(re.compile(r"\?range=7d$"))
    expect(due.locator(".bars > span")).to_have_count(168)
    minute = page.get_by_role("table", name="Busiest minutes").locator("time").first
    expect(minute).to_have_attribute("datetime", re.compile("T03:07:00"))
