"""Clients: they create tasks at a steady rate, note what was acknowledged, and try again."""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests.chaos.checks.journal import Acknowledged, ClientJournal

CLIENTS = 8
TIMEOUT_SECONDS = 5
# Of the requests: some have no key and are tried once, some have one, some come many at once.
PLAIN, KEYED, MANY = 0.45, 0.45, 0.10
ROWS = 5
# A request with a key that was granted is sent again that often.
REPEATED = 0.2
LAST_TRIES_SECONDS = 60

CREATE_TASKS = """
mutation ($tasks: [NewTaskInput!]!, $key: String) {
  createTasks(input: { tasks: $tasks, idempotencyKey: $key }) {
    tasks(first: 100) { uuid a } errors { code message }
  }
}
"""
BACKFILL = """
mutation ($input: CreateBackfillInput!) {
  createBackfill(input: $input) { backfill { id } errors { code message } }
}
"""
PAUSE = "mutation ($id: ID!) { pauseTaskSchedule(input: { id: $id }) { errors { code } } }"


class NotAnsweredError(Exception):
    """It is unknown whether the request was executed. It may be sent again."""


def post(url: str, body: Any, *, key: str = "") -> Any:
    """The parsed answer of success."""
    headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": key} if key else {})
    try:
        with urlopen(
            Request(url, json.dumps(body).encode(), headers), timeout=TIMEOUT_SECONDS
        ) as a:
            return json.load(a)
    except HTTPError as error:
        with error:
            raise NotAnsweredError(f"status {error.code}") from error
    except TimeoutError as error:
        raise NotAnsweredError("timeout") from error
    except (OSError, HTTPException, ValueError) as error:
        raise NotAnsweredError("cut off or refused") from error


def mutate(url: str, query: str, **variables: Any) -> Any:
    """The one field of the answer."""
    answer = post(f"{url}/graphql/", {"query": query, "variables": variables})
    field_ = next(iter((answer.get("data") or {}).values()), None)
    if answer.get("errors") or field_ is None or field_["errors"]:
        raise NotAnsweredError("errors of GraphQL")
    return field_


@dataclass
class Tally:
    """What became of the requests of all clients."""

    created: int = 0
    repeated: int = 0
    unanswered: Counter[str] = field(default_factory=Counter)
    given_up: int = 0

    def add(self, other: "Tally") -> None:
        self.created += other.created
        self.repeated += other.repeated
        self.unanswered.update(other.unanswered)
        self.given_up += other.given_up


class Client(threading.Thread):
    """One request after the other; what it does next depends on the seed alone."""

    def __init__(
        self, number: int, urls: Sequence[str], journal: ClientJournal, *, rate: float, seed: int
    ) -> None:
        super().__init__(name=f"client-{number}", daemon=True)
        self._urls = urls
        self._journal = journal
        self._seconds_per_task = 1 / rate
        self._chance = random.Random(f"{seed}/{number}")
        self._turn = number
        self._first_a = number * 10**9
        self._request_count = 0
        self._ending = threading.Event()
        self._last_try_at = float("inf")
        self.tally = Tally()

    def stop(self) -> None:
        """After the request in hand; it is tried for a minute more."""
        self._last_try_at = time.monotonic() + LAST_TRIES_SECONDS
        self._ending.set()

    def run(self) -> None:
        next_at = time.monotonic()
        while not self._ending.is_set():
            count = self._send_something()
            # After an outage it does not make up for what it has not created.
            next_at = max(next_at + count * self._seconds_per_task, time.monotonic() - 1)
            self._ending.wait(max(0.0, next_at - time.monotonic()))

    def _send_something(self) -> int:
        kind = self._chance.random()
        many = kind >= PLAIN + KEYED
        requests = [self._new_request() for _ in range(ROWS if many else 1)]
        key = "" if kind < PLAIN else f"{requests[0]['a']}"
        send = self._send_many if many else self._send
        repeats = 1 + (key != "" and self._chance.random() < REPEATED)
        if self._granted(send, requests, key) and repeats > 1:
            self._granted(send, requests, key)
            self.tally.repeated += 1
        return len(requests)

    def _new_request(self) -> dict[str, Any]:
        """Most take no time, some a little, a few long enough to be caught by a fault."""
        self._request_count += 1
        chance = self._chance
        durations = [0, chance.randint(20, 100), chance.randint(200, 500)]
        [duration] = chance.choices(durations, [0.7, 0.27, 0.03])
        return {
            "a": self._first_a + self._request_count,
            "b": chance.randint(-(2**62), 2**62),
            "duration": duration,
        }

    def _granted(self, send: Any, requests: list[dict[str, Any]], key: str) -> bool:
        while True:
            try:
                ids = send(self._urls[self._turn % len(self._urls)], requests, key)
            except NotAnsweredError as error:
                self.tally.unanswered[str(error)] += 1
                # The next one goes to another web process.
                self._turn += 1
                if not key or time.monotonic() > self._last_try_at:
                    self.tally.given_up += bool(key)
                    return False
                time.sleep(0.3)
                continue
            for id, request in zip(ids, requests, strict=True):
                self._journal.note(Acknowledged(id, request["a"], request["b"], key))
            self.tally.created += len(ids)
            return True

    def _send(self, url: str, requests: list[dict[str, Any]], key: str) -> list[str]:
        [request] = requests
        body = {"a": request["a"], "b": request["b"], "duration_ms": request["duration"]}
        return [post(f"{url}/tasks/", body, key=key)["id"]]

    def _send_many(self, url: str, requests: list[dict[str, Any]], key: str) -> list[str]:
        rows = [
            {"a": str(request["a"]), "b": str(request["b"]), "durationMs": request["duration"]}
            for request in requests
        ]
        tasks = mutate(url, CREATE_TASKS, tasks=rows, key=key)["tasks"]
        by_a = {int(task["a"]): str(task["uuid"]) for task in tasks}
        return [by_a[request["a"]] for request in requests]


def started(urls: Sequence[str], journal: ClientJournal, *, rate: float, seed: int) -> list[Client]:
    """All of them together create at this rate, in tasks a second."""
    clients = [
        Client(number, urls, journal, rate=rate / CLIENTS, seed=seed)
        for number in range(1, CLIENTS + 1)
    ]
    for client in clients:
        client.start()
    return clients
