"""Users create, find, follow and control tasks in the dashboard."""

import json
import re
from itertools import pairwise

from playwright.sync_api import expect

from tests.browser.client import BIGGEST, CREATE, row

LATER = "2099-01-01T00:00:00Z"


def create(ask, *tasks):
    """Create tasks and return their UUIDs."""
    ids = ask(CREATE, tasks=list(tasks))["createTasks"]["taskIds"]
    query = "query ($ids: [ID!]) { tasks(where: {ids: $ids}, first: 100) { nodes { id uuid } } }"
    uuids = {task["id"]: task["uuid"] for task in ask(query, ids=ids)["tasks"]["nodes"]}
    return [uuids[id] for id in ids]


def search_field(page):
    return page.get_by_role("combobox", name="Search tasks")


def checkboxes(page):
    return page.get_by_role("rowheader").locator("..").get_by_role("checkbox")


def open_advanced(page):
    page.get_by_text("Advanced options").click()


def test_created_task_shows_its_exact_result(page):
    page.goto("/")
    page.get_by_label("A", exact=True).fill(BIGGEST)
    page.get_by_label("B", exact=True).fill(BIGGEST)
    page.get_by_role("button", name="Create task").click()

    created = page.get_by_role("region", name="Create task").get_by_role("status")
    # Exact, though no JavaScript number is.
    expect(created).to_contain_text(f"{BIGGEST} + {BIGGEST} = {2 * (2**63 - 1)}")
    expect(created).to_contain_text("Success")
    events = page.get_by_role("region", name="Recent events")
    expect(events).to_contain_text("Succeeded")
    expect(events).to_contain_text(str(2 * (2**63 - 1)))


def test_invalid_values_are_named_beside_their_fields(page):
    page.goto("/")
    created = page.get_by_role("region", name="Create task").get_by_role("status")
    page.get_by_role("button", name="Create task").click()
    expect(created).to_contain_text("Success")

    a, b = (page.get_by_label(name, exact=True) for name in "AB")
    a.fill(str(2**63))
    b.fill("2.5")
    b.press("Enter")
    expect(a).to_have_accessible_description(re.compile("^A must be from .* to 9,223,372"))
    expect(b).to_have_accessible_description("B must be a whole number.")
    expect(a).to_be_focused()
    # What succeeded before is not the result of these values.
    expect(created).to_have_text("")
    # The errors cover nothing.
    assert a.bounding_box()["y"] == b.bounding_box()["y"]
    notes = [page.get_by_text(re.compile(f"^{name} must be")).bounding_box() for name in "AB"]
    assert notes[0]["x"] + notes[0]["width"] <= notes[1]["x"]

    a.fill("1")
    expect(a).not_to_have_attribute("aria-invalid", "true")


def test_all_options_of_a_task_can_be_chosen(page, ask):
    ask('mutation { createQueue(input: {name: "options"}) { errors { message } } }')
    page.goto("/")
    form = page.get_by_role("region", name="Create task")
    form.get_by_label("Queue", exact=True).select_option("options")
    open_advanced(page)
    page.get_by_label("A", exact=True).fill("7100")
    numbers = {"Priority": "8", "Duration": "9", "Slots": "2", "Max att": "4"}
    numbers |= {"Simulated failures": "1", "Retry backoff": "250"}
    for label, value in numbers.items():
        page.get_by_role("spinbutton", name=re.compile(label)).fill(value)
    page.get_by_label("Run at").fill("2099-01-01T00:00:00")
    page.get_by_label("Expires at").fill("2099-01-02T00:00:00")
    page.get_by_label("Idempotency key").fill("order-7100")
    page.get_by_role("button", name="Create task").click()
    expect(page.get_by_role("region", name="Create task")).to_contain_text("7100 + 40")

    [task] = ask(
        "{ tasks(where: {a: {equals: 7100}}) { nodes { queue { name } priority durationMs slots"
        " maxAttempts failAttempts retryBackoffMs runAt expiresAt idempotencyKey } } }"
    )["tasks"]["nodes"]
    assert task == {
        **{"queue": {"name": "options"}, "priority": 8, "durationMs": 9, "slots": 2},
        **{"maxAttempts": 4, "failAttempts": 1, "retryBackoffMs": 250},
        **{"idempotencyKey": "order-7100"},
        **{"runAt": "2099-01-01T00:00:00+00:00", "expiresAt": "2099-01-02T00:00:00+00:00"},
    }


