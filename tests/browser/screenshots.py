"""Makes the pictures of the documentation: each page, light and dark, of a cluster that works.

`./run screenshots` starts a cluster for it.
"""

import base64
import random
import shutil
import tempfile
import threading
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Browser, expect, sync_playwright

from project.settings import BASE_DIR
from tests.browser.client import CHROMIUM, CREATE, Client
from tests.browser.test_graphiql import EXAMPLES, execute
from tests.support.up import running

DIRECTORY = Path(BASE_DIR, "docs", "screenshots")
SIZE = {"width": 1240, "height": 800}
QUALITY = 38
WARM_UP_SECONDS = 75

QUEUES = """
    mutation {
      reports: createQueue(input: {name: "reports", runningLimit: 2}) { errors { message } }
      mail: createQueue(input: {name: "mail"}) { errors { message } }
      paused: pauseQueue(input: {name: "mail", note: "the relay is down"}) { errors { message } }
    }
"""
CALENDAR = """
    mutation {
      saveCalendar(input: {
        name: "nights", description: "Backups run.", timeZone: "Europe/Berlin"
        weekly: [{days: [MONDAY, TUESDAY, FRIDAY], from: "22:00", until: "05:00"}]
        dates: [{from: "2030-12-24", until: "2030-12-26"}]
      }) { errors { message } }
    }
"""
SCHEDULE = """
    mutation ($input: CreateTaskScheduleInput!) {
      createTaskSchedule(input: $input) { taskSchedule { uuid } errors { message } }
    }
"""
# Their recurrences, the last one with the page of the schedule.
RECURRENCES = [
    {"cron": {"expression": "*/15 8-18 * * mon-fri", "timeZone": "Europe/Berlin"}},
    {"cron": {"expression": "0 */2 * * *"}},
    {"interval": 60},
    {"interval": 15},
    {"interval": 10},
]
TOKEN = 'mutation { createApiToken(input: {name: "reports", role: VIEWER}) { secret } }'


def main() -> None:
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    # The machine runs a cluster too.
    expect.set_options(timeout=30_000)
    directory = Path(tempfile.mkdtemp(prefix="cluster-scheduler-screenshots-"))
    directory.chmod(0o711)
    with running(directory, "--concurrency=4", "--workers=3") as up:
        client = Client(f"http://127.0.0.1:{up.port}")
        client.ask(QUEUES)
        client.ask(CALENDAR)
        client.ask(TOKEN)
        schedules = [
            _create_schedule(client, 7 * number, recurrence)
            for number, recurrence in enumerate(RECURRENCES, 1)
        ]
        is_over = threading.Event()
        worker = threading.Thread(target=_keep_busy, args=(client, is_over))
        worker.start()
        try:
            is_over.wait(WARM_UP_SECONDS)
            _take_all(client, schedules[-1])
        finally:
            is_over.set()
            worker.join()
    shutil.rmtree(directory)


def _create_schedule(client: Client, a: int, recurrence: dict[str, object]) -> str:
    """Create a schedule that the calendar limits if it has a cron expression."""
    options: dict[str, object] = {"scheduledAt": "2026-01-01T00:00:00Z"}
    if "cron" in recurrence:
        options = {"calendars": ["nights"], "labels": ["reports"]}
    values = {"a": a, "b": 3, "recurrence": recurrence} | options
    answer = client.ask(SCHEDULE, input=values)["createTaskSchedule"]
    uuid: str = answer["taskSchedule"]["uuid"]
    return uuid


def _keep_busy(client: Client, is_over: threading.Event) -> None:
    while not is_over.wait(random.uniform(0.2, 1.2)):
        client.ask(CREATE, tasks=[_new_task() for _ in range(random.randint(2, 14))])


def _new_task() -> dict[str, object]:
    queue = random.choices(["default", "reports", "mail"], [10, 2, 1])[0]
    return {
        "a": str(random.randint(-(10**4), 10**9)),
        "b": str(random.randint(0, 10**5)),
        "durationMs": random.choice([20, 80, 300, 900, 1500]),
        "queue": queue,
        "priority": random.choice([3, 5, 5, 5, 9]),
    }


def _take_all(client: Client, schedule: str) -> None:
    task = client.ask(
        'mutation { createTask(input: {a: "9223372036854775807", b: 1, durationMs: 2500}) '
        "{ task { uuid } } }"
    )["createTask"]["task"]["uuid"]
    node = client.ask("{ workerNodes { name } }")["workerNodes"][0]["name"]
    paths = {
        "overview": "/",
        "tasks": "/app/tasks",
        "task": f"/app/tasks/{task}",
        "schedules": "/app/schedules",
        "schedule": f"/app/schedules/{schedule}",
        "new-schedule": "/app/schedules/new",
        "timeline": "/app/schedules/timeline?range=7d",
        "calendars": "/app/schedules/calendars",
        "nodes": "/app/nodes",
        "node": f"/app/nodes/{node}",
        "queues": "/app/queues",
        "queue": "/app/queues/reports",
        "events": "/app/events",
        "tokens": "/app/tokens",
        "graphiql": "/graphql/#" + urlencode({"query": EXAMPLES["Tasks"][0]}),
    }
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for theme in ("light", "dark"):
            for name, path in paths.items():
                _take(browser, f"{client.url}{path}", theme, DIRECTORY / f"{name}-{theme}.webp")
        browser.close()


def _take(browser: Browser, url: str, theme: str, file: Path) -> None:
    page = browser.new_page(viewport=SIZE, color_scheme=theme)
    page.goto(url)
    expect(page.get_by_text("Loading…")).to_have_count(0)
    page.wait_for_timeout(2_500)
    if "/graphql/" in url:
        expect(execute(page)).to_contain_text('"data"')
    # Playwright itself knows PNG and JPEG only, which are twice as big.
    devtools = page.context.new_cdp_session(page)
    shot = devtools.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    file.write_bytes(base64.b64decode(shot["data"]))
    page.close()


if __name__ == "__main__":
    main()
