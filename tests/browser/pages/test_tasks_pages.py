"""Users create, follow and control tasks in the dashboard."""

import json
import re
from itertools import pairwise

from playwright.sync_api import expect

from tests.browser.client import BIGGEST, LATER, create, row


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
    numbers |= {"Simulated failures": "1", "Retry backoff": "250", "Concurrency limit": "2"}
    for label, value in numbers.items():
        page.get_by_role("spinbutton", name=re.compile(label)).fill(value)
    page.get_by_label("Run at").fill("2099-01-01T00:00:00")
    page.get_by_label("Expires at").fill("2099-01-02T00:00:00")
    page.get_by_label("Concurrency key").fill("customer-7")
    page.get_by_label("Idempotency key").fill("order-7100")
    page.get_by_role("button", name="Create task").click()
    expect(page.get_by_role("region", name="Create task")).to_contain_text("7100 + 40")

    [task] = ask(
        "{ tasks(where: {a: {equals: 7100}}) { nodes { queue { name } priority durationMs slots"
        " maxAttempts failAttempts retryBackoffMs runAt expiresAt idempotencyKey"
        " concurrencyKey concurrencyLimit } } }"
    )["tasks"]["nodes"]
    assert task == {
        **{"queue": {"name": "options"}, "priority": 8, "durationMs": 9, "slots": 2},
        **{"maxAttempts": 4, "failAttempts": 1, "retryBackoffMs": 250},
        **{"idempotencyKey": "order-7100", "concurrencyKey": "customer-7", "concurrencyLimit": 2},
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
    page.get_by_role("button", name="Undo").click()
    expect(history.get_by_role("row").nth(1)).to_contain_text("Restored")
    page.get_by_role("button", name="Cancel").click()
    expect(history.get_by_role("row").nth(1)).to_contain_text("Cancelled")

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
