"""GraphiQL, with everything it needs from this machine."""

import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from project.settings import BASE_DIR
from tests.browser.client import CREATE
from tests.support.waiting import eventually

SOURCE = Path(BASE_DIR, "frontend/src/graphiql/examples.ts").read_text()
# By the name of the operation: its text, and its variables.
EXAMPLES = {
    name: (query, variables or "{}")
    for query, name, variables in re.findall(
        r"query: `([^`]*?(?:query|mutation|subscription) (\w+)[^`]*)`,\n"
        r"(?:    variables: '(.*?)',)?",
        SOURCE.replace("\\n", " "),
    )
}
WAITING = """
    mutation { createTask(input: {a: 1, b: 1, runAt: "2099-01-01T00:00:00Z"}) { task { uuid } } }
"""


def execute(page):
    """Run the operation in the editor; return the element that shows the response."""
    expect(page.locator(".graphiql-query-editor .view-lines")).to_contain_text("{")
    page.get_by_role("button", name="Execute query (Ctrl-Enter)").click()
    return page.locator(".graphiql-response")


@pytest.fixture
def run(page):
    """Open GraphiQL with an operation and run it; return the element that shows the response."""

    def run(query, variables="{}"):
        page.goto("/graphql/#" + urlencode({"query": query, "variables": variables}))
        return execute(page)

    return run


def test_a_query_with_variables(run, ask):
    ask(CREATE, tasks=[{"a": 11, "b": 12}])
    query = (
        "query T($first: Int) { tasks(first: $first, where: {a: {equals: 11}}) { nodes { b } } }"
    )
    expect(run(query, '{"first": 1}')).to_contain_text('"12"')


def test_a_mutation(run, ask):
    mutation = "mutation { createTask(input: {a: 31, b: 32}) { task { uuid } errors { message } } }"
    expect(run(mutation)).to_contain_text('"uuid"')
    query = "{ tasks(where: {a: {equals: 31}}) { totalCount } }"
    assert ask(query)["tasks"]["totalCount"] == 1


def test_a_subscription_prints_the_changes(run, ask):
    uuid = ask(WAITING)["createTask"]["task"]["uuid"]
    response = run(f'subscription {{ taskStatusChanged(where: {{ids: ["{uuid}"]}}) {{ status }} }}')
    # It begins with where the task stands.
    expect(response).to_contain_text('"PENDING"')
    ask(f'mutation {{ cancelTask(input: {{id: "{uuid}"}}) {{ task {{ id }} }} }}')
    expect(response).to_contain_text('"CANCELLED"')


def test_query_of_a_page_opens_and_runs(page):
    page.goto("/app/tasks")
    page.get_by_role("link", name="Open in GraphiQL").click()
    response = execute(page)
    expect(response).to_contain_text('"data"')
    expect(response).not_to_contain_text('"errors"')


def test_first_visit_shows_examples(page):
    page.goto("/graphql/")
    tabs = page.get_by_role("tab")
    for name in EXAMPLES:
        expect(tabs.get_by_role("button", name=name, exact=True)).to_be_visible()


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_example_runs(run, ask, name):
    response = run(*EXAMPLES[name])

    def has_answered_to_a_change():
        ask(CREATE, tasks=[{"a": 1, "b": 1}])
        return response.inner_text()

    eventually(has_answered_to_a_change)
    expect(response).to_contain_text('"data"')
    expect(response).not_to_contain_text('"message"')


def test_the_schema_is_documented_and_completed(page):
    page.goto("/graphql/#" + urlencode({"query": "{ clu }"}))
    page.get_by_role("button", name="Show Documentation Explorer").click()
    explorer = page.locator(".graphiql-doc-explorer")
    explorer.get_by_text("Query", exact=True).click()
    expect(explorer).to_contain_text("Tasks, newest first by default.")

    editor = page.locator(".graphiql-query-editor .view-line").first
    editor.click()
    page.keyboard.press("Home")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Control+Space")
    expect(page.get_by_label(re.compile("^cluster")).first).to_be_visible()
