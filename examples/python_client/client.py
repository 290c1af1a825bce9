"""A client for the cluster scheduler: create tasks, and follow changes without missing any.

As a program: `python client.py create 2 3`, `python client.py follow`.
"""

import json
import os
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.request import Request, urlopen

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

CREATE = """mutation Create($input: CreateTaskInput!) {
  createTask(input: $input) { task { uuid } errors { code field message } }
}"""
FOLLOW = """subscription Follow($after: String) {
  taskStatusChanged(after: $after) { cursor status version task { uuid a b result } }
}"""
RECONNECT_SECONDS = 1


class ApiError(Exception):
    """The API refused an operation. The message contains its errors."""


@dataclass(frozen=True)
class Change:
    """One change of one task.

    Attributes:
        cursor: The place of the change in the event log. Resume after it.
        task: The UUID of the task.
        version: Grows by one with each change of the task.
        status: The status after the change.
        result: The sum, or None if the task has no result yet.
    """

    cursor: str
    task: str
    version: int
    status: str
    result: int | None


class Client:
    """A connection to one cluster.

    Args:
        url: The cluster's address, such as http://localhost:8000.
        token: An API token, if the cluster requires one.
    """

    def __init__(self, url: str = "http://localhost:8000", token: str | None = None) -> None:
        self._url = url.rstrip("/") + "/graphql/"
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def execute(self, query: str, **variables: Any) -> dict[str, Any]:
        """Send a query or a mutation and return its data.

        Raises:
            ApiError: The operation could not run.
        """
        body = json.dumps({"query": query, "variables": variables}).encode()
        headers = {"Content-Type": "application/json", **self._headers}
        with urlopen(Request(self._url, body, headers), timeout=30) as response:
            answer = json.load(response)
        return _data(answer)

    def create_task(self, a: int, b: int, **options: Any) -> str:
        """Create a task and return its UUID.

        Args:
            a: The first summand, a signed 64-bit integer.
            b: The second summand.
            **options: Other fields of `CreateTaskInput`, such as `priority` or `durationMs`.

        Raises:
            ApiError: A value is not valid.
        """
        task_input = {"a": str(a), "b": str(b), **options}
        payload = self.execute(CREATE, input=task_input)["createTask"]
        if payload["errors"]:
            raise ApiError(payload["errors"])
        return str(payload["task"]["uuid"])

    def cursor(self) -> str:
        """Return the cursor of the present state of the cluster."""
        return str(self.execute("{ cluster { cursor } }")["cluster"]["cursor"])

    def follow(self, after: str) -> Iterator[Change]:
        """Yield each change of each task after the cursor, once. Reconnect and never end.

        Raises:
            ApiError: The cursor is older than the event log (STREAM_GAP). Query the state again.
        """
        while True:
            try:
                with self._connect() as socket:
                    for change in _changes(socket, after):
                        after = change.cursor
                        yield change
            except (OSError, WebSocketException):
                time.sleep(RECONNECT_SECONDS)

    def _connect(self) -> ClientConnection:
        socket = connect(
            self._url.replace("http", "ws", 1),
            subprotocols=[Subprotocol("graphql-transport-ws")],
        )
        socket.send(json.dumps({"type": "connection_init", "payload": self._headers}))
        return socket


def _changes(socket: ClientConnection, after: str) -> Iterator[Change]:
    while True:
        message = json.loads(socket.recv())
        match message["type"]:
            case "connection_ack":
                payload = {"query": FOLLOW, "variables": {"after": after}}
                socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
            case "ping":
                socket.send(json.dumps({"type": "pong"}))
            case "next":
                yield _change(_data(message["payload"])["taskStatusChanged"])
            case "error":
                raise ApiError(message["payload"])


def _change(row: dict[str, Any]) -> Change:
    task = row["task"] or {}
    result = task.get("result")
    return Change(
        cursor=row["cursor"],
        task=task.get("uuid", ""),
        version=row["version"],
        status=row["status"],
        result=None if result is None else int(result),
    )


def _data(answer: dict[str, Any]) -> dict[str, Any]:
    if answer.get("errors"):
        raise ApiError(answer["errors"])
    data: dict[str, Any] = answer["data"]
    return data


def main() -> None:
    """Create a task or print changes."""
    parser = ArgumentParser(
        prog="python examples/python_client/client.py", description=main.__doc__
    )
    parser.add_argument("--url", default="http://localhost:8000", help="the cluster's address")
    commands = parser.add_subparsers(dest="command", required=True)
    create = commands.add_parser("create", help="create a task and print its UUID")
    create.add_argument("a", type=int)
    create.add_argument("b", type=int)
    follow = commands.add_parser("follow", help="print each change of each task")
    follow.add_argument("--after", help="cursor from which to resume (default: now)")
    follow.add_argument("--count", type=int, help="number of changes to print (default: no end)")
    options = parser.parse_args()

    client = Client(options.url, os.environ.get("CLUSTER_TOKEN"))
    if options.command == "create":
        print(client.create_task(options.a, options.b))
        return
    changes = client.follow(options.after or client.cursor())
    for change in islice(changes, options.count):
        print(change.task, change.version, change.status, change.result, change.cursor, flush=True)


if __name__ == "__main__":
    main()
