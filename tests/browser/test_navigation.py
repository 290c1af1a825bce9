"""The keyboard, the command palette and narrow screens reach everything."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.client import LATER, create, row


def test_keyboard_reaches_everything(page):
    page.goto("/")
    expect(page.get_by_role("heading", level=1, name="Overview")).to_be_visible()
    for key, title in {"t": "Tasks", "s": "Schedules", "n": "Nodes", "q": "Queues"}.items():
        page.keyboard.press("g")
        page.keyboard.press(key)
        heading = page.get_by_role("heading", level=1, name=title)
        expect(heading).to_be_focused()
        expect(page).to_have_title(re.compile(title))
    page.keyboard.press("/")
    page.keyboard.type("12345")
    expect(page.get_by_role("combobox", name="Search tasks")).to_have_value("12345")
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()


@pytest.fixture
def saved_view(ask):
    """A saved view, which is deleted afterwards because other tests see it too."""
    view = 'name: "Palette view", search: "queue:palette-mail"'
    saved = ask(f"mutation {{ saveView(input: {{{view}}}) {{ view {{ id }} }} }}")
    yield
    delete = "mutation ($id: ID!) { deleteView(input: {id: $id}) { deletedId } }"
    ask(delete, id=saved["saveView"]["view"]["id"])


def test_command_palette_finds_pages_actions_names_and_tasks(page, ask, saved_view):
    ask('mutation { createQueue(input: {name: "palette-mail"}) { errors { message } } }')
    [uuid] = create(ask, {"a": 4711, "b": 1, "runAt": LATER})
    page.goto("/app/queues")
    expect(row(page, "palette-mail")).to_be_visible()
    palette = page.get_by_role("dialog", name="Command palette")
    field = palette.get_by_role("combobox")
    chosen = palette.get_by_role("option", selected=True)

    def find(text, option):
        page.keyboard.press("Control+k")
        field.fill(text)
        expect(chosen).to_contain_text(option)
        expect(field).to_have_attribute("aria-activedescendant", chosen.get_attribute("id"))

    # An action of the page, whose dialog opens.
    find("create q", "Create queue…")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Create queue")).to_be_visible()
    expect(palette).to_have_count(0)
    page.keyboard.press("Control+k")
    expect(palette).to_have_count(0)
    page.keyboard.press("Escape")
    # An action on one of the rows, by its name.
    find("palette pause", "palette-mail: Pause…")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Pause the queue palette-mail?")).to_be_visible()
    page.keyboard.press("Escape")

    for text, option, path in (
        ("palette view", "Palette view", "/app/tasks?search=queue%3Apalette-mail"),
        ("palette-ma", "palette-mail", "/app/queues/palette-mail"),
        (uuid[-8:], "4711 + 1", f"/app/tasks/{uuid}"),
        ("node-1", "node-1@", "/app/nodes/node-1"),
        ("webho", "Webhooks", "/app/webhooks"),
    ):
        find(text, option)
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(re.escape(path)))
    # The focus is where that of a new page is.
    expect(page.get_by_role("heading", level=1)).to_be_focused()

    find("zzz", "Search tasks for “zzz”")
    field.fill("")
    page.keyboard.press("ArrowUp")
    expect(chosen).to_have_text("Keyboard shortcuts")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(palette).to_have_count(0)


def test_chosen_theme_is_kept(page):
    page.goto("/")
    page.get_by_role("button", name="Dark theme").click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


@pytest.mark.parametrize("width", [390, 768])
def test_narrow_screen_reaches_everything(page, width):
    page.set_viewport_size({"width": width, "height": 740})
    page.goto("/")
    sections = page.get_by_role("navigation", name="Pages").get_by_role("link")
    expect(sections).to_have_count(7)
    for link in sections.all():
        expect(link).to_be_in_viewport(ratio=1)
    page.get_by_role("button", name="Menu").click()
    for name in ("GraphiQL", "REST API", "Admin", "API tokens"):
        tools = page.get_by_role("navigation", name="Tools")
        expect(tools.get_by_role("link", name=name)).to_be_in_viewport()
    page.get_by_role("link", name="API tokens").click()
    expect(page.get_by_role("heading", level=1, name="API tokens")).to_be_visible()
    expect(page.get_by_role("link", name="REST API")).to_be_hidden()
