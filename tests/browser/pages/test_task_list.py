"""Users search the list of tasks, sort it and act on many tasks."""

import re

from playwright.sync_api import expect

from tests.browser.client import CREATE, LATER, create, row, search_field


def checkboxes(page):
    return page.get_by_role("rowheader").locator("..").get_by_role("checkbox")


def test_tasks_are_filtered_searched_and_paged(page, ask):
    ask(CREATE, tasks=[{"a": 70_000 + n, "b": 1, "queue": "default"} for n in range(60)])
    page.goto("/app/tasks")
    page.get_by_role("button", name="Success").click()
    expect(page).to_have_url(re.compile("search=status%3Asuccess"))
    expect(row(page, "70059 + 1 = 70060")).to_be_visible()

    page.get_by_role("link", name="Older →").click()
    expect(page.get_by_text("70059 + 1")).to_have_count(0)
    page.get_by_role("link", name="← Newer").click()
    expect(row(page, "70059 + 1")).to_be_visible()

    page.keyboard.press("/")
    page.keyboard.press("End")
    page.keyboard.type(" 70042")
    page.keyboard.press("Enter")
    # As A, and as the result of another.
    expect(page.get_by_role("row").filter(has_text="70042")).to_have_count(2)
    expect(search_field(page)).to_be_focused()
    page.get_by_role("combobox", name="Queue").select_option("default")
    page.get_by_label("Created in the last").select_option("hour")
    # The controls and the text are one.
    text = "status:success 70042 queue:default created:<1h"
    expect(search_field(page)).to_have_value(text)
    expect(page.get_by_text("2 tasks found")).to_be_visible()
    # The view is in its URL.
    page.reload()
    expect(page.get_by_text("2 tasks found")).to_be_visible()
    expect(search_field(page)).to_have_value(text)
    expect(page.get_by_role("combobox", name="Queue")).to_have_value("default")
    chip = page.get_by_role("button", name="Success", exact=True)
    expect(chip).to_have_attribute("aria-pressed", "true")


def test_terms_of_the_search_are_removed_one_by_one(page, ask):
    create(ask, {"a": 70_500, "b": 1, "runAt": LATER, "slots": 2})
    page.goto("/app/tasks?search=status:pending -queue:mail a:70500")
    terms = page.get_by_role("list", name="Search terms").get_by_role("listitem")
    expect(terms).to_have_text(["status:pending", "-queue:mail", "a:70500"])
    page.get_by_role("button", name="Remove -queue:mail").click()
    expect(terms).to_have_text(["status:pending", "a:70500"])
    expect(search_field(page)).to_have_value("status:pending a:70500")
    page.get_by_role("button", name="Pending", exact=True).click()
    expect(terms).to_have_text(["a:70500"])
    page.get_by_role("button", name="Remove a:70500").click()
    expect(terms).to_have_count(0)
    expect(page).to_have_url(re.compile("/app/tasks$"))


def test_search_is_completed_with_the_keyboard(page, ask):
    ask('mutation { createQueue(input: {name: "two-words"}) { errors { message } } }')
    create(ask, {"a": 70_600, "b": 1, "runAt": LATER, "queue": "two-words"})
    page.goto("/app/tasks")
    field = search_field(page)
    options = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    field.press_sequentially("qu")
    expect(options).to_have_count(1)
    expect(field).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(options).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", options.get_attribute("id"))
    page.keyboard.press("Enter")
    expect(field).to_have_value("queue:")
    field.press_sequentially("tw")
    expect(options).to_have_text([re.compile("two-words")])
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(field).to_have_value("queue:two-words ")
    # Escape closes the list and keeps the text.
    expect(options.first).to_be_visible()
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    expect(field).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    expect(row(page, "70600 + 1")).to_be_visible()
    expect(page.get_by_text("1 task found")).to_be_visible()


def test_suggestion_is_chosen_with_the_pointer(page):
    page.goto("/app/tasks")
    field = search_field(page)
    field.click()
    page.get_by_role("option", name=re.compile("^status:")).click()
    expect(field).to_be_focused()
    page.get_by_role("option", name=re.compile("^failed")).click()
    expect(field).to_have_value("status:failed ")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page).to_have_url(re.compile("search=status%3Afailed$"))


def test_search_that_makes_no_sense_matches_nothing(page, ask):
    create(ask, {"a": 71_000, "b": 1, "runAt": LATER})
    for search in ("nonsense", "status:bogus", "queue:unknown", "abcdef0123", "color:red"):
        page.goto(f"/app/tasks?search={search}")
        expect(page.get_by_text("Show all tasks")).to_be_visible()
        expect(page.get_by_role("row")).to_have_count(0)
        for action in ("Cancel", "Retry"):
            expect(page.get_by_role("button", name=f"{action} all matching…")).to_be_disabled()


