"""Operators control schedules, nodes, queues and tokens, and read the event log."""

import re
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

from tests.browser.client import CREATE, LATER, choose, create, row


def confirm(page, label, reason=None):
    dialog = page.get_by_role("dialog")
    if reason:
        dialog.get_by_label("Reason").fill(reason)
    dialog.get_by_role("button", name=label, exact=True).click()
    expect(dialog).to_have_count(0)


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


def test_node_is_paused_resumed_drained_and_resized(page):
    page.goto("/app/nodes")
    node = row(page, "node-2@")
    choose(node, "Pause…")
    confirm(page, "Pause", reason="new disk")
    expect(node).to_contain_text("Paused")
    expect(node).to_contain_text("new disk")

    choose(node, "Resume…")
    # Enter submits, wherever the focus is.
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(node).to_contain_text("Active")
    # The focus is where it was before the dialog.
    expect(node.get_by_role("button", name="Actions for")).to_be_focused()

    choose(node, "Resize…")
    slots = page.get_by_role("dialog").get_by_label("Slots")
    slots.fill("101")
    slots.press("Enter")
    expect(slots).to_have_accessible_description("Slots must be a whole number from 1 to 100.")
    slots.fill("3")
    confirm(page, "Resize")
    expect(node.get_by_label("0 of 3 slots used")).to_be_visible()

    choose(node, "Drain…")
    deadline = page.get_by_role("dialog").get_by_label("Deadline")
    deadline.fill("2020-01-01T00:00:00")
    page.get_by_role("dialog").get_by_role("button", name="Drain", exact=True).click()
    expect(deadline).to_have_attribute("aria-invalid", "true")
    deadline.fill("2099-01-01T00:00:00")
    confirm(page, "Drain")
    expect(node).to_contain_text("Drained")
    expect(node).to_contain_text("Deadline Jan 1, 2099, 00:00:00")
    choose(node, "Resume…")
    confirm(page, "Resume")
    expect(node).to_contain_text("Active")


def test_queues_are_assigned_to_a_node(page, ask):
    ask('mutation { createQueue(input: {name: "assigned"}) { errors { message } } }')
    page.goto("/app/nodes")
    node = row(page, "node-1@")
    choose(node, "Assign queues…")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("these queues only").check()
    for box in dialog.get_by_role("checkbox").all():
        box.uncheck()
    dialog.get_by_label("assigned").check()
    confirm(page, "Assign")
    expect(node.get_by_role("cell", name="assigned", exact=True)).to_be_visible()

    choose(node, "Assign queues…")
    expect(dialog.get_by_label("assigned")).to_be_checked()
    dialog.get_by_label("started with").check()
    confirm(page, "Assign")
    expect(node.get_by_role("cell", name=re.compile("default"))).to_be_visible()


def test_menu_is_used_by_keys(page):
    page.goto("/app/nodes")
    actions = row(page, "node-1@").get_by_role("button", name="Actions for")
    actions.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="Pause…")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("menuitem", name="Stop…")).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name=re.compile("^Drain node-1@"))).to_be_visible()
    page.keyboard.press("Escape")
    expect(actions).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_role("menu")).to_have_count(0)
    expect(actions).to_be_focused()


def test_node_is_stopped(page):
    page.goto("/app/nodes")
    node = row(page, "node-3@")
    choose(node, "Stop…")
    confirm(page, "Stop", reason="sold")
    expect(node).to_contain_text("Offline")
    node.get_by_role("button", name="Actions for").click()
    expect(page.get_by_role("menuitem", name="Resize…")).to_be_visible()
    expect(page.get_by_role("menuitem", name="Stop…")).to_have_count(0)
    expect(page.get_by_text("2 of 3 nodes online")).to_be_visible()

    page.get_by_role("menuitem", name="Remove…").click()
    confirm(page, "Remove")
    expect(node).to_have_count(0)
    expect(page.get_by_text("2 of 2 nodes online")).to_be_visible()


