"""All that is left when everything has come to rest: journals and rows. Nothing is judged here."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import psycopg2
import psycopg2.extensions

from tasks_app import ledger
from tests.chaos.checks.journal import Acknowledged, Execution, read_acknowledged, read_executions


class Task(NamedTuple):
    id: str
    a: int
    b: int
    status: str
    version: int
    run: int
    attempt: int
    is_scheduled: bool
    created_at: datetime
    finished_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.status in ("PENDING", "RUNNING") and self.run > 0


class Result(NamedTuple):
    task: str
    run: int
    attempt: int
    result: int


class Change(NamedTuple):
    """One task in one line of the log."""

    task: str
    version: int
    attempt: int
    kind: str
    previous: str
    status: str
    at: datetime


class Tick(NamedTuple):
    schedule: str
    nominal_at: datetime
    outcome: str
    times: int
    run: int | None


class Schedule(NamedTuple):
    id: str
    task: str
    scheduled_at: datetime
    interval: int
    next_run_at: datetime | None
    fired: int
    skipped: int
    missed: int

    @property
    def step(self) -> timedelta:
        return timedelta(seconds=self.interval)


class Backfill(NamedTuple):
    id: str
    state: str
    since: datetime
    until: datetime
    scheduled_at: datetime
    interval: int


class BackfillRun(NamedTuple):
    """A scheduled time of a backfill with its task, of which either may be missing."""

    backfill: str | None
    at: datetime | None
    task: str | None


class Ended(NamedTuple):
    """A fault that is over. If it was `awaited`, nothing else broke until all had recovered."""

    name: str
    at: datetime
    awaited: bool


@dataclass
class Evidence:
    """What was promised, what was executed, and what the database says."""

    acknowledged: list[Acknowledged]
    executions: list[Execution]
    tasks: dict[str, Task]
    results: list[Result]
    changes: dict[str, list[Change]]
    schedules: list[Schedule]
    ticks: dict[str, list[Tick]]
    backfills: list[Backfill]
    backfill_runs: list[BackfillRun]
    # What violates the invariants that the rows alone show, by the name of the invariant.
    ledger: list[tuple[str, str]]
    # In order.
    faults: list[Ended] = field(default_factory=list)
    # Whatever is due before this time must have been decided on.
    settled_at: datetime | None = None
    # How long it took from the end of the faults and of the load until nothing was open.
    quiet_after_seconds: float = 0.0


_TASKS = """
    SELECT id::text, a, b, status, version, run, attempt,
           schedule_id IS NOT NULL OR backfill_of_id IS NOT NULL, created_at, finished_at
      FROM tasks_app_task
"""
_RESULTS = "SELECT task_id::text, run, attempt, result FROM tasks_app_taskresult"
_CHANGES = """
    SELECT u.task::text, u.version, u.attempt, e.kind, e.previous_status, e.status, e.at
      FROM tasks_app_clusterevent e,
           unnest(task_ids, versions, attempts) AS u(task, version, attempt)
     ORDER BY e.xid, e.id
"""
_SCHEDULES = """
    SELECT s.id::text, t.id::text, s.scheduled_at, s.interval, s.next_run_at, s.fired, s.skipped,
           s.missed
      FROM tasks_app_taskschedule s JOIN tasks_app_task t ON t.schedule_id = s.id
"""
_TICKS = """
    SELECT schedule_id::text, nominal_at, outcome, count, run FROM tasks_app_scheduletick
     WHERE reason <> 'TRIGGERED' ORDER BY nominal_at, count
"""
_BACKFILLS = """
    SELECT b.id::text, b.state, b.since, b.until, s.scheduled_at, s.interval
      FROM tasks_app_backfill b JOIN tasks_app_taskschedule s ON s.id = b.schedule_id
"""
_BACKFILL_RUNS = """
    SELECT r.backfill_id::text, r.scheduled_for, t.id::text
      FROM tasks_app_backfillrun r
      FULL JOIN (SELECT id FROM tasks_app_task WHERE backfill_of_id IS NOT NULL) AS t
        ON t.id = r.task_id
"""


def gather(database_url: str, *, acknowledged: Path, executions: Path, **ends: Any) -> Evidence:
    """Read the rows of this database and the two journals."""
    with closing(psycopg2.connect(database_url)) as connection:
        rows = [_all(connection, sql) for sql in (_TASKS, _RESULTS, _CHANGES, _SCHEDULES, _TICKS)]
        backfills, runs = _all(connection, _BACKFILLS), _all(connection, _BACKFILL_RUNS)
        violated = list(_violated(connection))
    tasks, results, changes, schedules, ticks = rows
    evidence = Evidence(
        acknowledged=read_acknowledged(acknowledged),
        executions=read_executions(executions),
        tasks={row[0]: Task._make(row) for row in tasks},
        results=[Result._make(row) for row in results],
        changes=defaultdict(list),
        schedules=[Schedule._make(row) for row in schedules],
        ticks=defaultdict(list),
        backfills=[Backfill._make(row) for row in backfills],
        backfill_runs=[BackfillRun._make(row) for row in runs],
        ledger=violated,
        **ends,
    )
    for row in changes:
        evidence.changes[row[0]].append(Change._make(row))
    for row in ticks:
        evidence.ticks[row[0]].append(Tick._make(row))
    return evidence


def _violated(connection: psycopg2.extensions.connection) -> Iterator[tuple[str, str]]:
    for invariant in ledger.INVARIANTS:
        [(_, violations, examples)] = _all(connection, invariant.query(ledger.EVERYTHING))
        for each in examples:
            yield invariant.name, f"{each['key']}: {each['message']}"
        if violations > len(examples):
            yield invariant.name, f"{violations - len(examples)} more"


def _all(connection: psycopg2.extensions.connection, sql: str) -> Sequence[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()
