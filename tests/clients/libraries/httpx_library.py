"""httpx, over HTTP and server-sent events, which it decompresses as they come."""

import json

import httpx

ERRORS = (httpx.HTTPError,)
# Longer than the 15 seconds after which the server sends a comment.
TIMEOUT = 60


class Connection:
    def __init__(self, url, token):
        self._url = url
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.Client(headers=headers, timeout=TIMEOUT)

    def execute(self, query, **variables):
        body = {"query": query, "variables": variables}
        answer = self._client.post(self._url, json=body).json()
        return answer["data"] if "data" in answer else answer["errors"][0]["extensions"]["code"]

    def follow(self, query, **variables):
        body = {"query": query, "variables": variables}
        headers = {"Accept": "text/event-stream"}
        url = f"{self._url}stream/"
        with self._client.stream("POST", url, json=body, headers=headers) as response:
            for line in response.iter_lines():
                if line.startswith("data: {"):
                    yield json.loads(line.removeprefix("data: "))["data"]
