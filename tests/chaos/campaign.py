"""One run: load, faults, peace, and then the checker's judgment."""

import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import psycopg2

from bench.stack import Engines, Process
from tests.chaos import clients, faults
from tests.chaos.checks import checker, evidence, gauges
from tests.chaos.checks.checker import QUIET_WITHIN_SECONDS, Violation
from tests.chaos.checks.evidence import Ended, Evidence
from tests.chaos.checks.journal import ClientJournal
from tests.chaos.clients import NotAnsweredError, Tally
from tests.chaos.cluster.stack import ChaosError, Stack, running_stack
from tests.chaos.faults import Fault

SCHEDULES = 6
# The number of scheduled times of a backfill for each second of load and faults.
BACKFILL_RATE = 2
# Before the first fault there is a time of peace, by which the end is compared.
WARM_UP_SECONDS = 8
TIMEOUT_SECONDS = 60


@dataclass
class Outcome:
    """The measurements of a run."""

    seed: int
    seconds: float
    rate: float
    tally: Tally
    deaths: Counter[str]
    evidence: Evidence
    violations: list[Violation]
    usages: list[gauges.Usage] = field(default_factory=list)


def run(
    engines: Engines, directory: Path, *, seed: int, minutes: float, rate: float, longest: float
) -> Outcome:
    """Faults of up to `longest` seconds, one after the other, for a number of minutes."""
    database_url = migrated(engines, "chaos", directory)
    with running_stack(engines, directory, database_url) as stack:
        schedules = _create_schedules(stack.web_urls[0])
        _create_backfill(stack.web_urls[0], schedules[0], round(BACKFILL_RATE * minutes * 60))
        journal = ClientJournal(stack.acknowledged)
        broken: list[Ended] = []
        began = time.monotonic()
        threads = clients.started(stack.web_urls, journal, rate=rate, seed=seed)
        try:
            stack.supervise_for(WARM_UP_SECONDS)
            usages = [gauges.measure(stack)]
            end = began + minutes * 60
            for fault in faults.plan(seed, longest_seconds=longest):
                broken.append(_break(stack, fault))
                if len(usages) == 1 and time.monotonic() > began + minutes * 30:
                    usages.append(gauges.measure(stack))
                if time.monotonic() > end:
                    break
            seconds, loaded_until = time.monotonic() - began, datetime.now(UTC)
        finally:
            _stop(stack, threads)
            journal.close()
        quiet_after, settled_at = _settle(stack, schedules, loaded_until)
        usages.append(gauges.measure(stack))
    # By now every late write has happened.
    found = evidence.gather(
        database_url,
        acknowledged=stack.acknowledged,
        executions=stack.executions,
        faults=broken,
        settled_at=settled_at,
        quiet_after_seconds=quiet_after,
    )
    tally = Tally()
    for thread in threads:
        tally.add(thread.tally)
    return Outcome(
        seed, seconds, rate, tally, stack.deaths, found,
        checker.check(found), usages,
    )  # fmt: skip


def _break(stack: Stack, fault: Fault) -> Ended:
    faults.inject(fault, stack)
    ended = Ended(fault.name, datetime.now(UTC), fault.awaited)
    if fault.awaited:
        stack.supervise_until(
            lambda: _count(stack, _OPEN_SINCE_BEFORE, ended.at) == 0, seconds=QUIET_WITHIN_SECONDS
        )
    stack.supervise_for(fault.pause_seconds)
    return ended


def migrated(engines: Engines, name: str, directory: Path) -> str:
    """The URL of a new database with all tables; Valkey is empty then."""
    url = engines.renew(name)
    environment = {"DATABASE_URL": url, "SECRET_KEY": "only for tests", "UI": "false"}
    command = ["manage.py", "migrate", "--verbosity", "0"]
    process = Process("migrate", command, directory / "migrate.log", environment)
    while process.poll() is None:
        time.sleep(0.05)
    if process.poll():
        raise ChaosError(process.last_words())
    return url


def _create_schedules(url: str) -> list[str]:
    """Every second or two, their phases apart; their first tick is still to come."""
    start = datetime.now(UTC) + timedelta(seconds=5)
    ids = []
    for number in range(SCHEDULES):
        body = {
            "a": -number,
            "b": 1,
            "scheduled_at": (start + timedelta(seconds=number / SCHEDULES)).isoformat(),
            "interval": 1 + number % 2,
            "overlap": "QUEUE_ONE" if number % 3 == 0 else "SKIP",
        }
        ids.append(clients.post(f"{url}/task-schedules/", body)["id"])
    return ids


def _create_backfill(url: str, schedule: str, count: int) -> None:
    """Of the seconds before now, one after the other, so that it lasts about as long as the load.

    The schedule has an interval of a second.
    """
    until = datetime.now(UTC)
    first = until - timedelta(seconds=count)
    input_ = {"scheduleId": schedule, "from": first.isoformat(), "until": until.isoformat()}
    clients.mutate(url, clients.BACKFILL, input={**input_, "maxConcurrency": 1})


def _stop(stack: Stack, threads: list[clients.Client]) -> None:
    for thread in threads:
        thread.stop()
    stack.supervise_until(
        lambda: not any(thread.is_alive() for thread in threads),
        seconds=2 * clients.LAST_TRIES_SECONDS,
    )


def _settle(stack: Stack, schedules: list[str], since: datetime) -> tuple[float, datetime]:
    """Return how long after `since` the last task ended, and when; or the state at the timeout."""
    settled_at = datetime.now(UTC)
    stack.supervise_until(
        lambda: _count(stack, _BEHIND, settled_at) == 0, seconds=QUIET_WITHIN_SECONDS
    )
    stack.supervise_until(lambda: _count(stack, _BACKFILLS_OPEN) == 0, seconds=QUIET_WITHIN_SECONDS)
    for id in schedules:
        _pause(stack, id)
    stack.supervise_until(lambda: _count(stack, _OPEN) == 0, seconds=QUIET_WITHIN_SECONDS)
    [(last,)] = _rows(stack, _LAST)
    return max(0.0, (last - since).total_seconds()) if last else 0.0, settled_at


_BEHIND = "SELECT count(*) FROM tasks_app_taskschedule WHERE next_run_at <= %s"
_BACKFILLS_OPEN = "SELECT count(*) FROM tasks_app_backfill WHERE ended_at IS NULL"
_LAST = """
    SELECT max(finished_at) FROM tasks_app_task
     WHERE schedule_id IS NULL AND backfill_of_id IS NULL
"""
_OPEN = "SELECT count(*) FROM tasks_app_task WHERE status IN ('PENDING', 'RUNNING') AND run > 0"
_OPEN_SINCE_BEFORE = f"{_OPEN} AND schedule_id IS NULL AND created_at <= %s"


def _count(stack: Stack, sql: str, *params: Any) -> int:
    [(number,)] = _rows(stack, sql, *params)
    return int(number)


def _rows(stack: Stack, sql: str, *params: Any) -> list[tuple[Any, ...]]:
    """On a connection of its own: the server may have been restarted since the last time."""
    with closing(psycopg2.connect(stack.database_url)) as connection, connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def _pause(stack: Stack, schedule: str) -> None:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    for turn in count():
        try:
            clients.mutate(stack.web_urls[turn % len(stack.web_urls)], clients.PAUSE, id=schedule)
            return
        except NotAnsweredError:
            if time.monotonic() > deadline:
                raise
            stack.supervise_for(0.5)