def test_queue_is_created_limited_paused_and_resumed(page, ask):
    page.goto("/app/queues")
    page.get_by_role("button", name="Create queue…").click()
    name = page.get_by_role("dialog").get_by_label("Name")
    name.fill("Not Valid")
    name.press("Enter")
    expect(name).to_have_attribute("aria-invalid", "true")
    name.fill("reports")
    confirm(page, "Create queue")
    queue = row(page, "reports")
    choose(queue, "Set limits and weight…")
    page.get_by_role("dialog").get_by_label("Max concurrent tasks").fill("2")
    page.get_by_role("dialog").get_by_label("Max starts").fill("50")
    page.get_by_role("dialog").get_by_label("Period").fill("10")
    confirm(page, "Change queue")
    expect(queue.get_by_role("cell", name="2", exact=True)).to_be_visible()
    rate = ask('{ queue(name: "reports") { startRate { count perSeconds burst } } }')
    assert rate["queue"]["startRate"] == {"count": 50, "perSeconds": 10, "burst": 50}

    choose(queue, "Pause…")
    confirm(page, "Pause", reason="month's end")
    expect(queue).to_contain_text("month's end")
    ask(CREATE, tasks=[{"a": 1, "b": n, "queue": "reports"} for n in range(3)])
    expect(queue.get_by_role("link", name="3", exact=True)).to_be_visible()

    choose(queue, "Resume")
    expect(queue).to_contain_text("Active")
    expect(queue.get_by_role("link", name="0", exact=True)).to_have_count(2)

    # The last notice takes back the last action, and the focus returns to where it was.
    menu = queue.get_by_role("button", name="Actions for")
    expect(menu).to_be_focused()
    undo = page.get_by_role("button", name="Undo").last
    undo.focus()
    page.keyboard.press("Enter")
    expect(queue).to_contain_text("Paused")
    expect(page.get_by_text("The queue reports is paused again.")).to_be_visible()
    expect(menu).to_be_focused()
    ask('mutation { resumeQueue(input: {name: "reports"}) { errors { message } } }')


def test_scheduling_policy_is_chosen(page, ask):
    page.goto("/app/queues")
    expect(page.get_by_text("Scheduling policy: Priority, with backfill.")).to_be_visible()
    page.get_by_role("button", name="Set policy…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Order of tasks").select_option("FAIR_SHARE")
    dialog.get_by_label("Start other tasks before one that waits for slots").uncheck()
    confirm(page, "Set policy", reason="a batch of reports")
    expect(page.get_by_text("Fair share of queues, by weight, without backfill.")).to_be_visible()

    page.goto("/app/events")
    expect(page.get_by_text("Policy changed")).to_be_visible()
    expect(page.get_by_text("a batch of reports")).to_be_visible()


def test_only_an_unused_queue_is_deleted(page, ask):
    ask('mutation { createQueue(input: {name: "scratch"}) { errors { message } } }')
    page.goto("/app/queues")
    choose(row(page, "default"), "Delete…")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(dialog).to_contain_text("The default queue cannot be deleted")
    page.keyboard.press("Escape")

    queue = row(page, "scratch")
    choose(queue, "Delete…")
    confirm(page, "Delete", reason="merged")
    expect(queue).to_have_count(0)


def test_event_log_grows_pauses_and_is_read_from_any_place(page, ask):
    ask(CREATE, tasks=[{"a": 41, "b": 1, "durationMs": 1}])
    page.goto("/app/events")
    expect(row(page, "Succeeded", "41 + 1 = 42")).to_be_visible()
    ask(CREATE, tasks=[{"a": 43, "b": 1, "durationMs": 1}])
    expect(row(page, "Succeeded", "43 + 1 = 44")).to_be_visible()

    page.get_by_role("button", name="Pause").click()
    ask(CREATE, tasks=[{"a": 45, "b": 1, "durationMs": 1}])
    expect(page.get_by_role("button", name=re.compile(r"Show \d+ new event"))).to_be_visible()
    expect(page.get_by_text("45 + 1")).to_have_count(0)
    row(page, "Created", "43 + 1").get_by_role("link", name="Permalink").click()
    # The events after it, the oldest first, up to now.
    expect(row(page, "Succeeded", "45 + 1 = 46")).to_be_visible()
    expect(page.get_by_text("41 + 1")).to_have_count(0)
    ask(CREATE, tasks=[{"a": 47, "b": 1, "durationMs": 1}])
    expect(row(page, "Succeeded", "47 + 1 = 48")).to_be_visible()

    page.get_by_role("button", name="Nodes").click()
    expect(page.get_by_text("47 + 1")).to_have_count(0)
    page.get_by_role("link", name="Jump to latest").click()
    expect(row(page, "Node online")).to_be_visible()


