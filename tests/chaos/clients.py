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

from tests.chaos.journal import Acknowledged, ClientJournal

CLIENTS = 8
TIMEOUT_SECONDS = 5
# Of the wishes: some have no key and are tried once, some have one, some come many at once.
PLAIN, KEYED, MANY = 0.45, 0.45, 0.10
ROWS = 5
# A wish with a key that was granted is sent again that often.
REPEATED = 0.2
LAST_TRIES_SECONDS = 60

CREATE_TASKS = """
mutation ($tasks: [NewTaskInput!]!, $key: String) {
  createTasks(input: { tasks: $tasks, idempotencyKey: $key }) {
    tasks(first: 100) { uuid a } errors { code message }
  }
}
"""
PAUSE = "mutation ($id: ID!) { pauseTaskSchedule(input: { id: $id }) { errors { code } } }"


class NotAnsweredError(Exception):
    """Nobody knows whether it happened, or it did not; either way it may be tried again."""


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
        self._wishes = 0
        self._ending = threading.Event()
        self._last_try_at = float("inf")
        self.tally = Tally()

    def stop(self) -> None:
        """After the wish in hand; it is tried for a minute more."""
        self._last_try_at = time.monotonic() + LAST_TRIES_SECONDS
        self._ending.set()

    def run(self) -> None:
        next_at = time.monotonic()
        while not self._ending.is_set():
            count = self._wish_something()
            # After an outage it does not make up for what it has not created.
            next_at = max(next_at + count * self._seconds_per_task, time.monotonic() - 1)
            self._ending.wait(max(0.0, next_at - time.monotonic()))

    def _wish_something(self) -> int:
        kind = self._chance.random()
        many = kind >= PLAIN + KEYED
        wishes = [self._wish() for _ in range(ROWS if many else 1)]
        key = "" if kind < PLAIN else f"{wishes[0]['a']}"
        send = self._send_many if many else self._send
        repeats = 1 + (key != "" and self._chance.random() < REPEATED)
        if self._granted(send, wishes, key) and repeats > 1:
            self._granted(send, wishes, key)
            self.tally.repeated += 1
        return len(wishes)

    def _wish(self) -> dict[str, Any]:
        """Most take no time, some a little, a few long enough to be caught by a fault."""
        self._wishes += 1
        chance = self._chance
        durations = [0, chance.randint(20, 100), chance.randint(200, 500)]
        [duration] = chance.choices(durations, [0.7, 0.27, 0.03])
        return {
            "a": self._first_a + self._wishes,
            "b": chance.randint(-(2**62), 2**62),
            "duration": duration,
        }

    def _granted(self, send: Any, wishes: list[dict[str, Any]], key: str) -> bool:
        while True:
            try:
                ids = send(self._urls[self._turn % len(self._urls)], wishes, key)
            except NotAnsweredError as error:
                self.tally.unanswered[str(error)] += 1
                # The next one goes to another web process.
                self._turn += 1
                if not key or time.monotonic() > self._last_try_at:
                    self.tally.given_up += bool(key)
                    return False
                time.sleep(0.3)
                continue
            for id, wish in zip(ids, wishes, strict=True):
                self._journal.note(Acknowledged(id, wish["a"], wish["b"], key))
            self.tally.created += len(ids)
            return True

    def _send(self, url: str, wishes: list[dict[str, Any]], key: str) -> list[str]:
        [wish] = wishes
        body = {"a": wish["a"], "b": wish["b"], "duration_ms": wish["duration"]}
        return [post(f"{url}/tasks/", body, key=key)["id"]]

    def _send_many(self, url: str, wishes: list[dict[str, Any]], key: str) -> list[str]:
        rows = [
            {"a": str(wish["a"]), "b": str(wish["b"]), "durationMs": wish["duration"]}
            for wish in wishes
        ]
        tasks = mutate(url, CREATE_TASKS, tasks=rows, key=key)["tasks"]
        by_a = {int(task["a"]): str(task["uuid"]) for task in tasks}
        return [by_a[wish["a"]] for wish in wishes]


def started(urls: Sequence[str], journal: ClientJournal, *, rate: float, seed: int) -> list[Client]:
    """All of them together create at this rate, in tasks a second."""
    clients = [
        Client(number, urls, journal, rate=rate / CLIENTS, seed=seed)
        for number in range(1, CLIENTS + 1)
    ]
    for client in clients:
        client.start()
    return clients
