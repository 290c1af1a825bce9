"""The tour creates tasks and a schedule, says what to look at, and removes what it made."""

import re

from playwright.sync_api import expect

from tests.support.waiting import eventually

SCHEDULES = '{ taskSchedules(where: {labels: ["tour"]}) { nodes { uuid } } }'
OPEN = """{
    tasks(where: {search: "queue:tour-mail,tour-reports status:pending,running"}) { totalCount }
}"""
NODES = "{ workerNodes { name pid connection } }"


def step(page, title):
    return page.get_by_role("listitem").filter(
        has=page.get_by_role("heading", name=title, exact=True)
    )


def test_tour_creates_what_it_shows_and_removes_it(page, ask):
    page.goto("/")
    page.get_by_role("navigation", name="Tools").get_by_role("link", name="Tour").click()
    expect(page.get_by_role("heading", level=1, name="Tour")).to_be_visible()
    page.get_by_role("button", name="Start the tour").click()

    expect(step(page, "Watch tasks run")).to_contain_text("of 132 tasks ended")
    expect(step(page, "Follow a schedule")).to_contain_text(re.compile(r"[1-9]\d* runs? started"))
    expect(step(page, "Retry a task that failed")).to_contain_text("Failed Attempt 3 of 3")
    expect(step(page, "Follow a task that is retried")).to_contain_text("Success Attempt 3 of 3")
    # Reports run one at a time, so some are still waiting.
    page.get_by_role("link", name="Pending reports").click()
    expect(page.get_by_text("Running limit reached").first).to_be_visible()
    page.go_back()
    step(page, "Retry a task that failed").get_by_role("link", name="The task").click()
    expect(page.get_by_text("simulated failure").first).to_be_visible()
    page.go_back()

    remove(page)
    expect(step(page, "Watch tasks run")).to_contain_text("132 of 132 tasks ended")
    expect(page.get_by_role("button", name="Remove…")).to_have_count(0)
    assert ask(SCHEDULES)["taskSchedules"]["nodes"] == []
    assert ask(OPEN)["tasks"]["totalCount"] == 0
    expect(page.get_by_role("button", name="Start again")).to_be_enabled()


def test_tour_kills_a_node_which_comes_back(page, ask):
    page.goto("/app/tour")
    page.get_by_role("button", name=re.compile("^Start")).click()
    lost = step(page, "A lost node")
    # Another test may have stopped a node.
    nodes = ask(NODES)["workerNodes"]
    online = sum(node["connection"] == "ONLINE" for node in nodes)
    expect(lost).to_contain_text(f"{online} of {len(nodes)} nodes online")
    before = {node["name"]: node["pid"] for node in nodes}

    kill = lost.get_by_role("button", name=re.compile("^Kill"))
    name = kill.inner_text().removeprefix("Kill ").removesuffix("…").strip()
    kill.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("link", name="ledger")).to_have_attribute("href", "/app/ledger")
    dialog.get_by_label("Reason").fill("a drill")
    dialog.get_by_role("button", name="Kill", exact=True).click()
    expect(dialog).to_have_count(0)

    page.goto(f"/app/nodes/{name}")
    events = page.get_by_role("region", name="Events")
    for event in "Fault injected", "Node offline":
        expect(events.get_by_text(event).first).to_be_visible()
    expect(events).to_contain_text("Killed: a drill")
    eventually(lambda: has_returned(ask, name, before[name]))
    page.goto("/app/tour")
    expect(lost).to_contain_text(f"{online} of {len(nodes)} nodes online")
    remove(page)


def remove(page):
    """Remove what the tour has created: its tasks would delay those of other tests."""
    page.get_by_role("button", name="Remove…").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def has_returned(ask, name, pid):
    nodes = ask(NODES)["workerNodes"]
    return any(
        node["name"] == name and node["pid"] != pid and node["connection"] == "ONLINE"
        for node in nodes
    )