def test_event_log_is_read_page_by_page(page, ask):
    # More events than a page has, whatever has ended when it is read.
    for n in range(60):
        ask(CREATE, tasks=[{"a": 6_000 + n, "b": 0}])
    page.goto("/app/events")
    expect(row(page, "Created", "6059 + 0")).to_be_visible()
    page.get_by_role("link", name="Older →").click()
    expect(row(page, "Created", "6059 + 0")).to_have_count(0)
    expect(page.get_by_role("row")).not_to_have_count(1)


def test_invalid_cursor_is_named(page):
    page.goto("/app/events?after=nonsense")
    expect(page.get_by_role("alert").filter(has_text="Invalid cursor")).to_be_visible()


def test_admin_creates_and_revokes_a_token(page, cluster):
    page.goto("/app/tokens")
    page.get_by_role("button", name="Create token…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").press("Enter")
    expect(dialog.get_by_label("Name")).to_have_accessible_description("Name is required.")
    dialog.get_by_label("Name").fill("nightly report")
    dialog.get_by_label("Role").select_option("VIEWER")
    dialog.get_by_label("Name").press("Enter")
    expect(dialog).to_contain_text("It is not shown again.")
    secret = dialog.locator("pre").inner_text()
    request = Request(f"{cluster.url}/tasks/", headers={"Authorization": f"Bearer {secret}"})
    assert urlopen(request, timeout=10).status == 200
    dialog.get_by_role("button", name="Done").click()
    expect(page.get_by_text(secret)).to_have_count(0)

    token = row(page, "nightly report")
    expect(token).to_contain_text("Viewer")
    expect(token).to_contain_text(secret[:8])
    token.get_by_role("button", name="Revoke…").click()
    confirm(page, "Revoke")
    expect(token).to_contain_text("Revoked")
    expect(token.get_by_role("button")).to_have_count(0)


def test_admin_creates_a_token_for_one_queue(page, cluster):
    page.goto("/app/tokens")
    page.get_by_role("button", name="Create token…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("status page")
    expect(dialog.get_by_label("Name of the queue")).to_have_count(0)
    dialog.get_by_label("Scope").select_option("One queue with its tasks")
    queue = dialog.get_by_label("Name of the queue")
    dialog.get_by_role("button", name="Create token").click()
    expect(queue).to_have_accessible_description("Name of the queue is required.")
    queue.fill("nowhere")
    queue.press("Enter")
    expect(queue).to_have_accessible_description("Does not identify an existing object.")
    queue.fill("default")
    queue.press("Enter")
    secret = dialog.locator("pre").inner_text()

    def status(method, path, body=None):
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        request = Request(f"{cluster.url}{path}", body, headers, method=method)
        try:
            return urlopen(request, timeout=10).status
        except HTTPError as error:
            return error.code

    assert status("GET", "/tasks/") == 200
    assert status("POST", "/tasks/", b'{"a": 1, "b": 2}') == 403
    dialog.get_by_role("button", name="Done").click()
    expect(row(page, "status page")).to_contain_text("Queue default")


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


def test_command_palette_finds_pages_actions_names_and_tasks(page, ask):
    ask('mutation { createQueue(input: {name: "palette-mail"}) { errors { message } } }')
    view = 'name: "Palette view", search: "queue:palette-mail"'
    ask(f"mutation {{ saveView(input: {{{view}}}) {{ errors {{ message }} }} }}")
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
