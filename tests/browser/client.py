"""Who else talks to the cluster that the browser looks at, and what one looks for there."""

import json
from dataclasses import dataclass
from urllib.request import Request, urlopen

CHROMIUM = "/usr/bin/chromium"
CREATE = """
    mutation ($tasks: [NewTaskInput!]!) {
      createTasks(input: {tasks: $tasks}) { taskIds errors { message } }
    }
"""
BIGGEST = str(2**63 - 1)


def row(page, *texts):
    found = page.get_by_role("row")
    for text in texts:
        found = found.filter(has_text=text)
    return found.first


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
