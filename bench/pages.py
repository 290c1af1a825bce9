"""The Tasks page in a browser, while the cluster works through a burst before its eyes."""

import json
import time
import urllib.request
from urllib.parse import urljoin

from playwright.sync_api import Page, sync_playwright

from bench import stack
from bench.report import Figures
from bench.stack import OURS, BenchError, Engines
from tests.browser.client import CHROMIUM

STORED = 50_000
BURST = 5_000
SETTLE_MS = 3_000

_CREATE = """
    mutation ($tasks: [NewTaskInput!]!) { createTasks(input: {tasks: $tasks}) { count } }
"""
# What holds the page up for more than 50 ms, and how long each frame takes.
_WATCH = """() => {
    window.watched = {long: [], frames: []};
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.watched.long.push(entry.duration);
    }).observe({type: "longtask"});
    let last = performance.now();
    requestAnimationFrame(function next(now) {
        window.watched.frames.push(now - last);
        last = now;
        requestAnimationFrame(next);
    });
}"""


# When the first text or image of the page was on the screen.
_FIRST_PAINT = """() => performance.getEntriesByName("first-contentful-paint")[0].startTime"""


def tasks_page(engines: Engines) -> Figures:
    if CHROMIUM is None:
        raise BenchError("Chromium is not installed: apt-get install -y chromium-headless-shell")
    with stack.running(OURS, engines) as cluster, sync_playwright() as playwright:
        for _ in range(STORED // BURST):
            _create(cluster.url)
        cluster.wait_for_results(STORED + 1)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(urljoin(cluster.url, "/app/tasks"))
        page.get_by_text("Live", exact=True).wait_for()
        page.get_by_role("row").nth(50).wait_for()
        page.wait_for_timeout(SETTLE_MS)
        first_paint = page.evaluate(_FIRST_PAINT)
        page.evaluate(_WATCH)
        began = time.monotonic()
        _create(cluster.url)
        cluster.wait_for_results(STORED + BURST + 1)
        finished = time.monotonic() - began
        page.wait_for_timeout(SETTLE_MS)
        figures = _figures(page)
        browser.close()
    return {"first paint after, ms": first_paint, "burst finished after, s": finished} | figures


def _create(url: str) -> None:
    tasks = [{"a": n, "b": 1} for n in range(BURST)]
    body = json.dumps({"query": _CREATE, "variables": {"tasks": tasks}}).encode()
    headers = {"Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(urljoin(url, "/graphql/"), body, headers)):
        pass


def _figures(page: Page) -> Figures:
    watched = page.evaluate("window.watched")
    long, frames = watched["long"], sorted(watched["frames"])
    return {
        "long tasks over 100 ms": sum(duration > 100 for duration in long),
        "long tasks over 50 ms": len(long),
        "longest task, ms": max(long, default=0),
        "frame p50, ms": frames[len(frames) // 2],
        "frame p99, ms": frames[len(frames) * 99 // 100],
    }
