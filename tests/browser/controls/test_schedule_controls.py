"""Schedules are created, edited and controlled on their pages."""

import re

from playwright.sync_api import expect

from tests.browser.client import choose, confirm, row


def test_schedule_is_previewed_created_controlled_and_deleted(page):
    page.goto("/app/schedules")
    page.get_by_role("link", name="Create schedule").click()
    interval = page.get_by_label("Interval")
    interval.fill("0")
    expect(interval).to_have_accessible_description(re.compile("^Interval must be a whole number"))
    interval.fill("1")
    page.get_by_label("Unit").select_option("seconds")
    page.get_by_label("A", exact=True).fill("300")
    upcoming = page.get_by_role("region", name="Upcoming runs")
    expect(upcoming.get_by_role("listitem")).to_have_count(8)
    page.get_by_role("button", name="Create schedule").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("300 + 3 every 1 s")
    history = page.get_by_role("region", name="Run history")
    expect(history.get_by_role("row", name=re.compile("Fired")).nth(2)).to_be_visible()
    page.get_by_role("button", name="Pause…").click()
    confirm(page, "Pause", reason="for a while")
    expect(page.get_by_text("for a while")).to_be_visible()
    expect(upcoming).to_contain_text("No run is triggered while the schedule is paused.")

    page.get_by_role("button", name="Run now").click()
    expect(history).to_contain_text("Triggered manually")
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("Active", exact=True)).to_be_visible()

    page.goto("/app/schedules")
    schedule = row(page, "300 + 3", "Active")
    expect(schedule).to_contain_text("1 s")
    choose(schedule, "Delete…")
    confirm(page, "Delete")
    expect(page.get_by_text("The schedule is deleted.")).to_be_visible()
    expect(page.get_by_text("300 + 3")).to_have_count(0)


def test_cron_schedule_is_previewed_in_words_created_and_edited(page, ask):
    page.goto("/app/schedules/new")
    page.get_by_label("Runs", exact=True).select_option("By a cron expression")
    expect(page.get_by_label("Interval")).to_be_hidden()
    page.get_by_label("A", exact=True).fill("305")
    page.get_by_label("Cron expression").fill("0 0 30 2 *")
    expect(page.get_by_label("Cron expression")).to_have_accessible_description(
        re.compile("day of month is not valid")
    )
    page.get_by_label("Cron expression").fill("30 2 * * *")
    page.get_by_label("Time zone").fill("Europe/Berlin")
    upcoming = page.get_by_role("region", name="Upcoming runs")
    expect(upcoming.get_by_text("At 02:30 every day, Europe/Berlin")).to_be_visible()
    expect(upcoming.get_by_role("listitem")).to_have_count(8)
    page.get_by_text("Advanced options").click()
    page.get_by_label("Missed runs").select_option("Run all in order")
    page.get_by_role("button", name="Create schedule").click()

    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("305 + 3 at 02:30 every day, Europe/Berlin")
    configuration = page.get_by_role("region", name="Configuration")
    expect(configuration).to_contain_text("Run all in order")
    page.get_by_role("button", name="Edit").click()
    expect(page.get_by_label("Cron expression")).to_have_value("30 2 * * *")
    page.get_by_text("Advanced options").click()
    expect(page.get_by_label("Missed runs")).to_have_value("ALL")
    page.get_by_label("Runs", exact=True).select_option("Once")
    page.get_by_label("Run at").fill("2100-01-01T00:00:00")
    page.get_by_role("button", name="Save changes").click()
    expect(heading).to_have_text(re.compile(r"305 \+ 3 once, at "))


def test_schedule_is_edited(page, ask):
    schedule = ask(
        'mutation { createTaskSchedule(input: {a: 310, b: 3, scheduledAt: "2026-01-01T00:00:00Z",'
        " recurrence: {interval: 7200}, slots: 2, maxRuns: 9}) { taskSchedule { uuid } } }"
    )["createTaskSchedule"]["taskSchedule"]["uuid"]
    page.goto(f"/app/schedules/{schedule}")
    page.get_by_role("button", name="Edit").click()
    expect(page.get_by_label("Interval")).to_have_value("2")
    expect(page.get_by_label("Unit")).to_have_value("3600")
    page.get_by_label("Interval").fill("3")
    page.get_by_text("Advanced options").click()
    expect(page.get_by_label("Slots")).to_have_value("2")
    page.get_by_label("Maximum runs").fill("")
    page.get_by_label("Jitter").fill("99999")
    # Said while it is entered.
    expect(page.get_by_label("Jitter")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Jitter").fill("60")
    expect(page.get_by_label("Jitter")).not_to_have_attribute("aria-invalid", "true")
    page.get_by_role("button", name="Save changes").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("310 + 3 every 3 h")
    query = """query ($id: ID!) { taskSchedule(id: $id) {
        recurrence { interval } maxRuns jitter scheduledAt task { a slots } } }"""
    assert ask(query, id=schedule)["taskSchedule"] == {
        **{"recurrence": {"interval": 10_800}, "maxRuns": None, "jitter": 60},
        "task": {"a": "310", "slots": 2},
        **{"scheduledAt": "2026-01-01T00:00:00+00:00"},
    }


def test_skipped_runs_in_a_row_are_one_row_with_a_count(page, ask):
    schedule = ask(
        'mutation { createTaskSchedule(input: {a: 320, b: 3, scheduledAt: "2026-01-01T00:00:00Z",'
        " recurrence: {interval: 1}, durationMs: 60000}) { taskSchedule { uuid } } }"
    )["createTaskSchedule"]["taskSchedule"]["uuid"]
    page.goto(f"/app/schedules/{schedule}")
    history = page.get_by_role("region", name="Run history")
    skipped = history.get_by_role("row", name=re.compile(r"Skipped \d+ Previous run active"))
    expect(skipped).to_have_count(1)
    ask(
        "mutation ($id: ID!) { deleteTaskSchedule(input: {id: $id}) { deletedId } }",
        id=schedule,
    )


def test_all_schedules_of_a_label_are_controlled_together(page, ask):
    create = """mutation ($input: CreateTaskSchedulesInput!) {
        createTaskSchedules(input: $input) { errors { message } } }"""
    schedule = {"a": 701, "b": 1, "labels": ["together"], "recurrence": {"interval": 3600}}
    schedule["scheduledAt"] = "2026-01-01T00:00:00Z"
    ask(create, input={"taskSchedules": [schedule, schedule | {"a": 702}]})
    page.goto("/app/schedules?label=together")
    rows = page.get_by_role("table", name="Schedules").get_by_role("row")
    actions = page.get_by_role("group", name="Actions for many schedules")

    actions.get_by_role("button", name="Pause all matching…").click()
    confirm(page, "Pause 2 schedules", reason="a release")
    expect(page.get_by_text("2 schedules paused.")).to_be_visible()
    expect(rows.filter(has_text="Paused")).to_have_count(2)
    actions.get_by_role("button", name="Pause all matching…").click()
    expect(page.get_by_text("No schedule can be paused.")).to_be_visible()
    actions.get_by_role("button", name="Resume all matching…").click()
    confirm(page, "Resume 2 schedules")
    expect(rows.filter(has_text="Active")).to_have_count(2)
    actions.get_by_role("button", name="Delete all matching…").click()
    confirm(page, "Delete 2 schedules")
    expect(page.get_by_text("No schedule has this label.")).to_be_visible()
