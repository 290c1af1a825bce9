"""The browsable API in a browser: its forms work under the Content-Security-Policy."""

import pytest
from playwright.sync_api import expect


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forms_create_change_and_delete_a_schedule(page, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto("/task-schedules/")
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == {"light": "rgba(0, 0, 0, 0)", "dark": "rgb(17, 24, 39)"}[scheme]

    form = page.locator("#post-object-form")
    form.locator("input[name=a]").fill("9007199254740993")
    form.get_by_role("button", name="POST").click()
    expect(page.locator(".response-info")).to_contain_text("HTTP 201 Created")
    expect(page.locator(".response-info")).to_contain_text('"a": 9007199254740993')

    page.locator(".response-info a").first.click()
    form = page.locator("#put-object-form")
    expect(form.locator("input[name=a]")).to_have_value("9007199254740993")
    form.locator("input[name=interval]").fill("61")
    form.get_by_role("button", name="PUT").click()
    expect(page.locator(".response-info")).to_contain_text("HTTP 200 OK")
    expect(page.locator(".response-info")).to_contain_text('"interval": 61')

    page.goto(page.url)
    page.screenshot(path=f"/tmp/shot-{scheme}.png", full_page=True)
    page.get_by_role("button", name="DELETE").first.click()
    page.locator("#deleteModal .btn-danger").click()
    expect(page.locator(".response-info")).to_contain_text("HTTP 204 No Content")


def test_raw_data_and_filters(page):
    page.goto("/tasks/")
    page.get_by_role("link", name="Raw data").click()
    page.locator("#post-generic-content-form").get_by_role("button", name="POST").click()
    expect(page.locator(".response-info")).to_contain_text("HTTP 201 Created")

    page.goto("/tasks/")
    page.get_by_role("button", name="Filters").click()
    page.locator("#filtersModal select[name=status]").select_option("FAILED")
    page.locator("#filtersModal").locator("[type=submit]").click()
    expect(page.locator(".request-info")).to_contain_text("status=FAILED")
    expect(page.locator(".response-info")).to_contain_text("HTTP 200 OK")

    page.get_by_role("button", name="OPTIONS").click()
    expect(page.locator(".response-info")).to_contain_text('"max_value"')


@pytest.mark.parametrize("operation", ["create_task", "create_task_schedule", "list_tasks"])
def test_examples_succeed_in_swagger(page, operation):
    page.goto("/api/docs/")
    block = page.locator(f"[id$={operation}].opblock")
    block.locator(".opblock-summary-control").click()
    block.get_by_role("button", name="Try it out").click()
    block.get_by_role("button", name="Execute").click()

    status = block.locator(".live-responses-table tbody td.response-col_status")
    expect(status).to_contain_text("200" if operation == "list_tasks" else "201")
