"""The transitions of tasks: each function changes a set of rows and returns what it changed.

A row changes only from the status that its function names, so of two processes that want the same
row one gets it. Rows are locked in the order of their ids, so that transactions do not deadlock.
Call them inside a transaction, and append the event. All times are those of the database.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from tasks_app.models.base import uuid7
from tasks_app.policy.retries import BACKOFF_SQL
from tasks_app.sql.db import Params, columns, fetch
from tasks_app.sql.transactions import OutOfOrderError

CANCELLED_MESSAGE = "Cancelled"
EXPIRED_MESSAGE = "Expired: no worker node started the task by its `expires_at`."
# With the numbers of the attempt and of the allowed attempts.
ATTEMPT_FAILED_MESSAGE = "Attempt %s of %s failed: simulated failure."

_THIS_TRANSACTION = "(SELECT pg_current_xact_id()::text::bigint)"
# Columns that every change of a task assigns.
CHANGED = f"""
    updated_at = clock_timestamp(), version = t.version + 1, xid = {_THIS_TRANSACTION}
"""
# The log is read in the order of transaction ids: see `sql/transactions.py`.
NOT_NEWER = f"xid <= {_THIS_TRANSACTION}"
IS_NEWER = f"xid > {_THIS_TRANSACTION} AS is_newer"

# The task of a schedule is free for a new run. Before its first tick it is pending for run 0.
FREE = "(t.status IN ('SUCCESS', 'FAILED', 'CANCELLED') OR t.status = 'PENDING' AND t.run = 0)"
_NEW_RUN = """
    status = 'PENDING', failed_message = '', run = t.run + 1, attempt = 0, node_id = NULL,
    started_at = NULL, finished_at = NULL, cancel_requested_at = NULL
"""


class Transition(NamedTuple):
    """A task after a change of its state, and its status before (`previous`).

    The `schedule_id` is the schedule that runs the task, also as an overlapping run or in a
    backfill. The `failed_message` is the reason why its run failed, or the attempt after which it
    is pending.
    """

    id: UUID
    a: int
    b: int
    queue: str
    duration_ms: int
    fail_attempts: int
    concurrency_key: str
    run: int
    attempt: int
    version: int
    status: str
    failed_message: str
    wait_ms: int | None
    run_ms: int | None
    schedule_id: UUID | None
    previous: str


class Outcome(NamedTuple):
    """The result that an attempt computed, valid for this run and attempt only.

    It is None if the attempt failed.
    """

    id: UUID
    run: int
    attempt: int
    result: int | None


_MEASURED = {
    "wait_ms": "(date_part('epoch', t.started_at - t.due_at) * 1000)::bigint AS wait_ms",
    "run_ms": "(date_part('epoch', t.finished_at - t.started_at) * 1000)::bigint AS run_ms",
}
_SCHEDULE = {
    "schedule_id": "coalesce(t.schedule_id, t.overlap_of_id, t.backfill_of_id) AS schedule_id"
}


def _columns(expressions: dict[str, str]) -> str:
    return ", ".join(expressions.get(name, f"t.{name}") for name in Transition._fields[:-1])


# The columns of `Transition` but the last one, of a table with the alias t.
TRANSITION = _columns(_MEASURED | _SCHEDULE)
# The row of a task that is pending after an attempt does not store why the attempt failed.
_WHY = "CASE t.status WHEN 'PENDING' THEN held.attempt_failed ELSE t.failed_message END"
_ENDED = _columns(_MEASURED | _SCHEDULE | {"failed_message": f"{_WHY} AS failed_message"})

# Stores results of attempts that still hold their tasks, and ends these attempts. After one that
# failed the task is pending for the next one, if more are allowed.
_COMPLETE = f"""
    WITH outcome AS (
        SELECT *
          FROM unnest(%(id)s::uuid[], %(run)s::int[], %(attempt)s::int[], %(result)s::numeric[],
                      %(result_id)s::uuid[])
            AS o(id, run, attempt, result, result_id)
    ), held AS (
        SELECT t.id, o.result, o.result_id, {IS_NEWER},
               CASE WHEN t.cancel_requested_at IS NOT NULL THEN 'CANCELLED'
                    WHEN o.result IS NOT NULL THEN 'SUCCESS'
                    WHEN t.attempt < t.max_attempts THEN 'PENDING' ELSE 'FAILED' END AS new_status,
               format(%(attempt_failed)s, t.attempt, t.max_attempts) AS attempt_failed
          FROM tasks_app_task t JOIN outcome o USING (id)
         WHERE t.status = 'RUNNING' AND t.run = o.run AND t.attempt = o.attempt
         ORDER BY t.id FOR UPDATE OF t
    ), ended AS (
        UPDATE tasks_app_task t
           SET status = new_status,
               failed_message = CASE new_status WHEN 'CANCELLED' THEN %(cancelled)s
                                                WHEN 'FAILED' THEN attempt_failed ELSE '' END,
               started_at = CASE new_status WHEN 'PENDING' THEN NULL ELSE t.started_at END,
               finished_at = CASE new_status WHEN 'PENDING' THEN NULL ELSE clock_timestamp() END,
               due_at = CASE new_status WHEN 'PENDING' THEN clock_timestamp() + {BACKOFF_SQL}
                                        ELSE t.due_at END,
               lease_expires_at = NULL,
               {CHANGED}
          FROM held WHERE t.id = held.id
        RETURNING {_ENDED}, 'RUNNING' AS previous, held.is_newer, t.node_id, held.result,
                  held.result_id
    ), stored AS (
        INSERT INTO tasks_app_taskresult (id, task_id, result, run, attempt, node_id)
        SELECT result_id, id, result, run, attempt, node_id FROM ended WHERE status = 'SUCCESS'
    )
    SELECT {", ".join(Transition._fields)}, is_newer FROM ended
