"""Users keep what the list of tasks shows under a name."""

import re

from playwright.sync_api import expect

from tests.browser.client import LATER, create, row, search_field

NAMES = "{ savedViews { name search columns } }"


def test_view_is_saved_chosen_and_deleted_with_the_keyboard(page, ask):
    create(ask, {"a": 79_000, "b": 1, "runAt": LATER})
    page.goto("/app/tasks?search=a:79000&order=oldest&columns=queue,created")
    headers = page.get_by_role("columnheader")
    expect(headers.filter(has_text="Queue")).to_have_count(1)
    expect(headers.filter(has_text="Priority")).to_have_count(0)
    button = page.get_by_role("button", name="Views")
    views = page.get_by_role("region", name="Views")

    button.focus()
    page.keyboard.press("Enter")
    expect(views.get_by_role("link", name="Failed in the last day")).to_be_focused()
    views.get_by_role("button", name="Save this view…").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Save view")
    expect(dialog).to_contain_text("a:79000")
    expect(dialog).to_contain_text("Queue, Created")
    page.keyboard.press("Enter")
    expect(dialog.get_by_label("Name")).to_have_accessible_description("Name is required.")
    page.keyboard.type("later ones")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(button).to_be_focused()
    assert ask(NAMES)["savedViews"] == [
        {"name": "later ones", "search": "a:79000", "columns": ["QUEUE", "CREATED"]}
    ]

    # A built-in view, then the saved one again.
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("search=status%3Afailed.*&order=finished$"))
    expect(views).to_have_count(0)
    button.click()
    saved = views.get_by_role("list", name="Saved views")
    expect(saved.get_by_role("link")).not_to_have_attribute("aria-current", "true")
    saved.get_by_role("link", name="later ones").press("Enter")
    expect(search_field(page)).to_have_value("a:79000")
    expect(row(page, "79000 + 1")).to_be_visible()
    expect(headers.filter(has_text="Priority")).to_have_count(0)

    button.click()
    expect(saved.get_by_role("link")).to_have_attribute("aria-current", "true")
    page.keyboard.press("Escape")
    expect(views).to_have_count(0)
    expect(button).to_be_focused()
    button.click()
    saved.get_by_role("button", name="Delete later ones").press("Enter")
    page.get_by_role("button", name="Delete", exact=True).press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert ask(NAMES)["savedViews"] == []


def test_invalid_search_is_not_saved(page, ask):
    page.goto("/app/tasks?search=status:lost")
    page.get_by_role("button", name="Views").click()
    page.get_by_role("button", name="Save this view…").click()
    dialog = page.get_by_role("dialog", name="Save view")
    dialog.get_by_label("Name").fill("lost")
    page.keyboard.press("Enter")

    expect(dialog.get_by_role("alert")).to_contain_text("`lost` is not one of the values.")
    assert ask(NAMES)["savedViews"] == []


def test_built_in_views_are_valid_searches(page):
    page.goto("/app/tasks")
    for index in range(4):
        page.get_by_role("button", name="Views").click()
        views = page.get_by_role("list", name="Built-in views")
        views.get_by_role("link").nth(index).click()
        expect(page.get_by_text(re.compile(r"tasks? found"))).to_be_visible()
        expect(search_field(page)).not_to_have_attribute("aria-invalid", "true")
