"""A second client of the cluster under test, and how tests find things on a page."""

import json
import shutil
from dataclasses import dataclass
from urllib.request import Request, urlopen

from playwright.sync_api import expect

# The first, without the windows of the second, opens a page with a third of the CPU time.
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
LATER = "2099-01-01T00:00:00Z"
CREATE = """
    mutation ($tasks: [NewTaskInput!]!) {
      createTasks(input: {tasks: $tasks}) { taskIds errors { message } }
    }
"""
BIGGEST = str(2**63 - 1)


def row(page, *texts):
    """Return the first table row that contains all texts."""
    found = page.get_by_role("row")
    for text in texts:
        found = found.filter(has_text=text)
    return found.first


def create(ask, *tasks):
    """Create tasks and return their UUIDs."""
    ids = ask(CREATE, tasks=list(tasks))["createTasks"]["taskIds"]
    query = "query ($ids: [ID!]) { tasks(where: {ids: $ids}, first: 100) { nodes { id uuid } } }"
    uuids = {task["id"]: task["uuid"] for task in ask(query, ids=ids)["tasks"]["nodes"]}
    return [uuids[id] for id in ids]


def search_field(page):
    return page.get_by_role("combobox", name="Search tasks")


def choose(row, action):
    """Choose an action in the menu of a table row."""
    row.get_by_role("button", name="Actions for").click()
    row.get_by_role("menuitem", name=action).click()


def confirm(page, label, reason=None):
    """Give the reason in the open dialog, press its button and wait until it is closed."""
    dialog = page.get_by_role("dialog")
    if reason:
        dialog.get_by_label("Reason").fill(reason)
    dialog.get_by_role("button", name=label, exact=True).click()
    expect(dialog).to_have_count(0)


@dataclass
class Client:
    """Another client of the cluster that the browser looks at."""

    url: str

    def request(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        with urlopen(Request(self.url + path, data, headers, method=method), timeout=10) as answer:
            return answer.status, json.load(answer)

    def ask(self, query, **variables):
        body = {"query": query, "variables": variables}
        status, answer = self.request("POST", "/graphql/", body)
        assert (status, answer.get("errors")) == (200, None)
        return answer["data"]

    def first_response(self, query, variables):
        """Return the first response to an operation of any kind."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        headers = {"Content-Type": "application/json", "Accept": "text/event-stream"}
        request = Request(self.url + "/graphql/stream/", body, headers)
        with urlopen(request, timeout=10) as stream:
            return next(json.loads(line[5:]) for line in stream if line.startswith(b"data:"))
