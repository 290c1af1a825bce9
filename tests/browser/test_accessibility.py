"""The pages are accessible, in both themes, and fit every width without moving what is on them."""

import json
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

import axe_playwright_python
import pytest
from playwright.sync_api import expect

from tests.browser.client import BIGGEST, CREATE

SCHEDULE = """
    mutation {
      createTaskSchedule(
        input: {a: 1, b: 2, scheduledAt: "2026-01-01T00:00:00Z", recurrence: {interval: 1}}
      ) {
        taskSchedule { uuid task { uuid } }
      }
    }
"""
CALENDAR = """
    mutation {
      saveCalendar(input: {
        name: "a-calendar-with-a-rather-long-name", timeZone: "UTC"
        weekly: [{days: [MONDAY, TUESDAY, WEDNESDAY], from: "00:00", until: "00:00"}]
      }) { errors { message } }
      createTaskSchedule(input: {
        a: 1, b: 2, scheduledAt: "2026-01-01T00:00:00Z", recurrence: {interval: 86400}
        calendars: ["a-calendar-with-a-rather-long-name"]
      }) { errors { message } }
    }
"""
# Once a day, so that its history is what the statement below makes it.
DAILY = """
    mutation {
      createTaskSchedule(
        input: {a: 1, b: 3, scheduledAt: "2026-01-01T00:00:00Z", recurrence: {interval: 86400}}
      ) {
        taskSchedule { uuid }
      }
    }
"""
# Numbers that only a long downtime of a busy schedule gives.
HISTORY = """
    INSERT INTO tasks_app_scheduletick (id, schedule_id, nominal_at, outcome, reason, count)
    SELECT uuidv7(), %(schedule)s, now() - hours * interval '1 hour', outcome, reason, count
      FROM (VALUES (1, 'MISSED', '', 5000001), (2, 'SKIPPED', 'OVERLAP', 1234567),
                   (3, 'SKIPPED', 'LIMIT', 2147483647)) AS tick (hours, outcome, reason, count)
"""
BACKFILL = """
    mutation ($schedule: ID!) {
      createBackfill(input: {
        scheduleId: $schedule, from: "2026-01-01T00:00:00Z", until: "2026-03-01T00:00:00Z"
        maxConcurrency: 2
      }) {
        backfill { uuid }
      }
    }
"""
QUEUES = """
    mutation {
      created: createQueue(input: {name: "a-queue-with-a-rather-long-name", runningLimit: 100000}) {
        errors { message }
      }
      paused: pauseQueue(input: {
        name: "a-queue-with-a-rather-long-name"
        note: "The database of the accounts department is being moved to another machine."
      }) { errors { message } }
    }
"""
# No receiver listens there, so it waits for its next attempt.
WEBHOOK = """
    mutation {
      createWebhook(input: {
        url: "http://127.0.0.1:9/a-path-that-is-rather-long/with-some/more-segments-in-it"
        document: "subscription { taskStatusChanged { taskId } }"
      }) { errors { message } }
    }
"""
# The message is as long as that of a webhook.
ALERTS = """
    INSERT INTO tasks_app_alert
           (id, kind, subject, message, queue, since, state, state_since, observed_at, opened_at,
            resolved_at)
    SELECT uuidv7(), kind, kind, 'The webhook a-name.that-is.rather-long.example.com'
           ' (0194c8b2-1f3a-7c44-9d1e-2f0a6b7c8d9e) sends nothing: the receiver answered 410 Gone.',
           '', now(), 'RESOLVED', now(), now(), now() - interval '3 days', now()
      FROM unnest(ARRAY['WEBHOOK_STOPPED', 'NO_NODE_FOR_QUEUE']) AS kind
"""
WHAT_IF = """[
    {"pauseQueue": {"queue": "default"}},
    {"addTasks": {"queue": "a-queue-with-a-rather-long-name", "count": 99999, "durationMs": 3600}},
    {"addTasks": {"queue": "default", "count": 90000, "durationMs": 3600000}}
]"""
AXE = Path(axe_playwright_python.__path__[0], "axe.min.js").read_text()
WIDTHS = [390, 768, 1240, 1600, 2200]
WITHOUT_QUERY = {
    *("new-schedule", "edit-schedule", "new-calendar", "edit-calendar"),
    *("no-backfill", "not-found"),
}
LAYOUT_SHIFT_MAX = 0.05
# GraphiQL and Swagger UI are made by others.
FOREIGN = (".graphiql-container", "#swagger-ui")
# Marks what differs from two siblings before it in nothing but texts, such as most rows of a table.
MARK_ALIKE = """
    () => {
      const shapes = new Map();
      const known = ["class", "role", "type", "aria-current", "aria-pressed"];
      const shape = (element) => {
        const attributes = [...element.attributes].map(
          ({ name, value }) => (known.includes(name) ? `${name}=${value}` : name),
        );
        const inner = [...element.children].map((child) => shapes.get(child));
        return `${element.localName}[${attributes.sort()}](${inner})`;
      };
      const visit = (element) => {
        const seen = new Map();
        for (const child of element.children) {
          visit(child);
          child.removeAttribute("data-alike");
          shapes.set(child, shape(child));
          const count = (seen.get(shapes.get(child)) ?? 0) + 1;
          seen.set(shapes.get(child), count);
          if (count > 2) child.setAttribute("data-alike", "");
        }
      };
      visit(document.body);
    }
"""