def test_burst_shows_in_tiles_and_on_nodes(page):
    page.goto("/")
    open_advanced(page)
    # Long enough that an update each second finds nodes busy.
    page.get_by_label("Duration (ms)").fill("1200")
    page.get_by_label("Count").fill("30")
    page.get_by_role("button", name="Create task").click()

    expect(page.get_by_role("region", name="Create task")).to_contain_text("30 tasks created")
    expect(page.get_by_role("link", name=re.compile(r"^Running [1-6]"))).to_be_visible()
    nodes = page.get_by_role("region", name="Nodes")
    expect(nodes.get_by_label("2 of 2 slots used").first).to_be_visible()
    expect(nodes.get_by_text("node-1@")).to_be_visible()


def test_charts_show_the_same_time_under_the_pointer_and_their_values_as_a_table(page):
    page.goto("/")
    throughput = page.get_by_role("region", name="Throughput", exact=True)
    throughput.get_by_role("img").hover(position={"x": 300, "y": 80})
    expect(throughput.locator(".tooltip")).to_contain_text(re.compile(r"succeeded/s.*\d/s"))
    expect(page.locator(".tooltip")).to_have_count(5)

    page.get_by_role("button", name="6 h", exact=True).click()
    throughput.get_by_role("button", name="Table").click()
    expect(throughput.get_by_role("columnheader", name="succeeded/s")).to_be_visible()
    expect(throughput.get_by_role("row")).to_have_count(362, timeout=5_000)
    assert "range=6h" in page.url


def test_dragging_over_a_chart_shows_that_range_on_every_page(page):
    page.goto("/")
    plot = page.get_by_role("region", name="Queue time", exact=True).locator(".u-over")
    box = plot.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 60, steps=4)
    page.mouse.up()
    expect(page).to_have_url(re.compile("from=.*until="))
    chosen = page.get_by_role("button", name=re.compile(r"\d:\d\d to .*\d:\d\d"))
    expect(chosen).to_have_attribute("aria-pressed", "true")

    page.go_back()
    expect(page.get_by_role("button", name="15 min")).to_have_attribute("aria-pressed", "true")


def test_charts_are_split_by_queue_and_by_node(page, ask):
    ask(CREATE, tasks=[{"a": 1, "b": 1, "queue": "default"}])
    page.goto("/")
    page.get_by_role("button", name="Queue", exact=True).click()
    pending = page.get_by_role("region", name="Pending tasks", exact=True)
    expect(pending.get_by_role("button", name="default")).to_be_visible()

    page.get_by_role("button", name="Node", exact=True).click()
    slots = page.get_by_role("region", name="Slots in use", exact=True)
    expect(slots.get_by_role("button", name=re.compile("node-1@"))).to_be_visible()
    assert "by=node" in page.url


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
    page.get_by_label("Queue").select_option("default")
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
        expect(page.get_by_text("No task matches the search.")).to_be_visible()
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


def test_pending_task_gives_its_reason_and_is_cancelled_and_retried(page, ask):
    [uuid] = create(ask, {"a": 5, "b": -6, "runAt": LATER})
    page.goto(f"/app/tasks/{uuid}")
    expect(page.get_by_role("heading", level=1)).to_have_text("5 + (-6)")
    # The time in the server's message is shown as all times are.
    expect(page.locator(".callout")).to_contain_text("Jan 1, 2099, 00:00:00")
    expect(page.locator(".callout")).not_to_contain_text("2099-01-01T")
    # Before its time a task is not queued.
    expect(page.get_by_role("region", name="Runs")).to_contain_text("Scheduled")
    expect(page.get_by_role("region", name="Runs")).not_to_contain_text("Queued")

    page.get_by_role("button", name="Cancel").click()
    history = page.get_by_role("region", name="History")
    expect(history.get_by_role("row").nth(1)).to_contain_text("Cancelled")
    expect(page.get_by_role("button", name="Cancel")).to_be_disabled()

    page.get_by_role("button", name="Retry").click()
    expect(history.get_by_role("row").nth(1)).to_contain_text("Retried")
    # Two runs, each with a bar.
    expect(page.locator(".run-bar")).to_have_count(2)


def test_attempts_that_fail_on_purpose_are_in_the_history(page, ask):
    options = {"failAttempts": 1, "maxAttempts": 2, "retryBackoffMs": 2_000}
    [uuid] = create(ask, {"a": 30, "b": 3, **options})
    page.goto(f"/app/tasks/{uuid}")

    expect(page.get_by_role("heading", level=1)).to_have_text("30 + 3 = 33")
    history = page.get_by_role("region", name="History")
    failed = history.get_by_role("row").filter(has_text="Attempt failed")
    expect(failed).to_contain_text("Attempt 1 of 2 failed: simulated failure.")
    details = page.get_by_role("region", name="Details")
    expect(details).to_contain_text("Simulated failures1 attempt")
    expect(details).to_contain_text("Retry backoff2")