"""


def complete(outcomes: Sequence[Outcome]) -> list[Transition]:
    """Complete running tasks: SUCCESS with a result, or CANCELLED if that was requested.

    Without a result the attempt failed: the task is PENDING again, or FAILED after the last
    attempt. The outcome of an attempt that no longer holds its task changes nothing: it is fenced.
    """
    params = {
        **columns(Outcome._fields, outcomes),
        "result_id": [uuid7() for _ in outcomes],
        "cancelled": CANCELLED_MESSAGE,
        "attempt_failed": ATTEMPT_FAILED_MESSAGE,
    }
    return transitions(_COMPLETE, params)


def cancel(ids: Sequence[UUID]) -> list[Transition]:
    """Cancel pending tasks at once, and mark running tasks, which their nodes then stop."""
    return transition(
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


def retry(ids: Sequence[UUID]) -> list[Transition]:
    """Start a new run of failed or cancelled tasks."""
    return transition(
        f"{_NEW_RUN}, due_at = greatest(t.run_at, clock_timestamp())",
        where="id = ANY(%(ids)s::uuid[]) AND status IN ('FAILED', 'CANCELLED')",
        ids=list(ids),
    )


# Starts a new run of each task of a schedule that is free for one.
_START_RUNS = f"""
    WITH start AS (
        SELECT * FROM unnest(%(id)s::uuid[], %(run_at)s::timestamptz[]) AS s(id, run_at)
    ), chosen AS (
        SELECT start.*, t.status AS previous, {IS_NEWER}
          FROM tasks_app_task t JOIN start USING (id)
         WHERE {FREE} ORDER BY t.id FOR UPDATE OF t
    )
    UPDATE tasks_app_task t
       SET {_NEW_RUN}, run_at = chosen.run_at,
           due_at = greatest(chosen.run_at, clock_timestamp()),
           {CHANGED}
      FROM chosen WHERE t.id = chosen.id
    RETURNING {TRANSITION}, chosen.previous, chosen.is_newer
"""


def start_runs(runs: Iterable[tuple[UUID, datetime]]) -> list[Transition]:
    """Start a run of each task that is free for one.

    Args:
        runs: The id of each task, and the time at which its run is due.
    """
    return transitions(_START_RUNS, columns(("id", "run_at"), list(runs)))


def expire(limit: int) -> list[Transition]:
    """Fail up to `limit` pending tasks that had to start by now."""
    return transition(
        "status = 'FAILED', failed_message = %(expired)s, finished_at = clock_timestamp()",
        where="status = 'PENDING' AND run = 1 AND expires_at <= clock_timestamp()",
        wait=f"SKIP LOCKED LIMIT {limit}",
        expired=EXPIRED_MESSAGE,
    )


def lock(id: UUID) -> None:
    """Lock a task until the transaction ends.

    Raises:
        OutOfOrderError: A transaction with a higher id has changed the task before.
    """
    sql = f"SELECT {IS_NEWER} FROM tasks_app_task WHERE id = %(id)s FOR UPDATE"
    if any(is_newer for (is_newer,) in fetch(sql, {"id": id})):
        raise OutOfOrderError


def transition(
    assignments: str, *, where: str, wait: str = "", **params: object
) -> list[Transition]:
    """Assign columns of the tasks that match a condition."""
    return transitions(
        f"""
        WITH chosen AS (
            SELECT id, status AS previous, {IS_NEWER} FROM tasks_app_task t
             WHERE {where} ORDER BY id FOR UPDATE {wait}
        )
        UPDATE tasks_app_task t
           SET {assignments}, {CHANGED}
          FROM chosen WHERE t.id = chosen.id
        RETURNING {TRANSITION}, chosen.previous, chosen.is_newer
        """,
        params,
    )


def transitions(sql: str, params: Params) -> list[Transition]:
    """Run a statement that returns the columns of `Transition`, and `is_newer`.

    Raises:
        OutOfOrderError: A transaction with a higher id has changed one of the tasks before.
    """
    rows = fetch(sql, params)
    if any(is_newer for *_, is_newer in rows):
        raise OutOfOrderError
    return [Transition._make(row[:-1]) for row in rows]
