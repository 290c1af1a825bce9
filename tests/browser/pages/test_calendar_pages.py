"""Calendars: created, edited, renamed, used by schedules, and deleted when none uses them."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.client import choose, row

SAVE = "mutation ($input: SaveCalendarInput!) { saveCalendar(input: $input) { errors { field } } }"
DELETE = """
    mutation ($name: String!) {
      deleteTaskSchedules(input: {where: {calendar: $name}}) { count }
      deleteCalendar(input: {name: $name}) { deletedId }
    }
"""
SATURDAYS = {"days": ["SATURDAY"], "from": "00:00", "until": "00:00"}


@pytest.fixture
def save(ask):
    """Saves calendars, and deletes them and their schedules after the test."""
    saved = []

    def save(name, **values):
        saved.append(name)
        assert ask(SAVE, input={"name": name} | values)["saveCalendar"]["errors"] == []

    yield save
    for name in saved:
        ask(DELETE, name=name)


def next_times(page):
    return page.get_by_role("region", name="Next excluded times").get_by_role("listitem")


def test_calendar_is_previewed_created_edited_renamed_and_deleted(page):
    page.goto("/app/schedules")
    page.get_by_role("link", name="Calendars").click()
    page.get_by_role("link", name="Create calendar", exact=True).click()
    expect(next_times(page)).to_have_count(10)
    page.get_by_label("Time zone").fill("Europe/Nowhere")
    expect(page.get_by_label("Time zone")).to_have_accessible_description(re.compile("IANA"))
    page.get_by_label("Time zone").fill("Europe/Berlin")
    page.get_by_role("button", name="Remove entry 1 of Every week").click()
    expect(next_times(page)).to_have_count(0)
    page.get_by_role("button", name="Add dates").click()
    page.get_by_label("First day").fill("2027-01-03")
    page.get_by_label("Last day").fill("2027-01-01")
    expect(page.get_by_label("Last day")).to_have_accessible_description(
        "Must not be earlier than `from`."
    )
    page.get_by_label("Last day").fill("2027-01-04")
    expect(next_times(page)).to_have_count(1)
    page.get_by_role("button", name="Create calendar").click()
    expect(page.get_by_label("Name")).to_be_focused()
    expect(page.get_by_label("Name")).to_have_accessible_description("Name is required.")
    page.get_by_label("Name").fill("holidays / 2027")
    page.get_by_role("button", name="Create calendar").click()

    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Calendar holidays / 2027")
    configuration = page.get_by_role("region", name="Configuration")
    expect(configuration).to_contain_text("2027-01-03 to 2027-01-04")
    page.get_by_role("button", name="Edit").click()
    page.get_by_role("button", name="Add weekly hours").click()
    page.get_by_label("Sun").uncheck()
    page.get_by_label("From").fill("18:00")
    page.get_by_role("button", name="Save changes").click()
    expect(configuration).to_contain_text(re.compile("Sat 18:00.00:00"))

    page.get_by_role("button", name="Rename…").click()
    page.get_by_label("New name").fill("holidays")
    page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    expect(heading).to_have_text("Calendar holidays")
    expect(page).to_have_url(re.compile("/calendars/holidays$"))

    page.get_by_role("button", name="Delete…").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("The calendar holidays is deleted.")).to_be_visible()
    expect(page).to_have_url(re.compile("/calendars$"))


def test_calendar_shows_its_schedules_and_is_kept_while_they_use_it(page, save, ask):
    save("saturdays", timeZone="Europe/Berlin", weekly=[SATURDAYS])
    page.goto("/app/schedules/new")
    page.get_by_label("A", exact=True).fill("307")
    page.get_by_text("Advanced options").click()
    page.get_by_label("saturdays").check()
    page.get_by_label("Labels").fill("nightly, billing")
    page.get_by_role("button", name="Create schedule").click()
    configuration = page.get_by_role("region", name="Configuration")
    expect(configuration).to_contain_text("nightly, billing")
    configuration.get_by_role("link", name="saturdays").click()

    schedules = page.get_by_role("table", name="Schedules")
    expect(row(schedules, "307 + 3")).to_be_visible()
    page.goto("/app/schedules/calendars")
    calendar = row(page, "saturdays", "Sat")
    choose(calendar, "Delete…")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(dialog).to_contain_text("Schedules that use the calendar: 1.")


def test_name_of_another_calendar_is_refused(page, save):
    save("taken", weekly=[SATURDAYS])
    page.goto("/app/schedules/new-calendar")
    page.get_by_label("Name").fill("taken")
    expect(page.get_by_label("Name")).to_have_accessible_description(
        re.compile("^A calendar with this name exists")
    )

    page.goto("/app/schedules/calendars/nowhere")
    expect(page.get_by_role("heading", level=1)).to_have_text("Calendar not found")