def test_error_of_the_search_names_the_term_and_what_is_valid(page):
    page.goto("/app/tasks?search=queue:default slots:two")
    problem = page.get_by_role("alert").filter(has_text="`slots:two` is not valid")
    expect(problem).to_contain_text("`two` is not a whole number. Examples are `5`, `>5`")
    field = search_field(page)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile("`slots:two` is not valid"))
    expect(page.locator(".search-terms .wrong")).to_have_text("slots:two")
    # Once it is valid, the list is back.
    page.get_by_role("button", name="Remove slots:two").click()
    expect(problem).to_have_count(0)
    expect(field).not_to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text(re.compile("tasks? found"))).to_be_visible()


def test_task_is_found_by_the_part_of_its_id_that_the_list_shows(page, ask):
    [uuid] = create(ask, {"a": 72_000, "b": 1, "runAt": LATER})
    page.goto("/app/tasks?search=72000")
    shown = row(page, "72000 + 1").get_by_role("link").inner_text()
    assert shown == uuid[-8:]
    for fragment in (shown, uuid[-12:], uuid[:23], uuid):
        search_field(page).fill(fragment)
        page.keyboard.press("Enter")
        expect(page.get_by_text("1 task found")).to_be_visible()
        expect(row(page, "72000 + 1")).to_be_visible()


def test_selection_survives_new_tasks(page, ask):
    create(ask, *({"a": 73_000 + n, "b": 0, "runAt": LATER} for n in range(3)))
    page.goto("/app/tasks?search=queue:default")
    chosen = row(page, "73001 + 0").get_by_role("checkbox")
    chosen.check()
    # Sixty more than a page has.
    ask(CREATE, tasks=[{"a": 74_000 + n, "b": 0, "runAt": LATER} for n in range(60)])
    show = page.get_by_role("button", name=re.compile("^Show .* new tasks"))
    expect(show).to_be_visible()
    expect(chosen).to_be_checked()

    show.click()
    expect(row(page, "74059 + 0")).to_be_visible()
    expect(page.get_by_text("73001 + 0")).to_have_count(0)
    page.get_by_role("button", name="Cancel 1 selected…").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel 1 task", exact=True).click()
    expect(page.get_by_text("1 task cancelled.")).to_be_visible()
    counted = (
        "{ tasks(where: {statuses: [CANCELLED], a: {min: 73000, max: 74100}}) { nodes { a } } }"
    )
    assert ask(counted)["tasks"]["nodes"] == [{"a": "73001"}]


def test_rows_are_selected_in_a_range_with_shift(page, ask):
    create(ask, *({"a": 75_000, "b": n, "runAt": LATER} for n in range(6)))
    page.goto("/app/tasks?search=75000")
    expect(checkboxes(page)).to_have_count(6)
    checkboxes(page).nth(1).click()
    checkboxes(page).nth(4).click(modifiers=["Shift"])
    expect(page.get_by_role("button", name="Cancel 4 selected…")).to_be_visible()
    page.get_by_role("button", name="Clear selection").click()
    expect(page.get_by_role("button", name="Cancel all matching…")).to_be_enabled()


