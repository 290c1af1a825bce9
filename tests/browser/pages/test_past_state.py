"""The panel Past state of the page Overview: the queues and nodes at a time of the slider."""

from urllib.parse import quote

from playwright.sync_api import expect

from tests.browser.client import row

NOW = '{ clusterAt(at: "2100-01-01T00:00:00Z") { at } }'


def set_paused(ask, mutation):
    ask(f'mutation {{ {mutation}(input: {{ name: "past" }}) {{ errors {{ message }} }} }}')


def test_queue_is_shown_as_it_was_and_the_url_has_the_time(page, ask):
    ask('mutation { createQueue(input: { name: "past" }) { errors { message } } }')
    set_paused(ask, "pauseQueue")
    at = ask(NOW)["clusterAt"]["at"]
    set_paused(ask, "resumeQueue")

    page.goto(f"/app/?past={quote(at)}")
    panel = page.get_by_role("region", name="Past state")
    expect(row(panel, "past", "Paused")).to_be_visible()
    expect(panel.get_by_role("table", name="Nodes in the past")).to_contain_text("Active")

    # A step after the last event.
    panel.get_by_role("slider", name="Time").press("End")
    expect(row(panel, "past", "Active")).to_be_visible()
    assert "past=" in page.url
    panel.get_by_role("button", name="Back to now").click()
    expect(panel.get_by_role("table")).to_have_count(0)
    assert "past=" not in page.url
