"""What a user does to tasks in the dashboard."""

import json
import re

from playwright.sync_api import expect

from tests.browser.client import BIGGEST, CREATE, row


def test_a_sum_is_submitted_and_its_result_comes_by_itself(page):
    page.goto("/")
    page.get_by_label("A", exact=True).fill(BIGGEST)
    page.get_by_label("B", exact=True).fill(BIGGEST)
    page.get_by_role("button", name="Submit").click()

    last = page.get_by_role("region", name="Submit").get_by_role("status")
    # Exact, though no JavaScript number is.
    expect(last).to_contain_text(f"{BIGGEST} + {BIGGEST} = {2 * (2**63 - 1)}")
    expect(last).to_contain_text("Success")
    feed = page.get_by_role("region", name="As it happens")
    expect(feed).to_contain_text("Succeeded")
    expect(feed).to_contain_text(str(2 * (2**63 - 1)))


def test_what_is_wrong_with_a_sum_is_told_at_its_field(page):
    page.goto("/")
    page.get_by_label("A", exact=True).fill(str(2**63))
    page.get_by_role("button", name="Submit").click()

    field = page.get_by_label("A", exact=True)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile(r"\w"))


def test_a_burst_shows_in_the_tiles_and_on_the_nodes(page):
    page.goto("/")
    page.get_by_text("More", exact=True).click()
    # Long enough that a look each second finds nodes busy.
    page.get_by_label("Simulated work (ms)").fill("1200")
    page.get_by_label("How many").fill("30")
    page.get_by_role("button", name="Submit").click()

    submit = page.get_by_role("region", name="Submit")
    expect(submit).to_contain_text("30 tasks created")
    expect(page.get_by_role("link", name=re.compile("^Running [1-6]"))).to_be_visible()
    nodes = page.get_by_role("region", name="Nodes")
    expect(nodes.get_by_label("2 of 2 slots busy").first).to_be_visible()
    expect(nodes.get_by_text("node-1@")).to_be_visible()


def test_a_chart_can_be_read_as_a_table(page):
    page.goto("/")
    throughput = page.get_by_role("region", name="Throughput", exact=True).first
    expect(throughput.get_by_role("img")).to_be_visible()
    throughput.get_by_role("button", name="1 h").click()
    throughput.get_by_role("button", name="Table").click()

    expect(throughput.get_by_role("columnheader", name="done each second")).to_be_visible()
    expect(throughput.get_by_role("row")).to_have_count(62, timeout=5_000)
    assert "window=HOUR" in page.url


def test_tasks_are_filtered_searched_and_paged(page, ask):
    ask(CREATE, tasks=[{"a": 70_000 + n, "b": 1, "queue": "default"} for n in range(60)])
    page.goto("/app/tasks")
    page.get_by_role("button", name="Success").click()
    expect(page).to_have_url(re.compile("status=SUCCESS"))
    expect(row(page, "70059 + 1 = 70060")).to_be_visible()

    page.get_by_role("link", name="Older →").click()
    expect(page.get_by_text("70059 + 1")).to_have_count(0)
    page.get_by_role("link", name="← Newer").click()
    expect(row(page, "70059 + 1")).to_be_visible()

    page.keyboard.press("/")
    page.keyboard.type("70042")
    page.keyboard.press("Enter")
    # As A, and as the sum of another.
    expect(page.get_by_role("row").filter(has_text="70042")).to_have_count(2)
    page.get_by_label("Queue").select_option("default")
    page.get_by_label("Created within").select_option("hour")
    expect(page.get_by_text("2 tasks match")).to_be_visible()
    # The view is in its URL.
    page.reload()
    expect(page.get_by_text("2 tasks match")).to_be_visible()

    page.keyboard.press("/")
    page.keyboard.type("nonsense")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Search for a whole number")


