"""Admins create, test and control webhooks."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import expect
from standardwebhooks import Webhook as Verifier

from tests.support.waiting import eventually
from tests.webhooks.conftest import Receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    receiver.start()
    yield receiver
    receiver.stop()


def choose(page, url, action):
    page.get_by_role("button", name=f"Actions for {url}").click()
    page.get_by_role("menuitem", name=action).click()


def test_admin_controls_a_webhook(page, cluster, receiver):
    row = page.get_by_role("row", name=receiver.url)
    page.goto("/app/webhooks")
    page.get_by_role("button", name="Create webhook…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("URL").fill("https://192.168.0.1/")
    dialog.get_by_role("button", name="Create webhook").click()
    expect(dialog.get_by_text("no public address")).to_be_visible()

    dialog.get_by_label("URL").fill(receiver.url)
    dialog.get_by_label("Document").fill("subscription { taskStatusChanged { status } }")
    dialog.get_by_role("button", name="Create webhook").click()
    expect(dialog).to_contain_text("It is not shown again.")
    secret = dialog.locator("pre").inner_text()
    dialog.get_by_role("button", name="Done").click()
    expect(row).to_contain_text("Active")

    receiver.answer = lambda _: 410
    cluster.ask("mutation { createTask(input: {a: 1, b: 2}) { errors { message } } }")
    expect(row).to_contain_text("Disabled")
    expect(row).to_contain_text("410 Gone")
    receiver.answer = lambda _: 200
    choose(page, receiver.url, "Resume")
    expect(row).to_contain_text("Active")

    choose(page, receiver.url, "Rotate secret…")
    page.get_by_role("dialog").get_by_role("button", name="Rotate secret").click()
    expect(page.get_by_role("dialog")).to_contain_text("It is not shown again.")
    page.get_by_role("dialog").get_by_role("button", name="Done").click()

    choose(page, receiver.url, "Send test")
    test = eventually(lambda: [each for each in receiver.requests if "TEST" in each.body])[0]
    Verifier(secret).verify(test.body, test.headers)
    choose(page, receiver.url, "Deliveries")
    expect(page.get_by_role("dialog").get_by_text("Test", exact=True)).to_be_visible()
    expect(page.get_by_role("dialog").get_by_text("answered 410")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()

    choose(page, receiver.url, "Edit…")
    dialog.get_by_label("Document").fill("subscription { nonsense }")
    dialog.get_by_role("button", name="Save webhook").click()
    expect(dialog.get_by_text("nonsense", exact=False).last).to_be_visible()
    dialog.get_by_label("Document").fill(
        "subscription($ids: [ID!]) { taskStatusChanged(where: {ids: $ids}) { status version } }"
    )
    dialog.get_by_label("Variables").fill("[")
    dialog.get_by_role("button", name="Save webhook").click()
    expect(dialog.get_by_text("must be a JSON object")).to_be_visible()
    dialog.get_by_label("Variables").fill("{}")
    dialog.get_by_role("button", name="Save webhook").click()
    expect(dialog).to_have_count(0)

    start = cluster.ask("{ cluster { cursor } }")["cluster"]["cursor"]
    cluster.ask("mutation { createTask(input: {a: 3, b: 4}) { errors { message } } }")
    created = eventually(lambda: [each for each in receiver.requests if "version" in each.body])[0]
    choose(page, receiver.url, "Replay from…")
    dialog.get_by_label("After the event").fill(f"/app/events?after={quote(start)}")
    dialog.get_by_role("button", name="Replay").click()
    expect(dialog).to_have_count(0)
    eventually(lambda: [each.id for each in receiver.requests].count(created.id) == 2)

    choose(page, receiver.url, "Delete…")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)
