"""Inserts tasks. Call it inside a transaction, and append the events of `created`."""

from collections.abc import Sequence
from uuid import UUID

from tasks_app.models.task import Task
from tasks_app.sql.db import columns, fetch
from tasks_app.sql.tasks.transitions import Transition

_TASK_COLUMNS = [str(field.column) for field in Task._meta.concrete_fields]
_TASK_ATTNAMES = [field.attname for field in Task._meta.concrete_fields]
# The columns of a new task, with their types.
_INSERTED = {
    "id": "uuid",
    "a": "bigint",
    "b": "bigint",
    "queue": "text",
    "priority": "smallint",
    "duration_ms": "int",
    "slots": "smallint",
    "max_attempts": "smallint",
    "fail_attempts": "smallint",
    "retry_backoff_ms": "int",
    "concurrency_key": "text",
    "concurrency_limit": "smallint",
    "run_at": "timestamptz",
    "expires_at": "timestamptz",
    "idempotency_key": "text",
    "backfill_of_id": "uuid",
}

# Inserts tasks, without those whose idempotency key exists.
_INSERT = f"""
    INSERT INTO tasks_app_task AS t ({", ".join(_INSERTED)}, due_at)
    SELECT {", ".join(_INSERTED)}, greatest(run_at, statement_timestamp())
      FROM unnest({", ".join(f"%({name})s::{kind}[]" for name, kind in _INSERTED.items())})
        AS new({", ".join(_INSERTED)})
    ON CONFLICT (idempotency_key) WHERE NOT idempotency_key = '' DO NOTHING
    RETURNING {{returning}}
"""


def insert(rows: Sequence[Sequence[object]]) -> list[Task]:
    """Insert tasks; leave out those whose idempotency key exists.

    Args:
        rows: For each task its id, the values of `NewTask`, and the schedule of its backfill.
    """
    returning = ", ".join(f"t.{column}" for column in _TASK_COLUMNS)
    inserted = fetch(_INSERT.format(returning=returning), columns(_INSERTED, rows))
    return [Task.from_db("default", _TASK_ATTNAMES, row) for row in inserted]


def insert_many(rows: Sequence[Sequence[object]]) -> set[UUID]:
    """Insert tasks as `insert` does, and return their ids only, which costs less."""
    return {id for (id,) in fetch(_INSERT.format(returning="t.id"), columns(_INSERTED, rows))}


def created(
    id: UUID,
    a: int,
    b: int,
    queue: str,
    duration_ms: int,
    fail_attempts: int,
    concurrency_key: str,
    schedule_id: UUID | None = None,
) -> Transition:
    """Return the transition of a task that was inserted."""
    return Transition(
        id, a, b, queue, duration_ms, fail_attempts, concurrency_key, run=1, attempt=0, version=1,
        status=Task.Status.PENDING, failed_message="", wait_ms=None, run_ms=None,
        schedule_id=schedule_id, previous="",
    )  # fmt: skip