def test_running_task_finishes_before_the_viewers_eyes(page, ask):
    [uuid] = create(ask, {"a": 20, "b": 22, "durationMs": 6000})
    page.goto(f"/app/tasks/{uuid}")
    runs = page.get_by_role("region", name="Runs")
    expect(runs).to_contain_text("so far")
    expect(runs).to_contain_text(re.compile(r"Ran 6\.\d+ s on node-\d@"))
    expect(page.get_by_role("heading", level=1)).to_have_text("20 + 22 = 42")
    results = page.get_by_role("region", name="Results").first
    expect(results.get_by_role("row").nth(1)).to_contain_text("42")
    # In the viewer's zone, and in UTC in the tooltip.
    finished = page.get_by_role("region", name="Details").get_by_role("time").last
    assert "UTC" in finished.get_attribute("title")


OPTIONS = {
    **{"a": BIGGEST, "b": "1", "priority": 7, "durationMs": 30, "slots": 2, "maxAttempts": 5},
    **{"failAttempts": 2, "retryBackoffMs": 250},
    **{"runAt": "2099-01-01T00:00:00+00:00", "expiresAt": "2099-01-02T00:00:00+00:00"},
}


def options_of(ask, uuid):
    query = f"query ($id: ID!) {{ task(id: $id) {{ {' '.join(OPTIONS)} }} }}"
    return ask(query, id=uuid)["task"]


def test_duplicate_keeps_all_options(page, ask):
    [uuid] = create(ask, OPTIONS)
    page.goto(f"/app/tasks/{uuid}")
    page.get_by_role("button", name="Duplicate…").click()
    page.get_by_role("dialog").get_by_label("A", exact=True).press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("1 task created.")).to_be_visible()
    page.wait_for_url(lambda url: not url.endswith(uuid))
    copied = page.url.rpartition("/")[2]
    assert options_of(ask, copied) == OPTIONS


def test_copied_requests_keep_all_options(page, cluster, ask):
    [uuid] = create(ask, OPTIONS)
    page.goto(f"/app/tasks/{uuid}")
    page.get_by_role("button", name="Copy as GraphQL").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    created = ask(copied)["createTask"]
    assert created["errors"] == []
    assert options_of(ask, created["task"]["uuid"]) == OPTIONS

    page.get_by_role("button", name="Copy as cURL").click()
    page.wait_for_function("navigator.clipboard.readText().then((text) => /^curl/.test(text))")
    command = page.evaluate("navigator.clipboard.readText()")
    assert f"{cluster.url}/tasks/" in command
    body = json.loads(command.partition("-d '")[2].removesuffix("'"))
    status, task = cluster.request("POST", "/tasks/", body)
    assert (status, task["a"]) == (201, int(BIGGEST))
    assert options_of(ask, task["id"]) == OPTIONS


def test_missing_resources_and_pages_are_not_found(page):
    for path, title in (
        ("/app/tasks/01a20b5c-2c2b-7ba4-8680-9665549a35b3", "Task not found"),
        ("/app/schedules/01a20b5c-2c2b-7ba4-8680-9665549a35b3", "Schedule not found"),
        ("/app/nonsense", "Page not found"),
    ):
        page.goto(path)
        expect(page.get_by_role("heading", name=title)).to_be_visible()
        expect(page).to_have_title(re.compile(title))


def test_recent_events_keep_their_place_while_the_pointer_is_on_them(page, ask):
    for n in range(14):
        create(ask, {"a": 79_000 + n, "b": 0, "durationMs": 1})
    page.goto("/")
    events = page.get_by_role("region", name="Recent events")
    expect(events.get_by_role("listitem")).to_have_count(14)
    first = events.get_by_role("listitem").first
    first.hover()
    expect(events).to_contain_text("Paused while you point at it")
    before = events.get_by_role("listitem").all_inner_texts()
    other = page.context.new_page()
    other.goto("/app/events")
    # With a duration, its events are its own, whatever else runs.
    create(ask, {"a": 79_500, "b": 0, "durationMs": 1})
    # Another page has it.
    expect(row(other, "79500 + 0 = 79500")).to_be_visible()
    assert events.get_by_role("listitem").all_inner_texts() == before
    page.mouse.move(0, 0)
    expect(events).to_contain_text("79500 + 0 = 79500")
    boxes = [item.bounding_box()["height"] for item in events.get_by_role("listitem").all()]
    assert all(one == other for one, other in pairwise(boxes))
