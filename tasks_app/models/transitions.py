"""The life of a task, in SQL: each function moves a set of rows and tells what moved.

A row moves only from the status its function names, so that two who want the same row cannot
both have it. Rows are locked in the order of their ids; nobody waits for another in a circle.
The caller opens the transaction and appends the event. All times are the database's.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from tasks_app.models.base import uuid7, uuid7_floor
from tasks_app.models.task import Task

CANCELLED_MESSAGE = "Cancelled"
EXPIRED_MESSAGE = "Expired: no node had started it by its expires_at."

# For a new run. Before its first tick, the task of a schedule is pending for run 0, that is, none.
FREE = "(t.status IN ('SUCCESS', 'FAILED', 'CANCELLED') OR t.status = 'PENDING' AND t.run = 0)"
_NEW_RUN = """
    status = 'PENDING', failed_message = '', run = t.run + 1, attempt = 0, node_id = NULL,
    started_at = NULL, finished_at = NULL, cancel_requested_at = NULL, retry_at = NULL
"""


class Moved(NamedTuple):
    """A task as it stands after a move, and where it came from."""

    id: UUID
    a: int
    b: int
    queue: str
    priority: int
    duration_ms: int
    slots: int
    run: int
    attempt: int
    version: int
    status: str
    failed_message: str
    wait_ms: int | None
    run_ms: int | None
    previous: str


class Outcome(NamedTuple):
    """What an attempt found out: the sum, for this run and attempt and no other."""

    id: UUID
    run: int
    attempt: int
    result: int


_MEASURED = {
    "wait_ms": "(date_part('epoch', t.started_at - t.pending_since) * 1000)::bigint AS wait_ms",
    "run_ms": "(date_part('epoch', t.finished_at - t.started_at) * 1000)::bigint AS run_ms",
}
MOVED = ", ".join(_MEASURED.get(name, f"t.{name}") for name in Moved._fields[:-1])
_TASK_COLUMNS = [str(field.column) for field in Task._meta.concrete_fields]
_TASK_ATTNAMES = [field.attname for field in Task._meta.concrete_fields]

_INSERTED = (
    ("id", "uuid[]"),
    ("a", "bigint[]"),
    ("b", "bigint[]"),
    ("queue", "text[]"),
    ("priority", "smallint[]"),
    ("run_at", "timestamptz[]"),
    ("expires_at", "timestamptz[]"),
    ("duration_ms", "int[]"),
    ("slots", "smallint[]"),
    ("max_attempts", "smallint[]"),
    ("idempotency_key", "text[]"),
)
_COLUMNS = ", ".join(name for name, _ in _INSERTED)
_ARRAYS = ", ".join(f"%s::{kind}" for _, kind in _INSERTED)


def insert(rows: Sequence[Sequence[Any]], *, patience: timedelta) -> list[Task]:
    """Insert tasks; one whose idempotency key is known is left out.

    A row is the columns of `_INSERTED`, then whether the task is handed over right after commit.
    """
    inserted = _insert(rows, patience, returning=_TASK_COLUMNS)
    return [Task.from_db("default", _TASK_ATTNAMES, row) for row in inserted]


def insert_many(rows: Sequence[Sequence[Any]], *, patience: timedelta) -> set[UUID]:
    """As `insert`, where objects of the rows would cost more than storing them: their ids."""
    return {row[0] for row in _insert(rows, patience, returning=["id"])}


def _insert(
    rows: Sequence[Sequence[Any]], patience: timedelta, *, returning: Sequence[str]
) -> list[tuple[Any, ...]]:
    columns = [list(column) for column in zip(*rows, strict=True)]
    return fetch(
        f"""
        INSERT INTO tasks_app_task AS t ({_COLUMNS}, pending_since, next_dispatch_at)
        SELECT {_COLUMNS}, greatest(run_at, statement_timestamp()),
               CASE WHEN run_at > statement_timestamp() THEN run_at
                    WHEN handed_over THEN statement_timestamp() + %s
                    ELSE statement_timestamp() END
          FROM unnest({_ARRAYS}, %s::bool[]) AS new({_COLUMNS}, handed_over)
        ON CONFLICT (idempotency_key) WHERE NOT idempotency_key = '' DO NOTHING
        RETURNING {", ".join(f"t.{column}" for column in returning)}
        """,
        [patience, *columns],
    )


def complete(outcomes: Sequence[Outcome]) -> list[Moved]:
    """RUNNING to SUCCESS with a result row, or to CANCELLED where that was asked for meanwhile.

    An outcome of an attempt that no longer holds its task moves nothing: it is fenced.
    """
    columns = dict(zip(Outcome._fields, map(list, zip(*outcomes, strict=True)), strict=True))
    return moved(
        f"""
        WITH outcome AS (
            SELECT *
              FROM unnest(%(id)s, %(run)s, %(attempt)s, %(result)s::numeric[], %(result_id)s)
                AS o(id, run, attempt, result, result_id)
        ), held AS (
            SELECT t.id, o.result, o.result_id, t.cancel_requested_at IS NOT NULL AS cancelled
              FROM tasks_app_task t JOIN outcome o USING (id)
             WHERE t.status = 'RUNNING' AND t.run = o.run AND t.attempt = o.attempt
             ORDER BY t.id FOR UPDATE OF t
        ), moved AS (
            UPDATE tasks_app_task t
               SET status = CASE WHEN held.cancelled THEN 'CANCELLED' ELSE 'SUCCESS' END,
                   failed_message = CASE WHEN held.cancelled THEN %(cancelled)s ELSE '' END,
                   lease_expires_at = NULL, finished_at = clock_timestamp(),
                   updated_at = clock_timestamp(), version = t.version + 1
              FROM held WHERE t.id = held.id
            RETURNING {MOVED}, 'RUNNING' AS previous, t.node_id, held.result, held.result_id
        ), stored AS (
            INSERT INTO tasks_app_taskresult (id, task_id, result, run, attempt, node_id)
            SELECT result_id, id, result, run, attempt, node_id FROM moved WHERE status = 'SUCCESS'
        )
        SELECT {", ".join(Moved._fields)} FROM moved
        """,
        {**columns, "result_id": [uuid7() for _ in outcomes], "cancelled": CANCELLED_MESSAGE},
    )


def cancel(ids: Sequence[UUID]) -> list[Moved]:
    """PENDING to CANCELLED at once; RUNNING stays so, and its node is asked to stop."""
    return move(
        """
        status = CASE t.status WHEN 'PENDING' THEN 'CANCELLED' ELSE t.status END,
        failed_message = CASE t.status WHEN 'PENDING' THEN %(cancelled)s ELSE '' END,
        finished_at = CASE t.status WHEN 'PENDING' THEN clock_timestamp() END,
        cancel_requested_at = clock_timestamp()
        """,
        where="""
        id = ANY(%(ids)s::uuid[])
        AND (status = 'PENDING' OR status = 'RUNNING' AND cancel_requested_at IS NULL)
        """,
        ids=list(ids),
        cancelled=CANCELLED_MESSAGE,
    )


def retry(ids: Sequence[UUID], *, patience: timedelta) -> list[Moved]:
    """FAILED or CANCELLED to PENDING, for a new run."""
    return move(
        f"""
        {_NEW_RUN},
        pending_since = greatest(t.run_at, clock_timestamp()),
        next_dispatch_at = greatest(t.run_at, clock_timestamp() + %(patience)s)
        """,
        where="id = ANY(%(ids)s::uuid[]) AND status IN ('FAILED', 'CANCELLED')",
        ids=list(ids),
        patience=patience,
    )


def start_runs(runs: Sequence[tuple[UUID, datetime, bool]], *, patience: timedelta) -> list[Moved]:
    """To PENDING for a new run from wherever the task of a schedule is free for one.

    A row is the task, the run's `run_at`, and whether it is handed over right after commit.
    """
    ids, run_ats, handed_over = map(list, zip(*runs, strict=True))
    return moved(
        f"""
        WITH start AS (
            SELECT * FROM unnest(%s::uuid[], %s::timestamptz[], %s::bool[])
                       AS s(id, run_at, handed_over)
        ), chosen AS (
            SELECT start.*, t.status AS previous FROM tasks_app_task t JOIN start USING (id)
             WHERE {FREE} ORDER BY t.id FOR UPDATE OF t
        )
        UPDATE tasks_app_task t
           SET {_NEW_RUN}, run_at = chosen.run_at,
               pending_since = greatest(chosen.run_at, clock_timestamp()),
               next_dispatch_at = CASE WHEN chosen.handed_over THEN clock_timestamp() + %s
                                       ELSE chosen.run_at END,
               updated_at = clock_timestamp(), version = t.version + 1
          FROM chosen WHERE t.id = chosen.id
        RETURNING {MOVED}, chosen.previous
        """,
        [ids, run_ats, handed_over, patience],
    )


def expire(limit: int) -> list[Moved]:
    """PENDING to FAILED for those that should have started by now."""
    return move(
        "status = 'FAILED', failed_message = %(expired)s, finished_at = clock_timestamp()",
        where="status = 'PENDING' AND run = 1 AND expires_at <= clock_timestamp()",
        wait=f"SKIP LOCKED LIMIT {limit}",
        expired=EXPIRED_MESSAGE,
    )


def delete_finished(before: datetime, limit: int) -> list[tuple[str, str, UUID]]:
    """Delete tasks that finished before this time, with their results; answers queue, status, id.

    A task that still belongs to a schedule stays.
    """
    return fetch(
        """
        WITH old AS (
            SELECT id FROM tasks_app_task
             WHERE id < %s AND finished_at < %s AND schedule_id IS NULL
             ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
        ), results AS (
            DELETE FROM tasks_app_taskresult r USING old WHERE r.task_id = old.id
        )
        DELETE FROM tasks_app_task t USING old WHERE t.id = old.id
        RETURNING t.queue, t.status, t.id
        """,
        # Whatever finished by then was created before; ids sort by that, and are indexed.
        [uuid7_floor(before), before, limit],
    )


def delete_results(before: datetime, limit: int) -> int:
    """Delete results of runs before this time, but never a task's latest; answers how many."""
    rows = fetch(
        """
        DELETE FROM tasks_app_taskresult WHERE id IN (
            SELECT r.id FROM tasks_app_taskresult r JOIN tasks_app_task t ON t.id = r.task_id
             WHERE r.id < %s AND r.run < t.run ORDER BY r.id LIMIT %s
        ) RETURNING 1
        """,
        [uuid7_floor(before), limit],
    )
    return len(rows)


def move(assignments: str, *, where: str, wait: str = "", **params: Any) -> list[Moved]:
    return moved(
        f"""
        WITH chosen AS (
            SELECT id, status AS previous FROM tasks_app_task t
             WHERE {where} ORDER BY id FOR UPDATE {wait}
        )
        UPDATE tasks_app_task t
           SET {assignments}, updated_at = clock_timestamp(), version = t.version + 1
          FROM chosen WHERE t.id = chosen.id
        RETURNING {MOVED}, chosen.previous
        """,
        params,
    )


def moved(sql: str, params: Any) -> list[Moved]:
    return [Moved._make(row) for row in fetch(sql, params)]


def fetch(sql: str, params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