def test_all_that_match_are_cancelled_and_retried_after_they_were_counted(page, ask):
    ask(CREATE, tasks=[{"a": 880_000, "b": n, "runAt": "2099-01-01T00:00:00Z"} for n in range(5)])
    page.goto("/app/tasks?search=880000")
    expect(row(page, "880000 + 4", "Pending")).to_be_visible()

    page.get_by_label(re.compile("^Select ")).nth(1).check()
    page.get_by_role("button", name="Cancel 1 selected task…").click()
    expect(page.get_by_role("dialog")).to_contain_text("Cancel 1 task?")
    page.get_by_role("button", name="Leave it").click()
    page.get_by_label(re.compile("^Select ")).nth(1).uncheck()

    page.get_by_role("button", name="Cancel all that match…").click()
    expect(page.get_by_role("dialog")).to_contain_text("Cancel 5 tasks?")
    page.get_by_role("button", name="Cancel 5", exact=True).click()
    expect(page.get_by_text("5 tasks cancelled")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Cancelled")).to_have_count(5)

    page.get_by_role("button", name="Retry all that match…").click()
    expect(page.get_by_role("dialog")).to_contain_text("Retry 5 tasks?")
    page.get_by_role("button", name="Retry 5", exact=True).click()
    expect(page.get_by_role("row").filter(has_text="Pending")).to_have_count(5)


def test_a_task_tells_its_life_and_why_it_waits(page, ask):
    later = {"a": 5, "b": -6, "runAt": "2099-01-01T00:00:00Z"}
    [id] = ask(CREATE, tasks=[later])["createTasks"]["taskIds"]
    uuid = ask("query ($id: ID!) { task(id: $id) { uuid } }", id=id)["task"]["uuid"]
    page.goto(f"/app/tasks/{uuid}")
    expect(page.get_by_role("heading", level=1)).to_have_text("5 + (-6)")
    message = ask("query ($id: ID!) { task(id: $id) { pending { message } } }", id=id)
    expect(page.get_by_text(message["task"]["pending"]["message"])).to_be_visible()

    page.get_by_role("button", name="Cancel").click()
    history = page.get_by_role("region", name="History")
    expect(history.get_by_role("row").nth(1)).to_contain_text("Task cancelled")
    expect(page.get_by_role("button", name="Cancel")).to_be_disabled()

    page.get_by_role("button", name="Retry").click()
    expect(history.get_by_role("row").nth(1)).to_contain_text("Task retried")
    # Two runs, each with a bar.
    expect(page.get_by_role("region", name="Runs").get_by_role("listitem")).not_to_have_count(0)
    expect(page.locator(".run-bar")).to_have_count(2)


def test_a_task_that_ran_tells_who_ran_it_and_how_long(page, ask):
    [id] = ask(CREATE, tasks=[{"a": 20, "b": 22, "durationMs": 1500}])["createTasks"]["taskIds"]
    page.goto(f"/app/tasks/{id}")
    runs = page.get_by_role("region", name="Runs")
    expect(runs).to_contain_text("so far")
    # It ends before our eyes.
    expect(runs).to_contain_text(re.compile(r"ran 1\.\d+ s on node-\d@"))
    expect(page.get_by_role("heading", level=1)).to_have_text("20 + 22 = 42")
    results = page.get_by_role("region", name="Results").first
    expect(results.get_by_role("row").nth(1)).to_contain_text("42")
    # In the viewer's zone, and in UTC for those who point at it.
    finished = page.get_by_role("region", name="What it is").get_by_role("time").last
    assert "UTC" in finished.get_attribute("title")


def test_a_task_is_copied_for_other_clients(page, cluster, ask):
    wish = {"a": BIGGEST, "b": 1, "priority": 7}
    [id] = ask(CREATE, tasks=[wish])["createTasks"]["taskIds"]
    page.goto(f"/app/tasks/{id}")
    page.get_by_role("button", name="Copy as GraphQL").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert ask(copied)["createTask"]["errors"] == []

    page.get_by_role("button", name="Copy as curl").click()
    page.wait_for_function("navigator.clipboard.readText().then((text) => /^curl/.test(text))")
    command = page.evaluate("navigator.clipboard.readText()")
    assert f"{cluster.url}/tasks/" in command
    body = json.loads(command.partition("-d '")[2].removesuffix("'"))
    status, task = cluster.request("POST", "/tasks/", body)
    assert (status, task["a"]) == (201, int(BIGGEST))


def test_who_looks_for_what_is_not_there_is_told_so(page):
    page.goto("/app/tasks/01a20b5c-2c2b-7ba4-8680-9665549a35b3")
    expect(page.get_by_text("There is no such task")).to_be_visible()
    page.goto("/app/schedules/01a20b5c-2c2b-7ba4-8680-9665549a35b3")
    expect(page.get_by_text("There is no such schedule")).to_be_visible()
    page.goto("/app/nonsense")
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
