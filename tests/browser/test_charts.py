"""Charts over one range of time, and the tasks behind them."""

import re
from urllib.parse import unquote

from playwright.sync_api import expect

from tests.browser.client import CREATE, create, row, search_field
from tests.support.waiting import eventually

FINISHED = '{ tasks(where: {search: "a:70700"}) { nodes { finishedAt } } }'


def test_charts_show_the_same_time_under_the_pointer_and_their_values_as_a_table(page):
    page.goto("/")
    throughput = page.get_by_role("region", name="Throughput", exact=True)
    throughput.get_by_role("img").hover(position={"x": 300, "y": 80})
    expect(throughput.locator(".tooltip")).to_contain_text(re.compile(r"succeeded/s.*\d/s"))
    expect(page.locator(".tooltip")).to_have_count(5)

    page.get_by_role("button", name="6 h", exact=True).click()
    throughput.get_by_role("button", name="Table").click()
    expect(throughput.get_by_role("columnheader", name="succeeded/s")).to_be_visible()
    expect(throughput.get_by_role("row")).to_have_count(362)
    assert "range=6h" in page.url


def test_dragging_over_a_chart_shows_that_range_on_every_page(page):
    page.goto("/")
    plot = page.get_by_role("region", name="Queue time", exact=True).locator(".u-over")
    plot.scroll_into_view_if_needed()
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


def test_a_period_of_a_chart_opens_the_tasks_that_ended_in_it(page, ask):
    create(ask, {"a": 70_700, "b": 1})
    finished_at = eventually(lambda: ask(FINISHED)["tasks"]["nodes"][0]["finishedAt"])
    page.goto("/?range=1h")
    throughput = page.get_by_role("region", name="Throughput", exact=True)
    throughput.get_by_role("button", name="Table").click()
    eventually(lambda: period_with(throughput, finished_at)).click()
    expect(page).to_have_url(re.compile(r"/app/tasks\?search=finished%3A.*&order=finished"))
    expect(row(page, "70700 + 1")).to_be_visible()

    page.go_back()
    throughput.get_by_role("img").click(position={"x": 300, "y": 80})
    expect(search_field(page)).to_have_value(re.compile(r"^finished:\S+\.\.\S+Z$"))
    expect(page.get_by_text("found")).to_be_visible()


def period_with(chart, time):
    """Return the link of the period of a chart's table that contains a time, or None."""
    links = chart.get_by_role("row").get_by_role("link")
    for number, href in enumerate(links.evaluate_all("links => links.map((link) => link.href)")):
        start, end = re.search(r"finished:(\S+)Z\.\.(\S+)Z", unquote(href)).groups()
        if start <= time[: len(start)] <= end:
            return links.nth(number)
    return None