# Collects what the browser's own measure of layout stability reports.
OBSERVE_LAYOUT_SHIFT = """
    window.layoutShift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries())
        if (!entry.hadRecentInput) window.layoutShift += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
"""
# The width of the page, and texts that reach beyond the cell, tile or panel that they stand in, as
# soon as the page has its layout for the width of the window.
FIND_OVERFLOW = """
    async () => {
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      const boxes = "main :is(td, th, dd, button), .tile > a, .side nav a";
      const texts = [...document.querySelectorAll(boxes)]
        .filter((box) => !box.closest(".single-line, thead, .sr-only, [popover]"))
        .filter((box) => {
          const outer = box.getBoundingClientRect();
          const texts = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
          const range = document.createRange();
          const inners = [];
          while (texts.nextNode())
            if (!texts.currentNode.parentElement.closest(".sr-only")) {
              range.selectNodeContents(texts.currentNode);
              inners.push(...range.getClientRects());
            }
          return inners.some(
            (inner) => inner.width > 1 && inner.height > 1 && inner.right > outer.right + 1,
          );
        })
        .map((box) => box.textContent.slice(0, 80));
      return [document.documentElement.scrollWidth, texts];
    }
"""


@pytest.fixture(scope="module")
def paths(cluster, up):
    """The path of each page, when there is something to see on it."""
    ask = cluster.ask
    daily = ask(DAILY)["createTaskSchedule"]["taskSchedule"]["uuid"]
    with up.database() as connection, connection, connection.cursor() as cursor:
        cursor.execute(HISTORY, {"schedule": daily})
        cursor.execute(ALERTS)
    backfill = ask(BACKFILL, schedule=daily)["createBackfill"]["backfill"]["uuid"]
    schedule = ask(SCHEDULE)["createTaskSchedule"]["taskSchedule"]
    ask(QUEUES)
    ask(CALENDAR)
    tasks = [{"a": n, "b": n, "durationMs": 200} for n in range(20)]
    biggest = [{"a": BIGGEST, "b": BIGGEST}, {"a": f"-{BIGGEST}", "b": f"-{BIGGEST}"}]
    later = [{"a": 7, "b": 7, "runAt": "2099-01-01T00:00:00Z"}]
    *_, waiting = ask(CREATE, tasks=tasks + biggest + later)["createTasks"]["taskIds"]
    ask("mutation ($id: ID!) { cancelTask(input: {id: $id}) { count: __typename } }", id=waiting)
    ask(WEBHOOK)
    ask('mutation { createApiToken(input: {name: "axe", role: VIEWER}) { secret } }')
    return {
        "overview": "/",
        "tasks": "/app/tasks",
        "no-tasks": "/app/tasks?search=queue:default a:-987654321",
        "task": f"/app/tasks/{schedule['task']['uuid']}",
        "waiting": f"/app/tasks/{waiting}",
        "schedules": "/app/schedules",
        "schedule": f"/app/schedules/{schedule['uuid']}",
        "history": f"/app/schedules/{daily}",
        "backfills": "/app/schedules/backfills",
        "backfill": f"/app/schedules/backfills/{backfill}",
        "no-backfill": f"/app/schedules/backfills/{daily}",
        "new-schedule": "/app/schedules/new",
        "edit-schedule": f"/app/schedules/{schedule['uuid']}/edit",
        "nodes": "/app/nodes",
        "node": f"/app/nodes/{ask('{ workerNodes { name } }')['workerNodes'][0]['name']}",
        "queues": "/app/queues",
        "queue": "/app/queues/a-queue-with-a-rather-long-name",
        "events": "/app/events",
        "alerts": "/app/alerts",
        "no-alerts": "/app/alerts?state=open",
        "tokens": "/app/tokens",
        "webhooks": "/app/webhooks",
        "calendars": "/app/schedules/calendars",
        "calendar": "/app/schedules/calendars/a-calendar-with-a-rather-long-name",
        "new-calendar": "/app/schedules/new-calendar",
        "edit-calendar": "/app/schedules/calendars/a-calendar-with-a-rather-long-name/edit",
        "timeline": "/app/schedules/timeline",
        "week": "/app/schedules/timeline?range=7d",
        "ledger": "/app/ledger",
        "what-if": f"/app/what-if?changes={quote(WHAT_IF)}",
        "tour": "/app/tour",
        "not-found": "/app/nonsense",
    }


