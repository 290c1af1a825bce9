"""The page Ledger: the invariants, the queries behind them, and what happens without an answer."""

import re

from playwright.sync_api import expect

from tests.browser.client import create

SUMS = "Each result is A + B."


def panel(page, statement):
    return page.get_by_role("region", name=statement)


def test_ledger_shows_what_was_checked_and_the_query(page, ask):
    create(ask, {"a": 2, "b": 3})
    page.goto("/")
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Ledger").click()

    expect(page.get_by_role("heading", level=1, name="Ledger")).to_be_visible()
    sums = panel(page, SUMS)
    expect(sums).to_contain_text("Holds")
    expect(sums).to_contain_text(re.compile(r"The latest 10,000 results.* Examined: [1-9]"))
    sums.get_by_text("SQL query").click()
    expect(sums.locator("pre")).to_contain_text("FROM tasks_app_taskresult")
    sums.get_by_role("button", name="Copy SQL").click()
    expect(sums.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith(f"-- {SUMS}")


def test_violation_is_shown_and_goes_when_it_is_repaired(page, ask, up):
    [wrong] = create(ask, {"a": 20, "b": 30})
    page.goto("/app/ledger")
    sums = panel(page, SUMS)
    expect(sums).to_contain_text("Holds")
    page.goto(f"/app/tasks/{wrong}")
    expect(page.get_by_text("50").first).to_be_visible()

    def set_result(value):
        sql = "UPDATE tasks_app_taskresult SET result = %s WHERE task_id = %s"
        with up.database() as connection, connection, connection.cursor() as cursor:
            cursor.execute(sql, [value, wrong])

    set_result(51)
    page.goto("/app/ledger")
    try:
        expect(sums).to_contain_text("1 violation")
        expect(sums).to_contain_text("20 + 30 is 50. The result is 51.")
        link = sums.get_by_role("link", name=wrong)
        expect(link).to_have_attribute("href", f"/app/tasks/{wrong}")
    finally:
        set_result(50)
    expect(sums).to_contain_text("Holds")


def test_page_says_that_its_results_are_old(page, complaints):
    page.goto("/app/ledger")
    expect(panel(page, SUMS)).to_contain_text("Holds")

    page.route("**/graphql/", lambda route: route.abort())

    expect(page.locator("main")).to_contain_text("The check could not be repeated.")
    expect(panel(page, SUMS)).to_contain_text("Holds")
    page.unroute("**/graphql/")
    expect(page.locator("main")).not_to_contain_text("The check could not be repeated.")
    complaints.clear()
