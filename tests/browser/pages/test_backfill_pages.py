"""Backfills: planned, started, followed, paused, resumed, cancelled, and their runs retried."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.client import row
from tests.browser.test_accessibility import violations

CREATE = """
    mutation ($schedule: CreateTaskScheduleInput!) {
      createTaskSchedule(input: $schedule) { taskSchedule { uuid } errors { message } }
    }
"""
BACKFILL = """
    mutation ($schedule: ID!) {
      createBackfill(input: {
        scheduleId: $schedule, from: "2026-02-01T00:00:00Z", until: "2026-02-28T00:00:00Z"
      }) { backfill { uuid } errors { message } }
    }
"""
DELETE = "mutation ($id: ID!) { deleteTaskSchedule(input: {id: $id}) { errors { message } } }"


@pytest.fixture
def daily(ask):
    """Creates schedules of a day, and deletes them with their backfills after the test."""
    created = []

    def make(**options):
        schedule = {
            **{"a": 411, "b": 5, "recurrence": {"interval": 86_400}},
            **{"scheduledAt": "2026-01-01T00:00:00Z"},
        }
        found = ask(CREATE, schedule=schedule | options)["createTaskSchedule"]
        assert found["errors"] == []
        created.append(found["taskSchedule"]["uuid"])
        return created[-1]

    yield make
    for id in created:
        ask(DELETE, id=id)


def open_dialog(page, schedule):
    page.goto(f"/app/schedules/{schedule}")
    page.get_by_role("button", name="Backfill…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("From").fill("2026-02-01T00:00:00")
    dialog.get_by_label("Until").fill("2026-02-10T00:00:00")
    return dialog


def test_backfill_is_planned_started_and_done(page, daily):
    schedule = daily()
    page.goto(f"/app/schedules/{schedule}")
    backfills = page.get_by_role("region", name="Backfills")
    expect(backfills).to_contain_text("No backfills.")
    dialog = open_dialog(page, schedule)
    expect(dialog.get_by_role("status")).to_contain_text("10 runs")
    dialog.get_by_label("Until").fill("2026-01-01T00:00:00")
    expect(dialog.get_by_label("From")).to_have_accessible_description(
        "Must not be later than `until`."
    )
    expect(dialog.get_by_role("status")).to_be_empty()
    dialog.get_by_label("Until").fill("2026-02-10T00:00:00")
    dialog.get_by_label("Order").select_option("Newest first")
    expect(dialog.get_by_role("status")).to_contain_text("The first one is for")
    assert violations(page) == []
    dialog.get_by_label("Max concurrent runs").fill("3")
    dialog.get_by_label("Max concurrent runs").press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Backfill of 411 + 5")
    expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "100")
    expect(page.get_by_role("main").get_by_text("Done", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)
    runs = page.get_by_role("table", name="Runs of the backfill")
    expect(row(runs, "Feb 10")).to_contain_text("416")
    expect(runs.get_by_role("row").nth(1)).to_contain_text("Feb 10")
    runs.get_by_role("row").nth(1).get_by_role("link").click()
    expect(page).to_have_url(re.compile("/app/tasks/"))

    page.goto(f"/app/schedules/{schedule}")
    expect(row(backfills, "Feb 10")).to_contain_text("Done")


def test_backfill_is_paused_resumed_and_cancelled(page, daily, ask):
    schedule = daily(durationMs=60_000)
    backfill = ask(BACKFILL, schedule=schedule)["createBackfill"]["backfill"]["uuid"]
    page.goto(f"/app/schedules/backfills/{backfill}")

    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("The backfill is paused.")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.get_by_role("button", name="Cancel…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Cancel them too").check()
    dialog.get_by_role("button", name="Cancel backfill").click()

    expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "100")
    expect(page.get_by_role("button", name="Cancel…")).to_have_count(0)


def test_failed_runs_are_retried(page, daily, ask):
    schedule = daily(failAttempts=1, maxAttempts=1)
    backfill = ask(BACKFILL, schedule=schedule)["createBackfill"]["backfill"]["uuid"]
    page.goto(f"/app/schedules/backfills/{backfill}")
    expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "100")

    page.get_by_role("button", name="Retry failed…").click()
    dialog = page.get_by_role("dialog", name="Retry 28 failed runs?")
    dialog.get_by_role("button", name="Retry").click()

    expect(page.get_by_text("The failed runs are retried.")).to_be_visible()


def test_backfills_are_listed_with_their_schedules(page, daily, ask):
    ask(BACKFILL, schedule=daily(a=413))
    page.goto("/app/schedules")
    page.get_by_role("link", name="Backfills").click()

    expect(row(page, "413 + 5")).to_contain_text("28")
    page.goto("/app/schedules/backfills/00000000-0000-0000-0000-000000000000")
    expect(page.get_by_role("heading", level=1)).to_have_text("Backfill not found")
