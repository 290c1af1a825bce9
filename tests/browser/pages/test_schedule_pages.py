"""The history of a schedule as a strip, and the timeline of all schedules."""

import re

import pytest
from playwright.sync_api import expect

CREATE = """
    mutation (
      $a: BigInt!, $recurrence: RecurrenceInput!, $failAttempts: Int!, $labels: [String!]!
    ) {
      createTaskSchedule(input: {
        a: $a, b: 1, recurrence: $recurrence, failAttempts: $failAttempts, maxAttempts: 1
        labels: $labels
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

    def make(recurrence, *, a=1, fail_attempts=0, labels=()):
        values = {"a": a, "recurrence": recurrence, "failAttempts": fail_attempts}
        values["labels"] = labels
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


def test_list_of_schedules_is_filtered_by_labels(page, create):
    for a, labels in ((501, ["nightly"]), (502, ["nightly", "billing"]), (503, [])):
        create({"interval": 3600}, a=a, labels=labels)
    page.goto("/app/schedules")
    rows = page.get_by_role("table", name="Schedules").get_by_role("row")
    expect(rows.filter(has_text="503 + 1")).to_be_visible()

    page.get_by_role("button", name="nightly").click()
    expect(rows.filter(has_text="503 + 1")).to_have_count(0)
    expect(rows.filter(has_text="501 + 1")).to_be_visible()
    page.get_by_label("Label", exact=True).fill("billing")
    page.get_by_label("Label", exact=True).press("Enter")

    expect(page).to_have_url(re.compile(r"\?label=nightly&label=billing$"))
    expect(rows.filter(has_text="501 + 1")).to_have_count(0)
    expect(rows.filter(has_text="502 + 1")).to_be_visible()
    page.get_by_role("button", name="nightly").click()
    expect(page).to_have_url(re.compile(r"\?label=billing$"))


def test_form_asks_for_the_number_of_concurrent_runs_where_they_are_allowed(page, create):
    schedule = create({"interval": 3600})
    page.goto(f"/app/schedules/{schedule}/edit")
    page.get_by_text("Advanced options").click()
    concurrent = page.get_by_label("Concurrent runs")
    expect(concurrent).to_be_hidden()

    page.get_by_label("While a run is active").select_option(label="Start another run")
    concurrent.fill("4")
    page.get_by_role("button", name="Save changes").click()

    expect(page.get_by_text("Start another run, up to 4 at the same time")).to_be_visible()