PAGES = [
    *("overview", "tasks", "no-tasks", "task", "waiting", "schedules", "schedule", "history"),
    *("backfills", "backfill", "no-backfill"),
    *("new-schedule", "edit-schedule", "nodes", "node", "queues", "queue", "events"),
    *("alerts", "no-alerts"),
    *("tokens", "webhooks", "calendars", "calendar", "new-calendar", "edit-calendar"),
    *("timeline", "week", "what-if", "ledger", "tour", "not-found"),
]
LIVE_PAGES = ["overview", "tasks", "schedules", "nodes", "node", "queues", "queue", "events"]


def violations(page, *rules, without=()):
    """Return the serious violations of these rules, or of all rules.

    Args:
        rules: The IDs of the rules.
        without: Selectors of elements that are checked elsewhere.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    page.evaluate(MARK_ALIKE)
    context = {"exclude": [[selector] for selector in ("[data-alike]", *without)]}
    options = {"resultTypes": ["violations"], "preload": False}
    if rules:
        options["runOnly"] = {"type": "rule", "values": rules}
    found = page.evaluate("(arguments) => axe.run(...arguments)", [context, options])
    return [
        (violation["id"], [node["target"] for node in violation["nodes"]])
        for violation in found["violations"]
        if violation["impact"] in {"serious", "critical"}
    ]


def wait_until_loaded(page):
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("Loading…")).to_have_count(0)
    expect(page.get_by_text("Live", exact=True)).to_be_visible()


@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible_in_both_themes_and_fits_every_width(page, paths, cluster, name):
    # One test, because opening a page takes longer than looking at it.
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    page.goto(paths[name])
    wait_until_loaded(page)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        scroll_width, overflowing = page.evaluate(FIND_OVERFLOW)
        assert scroll_width <= width
        assert (width, overflowing) == (width, [])

    page.set_viewport_size({"width": 1280, "height": 900})
    # The navigation is the same on all pages.
    without = () if name == "overview" else (".side",)
    assert violations(page, without=without) == []
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    # The themes differ in nothing but colors.
    assert violations(page, "color-contrast", "link-in-text-block", without=without) == []

    if name not in WITHOUT_QUERY:
        expect_query_to_run(page, cluster)


def expect_query_to_run(page, cluster):
    """Run the query that the page opens in GraphiQL."""
    link = page.get_by_role("link", name="Open in GraphiQL").get_attribute("href")
    operation = dict(parse_qsl(urlsplit(link).fragment))
    response = cluster.first_response(operation["query"], json.loads(operation["variables"]))
    assert "errors" not in response
    assert response["data"]


@pytest.mark.parametrize("path", ["/login/", "/graphql/", "/api/docs/", "/nope"])
def test_page_outside_of_the_dashboard_has_its_header_and_theme(page, complaints, path):
    page.emulate_media(color_scheme="light")
    page.goto(path)
    header = page.get_by_role("banner")
    expect(header.get_by_role("link", name="Dashboard")).to_have_attribute("href", "/")
    assert violations(page, without=FOREIGN) == []
    # The choice in the dashboard holds, whatever the theme of the system.
    page.evaluate("localStorage.setItem('theme', 'dark')")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(header).to_be_visible()
    assert violations(page, "color-contrast", "link-in-text-block", without=FOREIGN) == []
    if path == "/nope":
        # The browser complains about the status.
        complaints.clear()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_narrow_page_menu_dialog_and_palette_are_accessible(page, paths, theme):
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.set_viewport_size({"width": 390, "height": 740})
    page.goto(paths["nodes"])
    wait_until_loaded(page)
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Actions for").first.click()
    assert violations(page) == []
    page.get_by_role("menuitem", name="Drain…").click()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("node")
    expect(page.get_by_role("option")).not_to_have_count(1)
    assert violations(page) == []


@pytest.mark.parametrize("width", [390, 1240])
def test_live_pages_do_not_move(context, paths, ask, width):
    pages = {name: context.new_page() for name in LIVE_PAGES}
    for name, page in pages.items():
        page.set_viewport_size({"width": width, "height": 800})
        page.add_init_script(OBSERVE_LAYOUT_SHIFT)
        page.goto(paths[name])
        wait_until_loaded(page)
    for n in range(12):
        ask(CREATE, tasks=[{"a": 10 ** (n % 9), "b": 80_000, "durationMs": 60} for _ in range(4)])
        page.wait_for_timeout(250)
    shifts = {name: page.evaluate("layoutShift") for name, page in pages.items()}
    assert {name: shift for name, shift in shifts.items() if shift >= LAYOUT_SHIFT_MAX} == {}