def test_matching_tasks_are_cancelled_and_retried_after_they_were_counted(page, ask):
    create(ask, *({"a": 76_000, "b": n, "runAt": LATER} for n in range(5)))
    page.goto("/app/tasks?search=76000")
    expect(row(page, "76000 + 4", "Pending")).to_be_visible()

    page.get_by_role("button", name="Cancel all matching…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Cancel 5 tasks?")
    expect(dialog).to_contain_text("Search: 76000")
    dialog.get_by_role("button", name="Keep tasks").click()
    expect(dialog).to_have_count(0)

    page.get_by_role("button", name="Cancel all matching…").click()
    expect(dialog).to_be_visible()
    # Enter does what the dialog is for.
    page.keyboard.press("Enter")
    expect(page.get_by_text("5 tasks cancelled.")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Cancelled")).to_have_count(5)

    # The notice takes no focus, and the keyboard reaches what it offers.
    cancel = page.get_by_role("button", name="Cancel all matching…")
    expect(cancel).to_be_focused()
    page.keyboard.press("z")
    expect(page.get_by_role("status").get_by_text("5 tasks restored.")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Pending")).to_have_count(5)
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    expect(cancel).to_be_focused()
    runs = "{ tasks(where: {a: {equals: 76000}}) { nodes { run } } }"
    assert ask(runs)["tasks"]["nodes"] == [{"run": 1}] * 5

    cancel.click()
    dialog.get_by_role("button", name="Cancel 5 tasks").click()
    expect(page.get_by_role("row").filter(has_text="Cancelled")).to_have_count(5)

    # Nothing to cancel: no dialog offers to cancel nothing.
    page.get_by_role("button", name="Cancel all matching…").click()
    refusal = page.get_by_role("alert").filter(has_text="No matching task is pending or running.")
    expect(refusal).to_be_visible()
    expect(refusal.locator(".icon-check")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_have_count(0)

    page.get_by_role("button", name="Retry all matching…").click()
    expect(page.get_by_role("dialog")).to_contain_text("Retry 5 tasks?")
    page.get_by_role("button", name="Retry 5 tasks", exact=True).click()
    expect(page.get_by_role("row").filter(has_text="Pending")).to_have_count(5)


def test_lists_of_failed_and_pending_tasks_give_the_reason(page, ask):
    create(ask, {"a": 77_000, "b": 0, "expiresAt": "2026-01-01T00:00:00Z"})
    create(ask, {"a": 77_001, "b": 0, "runAt": LATER})
    page.goto("/app/tasks?search=status:failed 77000")
    expect(row(page, "77000 + 0")).to_contain_text("xpired")
    page.goto("/app/tasks?search=status:pending 77001")
    expect(row(page, "77001 + 0")).to_contain_text("Scheduled for later")


def test_back_returns_to_the_place_in_the_list(page, ask):
    ask(CREATE, tasks=[{"a": 78_000 + n, "b": 0, "runAt": LATER} for n in range(40)])
    page.goto("/app/tasks?search=status:pending")
    link = row(page, "78005 + 0").get_by_role("link")
    link.scroll_into_view_if_needed()
    page.mouse.move(0, 0)
    place = page.evaluate("scrollY")
    assert place > 300
    link.click()
    expect(page.get_by_role("heading", level=1, name="78005 + 0")).to_be_visible()
    assert page.evaluate("scrollY") == 0
    page.go_back()
    expect(row(page, "78005 + 0")).to_be_in_viewport()
    page.wait_for_function("place => Math.abs(scrollY - place) <= 1", arg=place)
    page.reload()
    expect(row(page, "78005 + 0")).to_be_in_viewport()


def test_headers_sort_the_list(page, ask):
    create(ask, {"a": 70_801, "b": 1, "runAt": LATER}, {"a": 70_802, "b": 1, "runAt": LATER})
    page.goto("/app/tasks?search=a:70801,70802")
    rows = page.get_by_role("row").filter(has_text="7080")
    header = page.get_by_role("columnheader", name="Created")
    expect(header).to_have_attribute("aria-sort", "descending")
    expect(rows).to_have_text([re.compile("70802"), re.compile("70801")])
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "ascending")
    expect(rows).to_have_text([re.compile("70801"), re.compile("70802")])
    expect(page).to_have_url(re.compile("order=oldest"))


def test_columns_are_chosen_and_stay_chosen(page, ask):
    create(ask, {"a": 70_900, "b": 1, "runAt": LATER})
    page.goto("/app/tasks?search=status:pending")
    headers = page.get_by_role("columnheader")
    page.get_by_text("Columns", exact=True).first.click()
    page.get_by_role("checkbox", name="Priority").uncheck()
    page.get_by_role("checkbox", name="Node").check()
    page.reload()
    expect(page.get_by_role("columnheader", name="Node")).to_be_visible()
    expect(headers.filter(has_text="Priority")).to_have_count(0)
    # Other views have columns of their own.
    page.goto("/app/tasks")
    expect(page.get_by_role("columnheader", name="Priority")).to_be_visible()


def test_list_is_read_with_the_keyboard(page, ask):
    create(ask, *({"a": 70_950, "b": n, "runAt": LATER} for n in range(4)))
    page.goto("/app/tasks?search=a:70950&order=oldest")
    expect(row(page, "70950 + 3")).to_be_visible()
    page.keyboard.press("j")
    expect(row(page, "70950 + 0").get_by_role("link")).to_be_focused()
    for key in "jjk":
        page.keyboard.press(key)
    expect(row(page, "70950 + 1").get_by_role("link")).to_be_focused()
    page.keyboard.press("x")
    expect(row(page, "70950 + 1").get_by_role("checkbox")).to_be_checked()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    expect(page.get_by_role("button", name="Cancel 3 selected…")).to_be_visible()
    # The last task is also the next one after itself.
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="70950 + 3")).to_be_visible()
    # In a field they are letters.
    page.goto("/app/tasks?search=a:70950")
    search_field(page).press_sequentially(" jx")
    expect(search_field(page)).to_have_value(re.compile("^ jx"))
    expect(search_field(page)).to_be_focused()


def test_durations_of_the_listed_tasks_are_drawn(page, ask):
    create(ask, *({"a": 70_960, "b": n, "durationMs": 200 * n} for n in range(4)))
    create(ask, {"a": 70_960, "b": 9, "failAttempts": 1, "maxAttempts": 1})
    create(ask, {"a": 70_960, "b": 10, "runAt": LATER})
    page.goto("/app/tasks?search=a:70960")
    durations = page.get_by_role("img", name="Durations of 5 tasks on this page")
    expect(durations.locator("rect")).to_have_count(5)
    expect(durations.locator("rect.failed")).to_have_count(1)
    expect(page.get_by_text(re.compile(r"^p50 .* ms, max [\d.]+ m?s$"))).to_be_visible()
