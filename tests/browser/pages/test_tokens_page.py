"""API tokens are created and revoked on their page."""

from urllib.error import HTTPError
from urllib.request import Request, urlopen

from playwright.sync_api import expect

from tests.browser.client import confirm, row


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
