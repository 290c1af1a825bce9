"""curl, over HTTP and server-sent events. It resumes by the header `Last-Event-ID`."""

import json
import subprocess

ERRORS = (OSError,)


class Connection:
    def __init__(self, url, token):
        self._url = url
        self._headers = ["-H", f"Authorization: Bearer {token}"] if token else []

    def execute(self, query, **variables):
        answer = json.loads("".join(self._run(self._url, {"query": query, "variables": variables})))
        return answer["data"] if "data" in answer else answer["errors"][0]["extensions"]["code"]

    def follow(self, query, after):
        headers = ["-H", "Accept: text/event-stream", "-H", f"Last-Event-ID: {after}"]
        for line in self._run(f"{self._url}stream/", {"query": query}, *headers):
            if line.startswith("data: {"):
                yield json.loads(line.removeprefix("data: "))["data"]

    def _run(self, url, body, *options):
        """Yield the lines of the response."""
        headers = ["-H", "Content-Type: application/json", *self._headers]
        command = ["curl", "-sN", "--compressed", *headers, *options, "-d", json.dumps(body), url]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            yield from process.stdout
