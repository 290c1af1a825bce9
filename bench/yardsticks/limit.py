"""The ceiling: the rows of a durable pipeline written by hand in SQL, in batches, one connection.

No broker, no other process, no waiting. What a real cluster loses against this is the
price of being one.
"""

import time

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812  a class, though in lower case
from psycopg2.extras import execute_values

CREATE_BATCH = 1_000
RUN_BATCH = 250

_TABLES = """
    CREATE TABLE task (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        schedule_id uuid,
        a bigint NOT NULL,
        b bigint NOT NULL,
        status text NOT NULL DEFAULT 'PENDING',
        failed_message text NOT NULL DEFAULT '',
        celery_task_id text NOT NULL DEFAULT '',
        queue text NOT NULL DEFAULT 'default',
        priority smallint NOT NULL DEFAULT 5,
        run int NOT NULL DEFAULT 1,
        attempt smallint NOT NULL DEFAULT 0,
        node text NOT NULL DEFAULT '',
        lease_expires_at timestamptz,
        next_dispatch_at timestamptz NOT NULL DEFAULT now(),
        started_at timestamptz,
        finished_at timestamptz
    );
    CREATE INDEX ON task (status, id);
    CREATE INDEX ON task (schedule_id);
    CREATE INDEX ON task (next_dispatch_at) WHERE status = 'PENDING';
    CREATE INDEX ON task (lease_expires_at) WHERE status = 'RUNNING';

    CREATE TABLE result (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        created_at timestamptz NOT NULL DEFAULT now(),
        task_id uuid NOT NULL REFERENCES task,
        run int NOT NULL,
        attempt smallint NOT NULL,
        result numeric(20) NOT NULL,
        node text NOT NULL,
        UNIQUE (task_id, run)
    );

    CREATE TABLE event (
        id bigserial PRIMARY KEY,
        xid bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
        at timestamptz NOT NULL DEFAULT now(),
        kind text NOT NULL,
        task_ids uuid[] NOT NULL
    );
    CREATE INDEX ON event (xid, id);
"""
_CLAIM = """
    UPDATE task
       SET status = 'RUNNING', attempt = attempt + 1, node = 'node', celery_task_id = 'message',
           started_at = clock_timestamp(), updated_at = clock_timestamp(),
           lease_expires_at = clock_timestamp() + interval '30 s'
     WHERE id = ANY(%s::uuid[]) AND status = 'PENDING'
    RETURNING id, run, attempt, a, b
"""
_COMPLETE = """
    UPDATE task
       SET status = 'SUCCESS', lease_expires_at = NULL,
           finished_at = clock_timestamp(), updated_at = clock_timestamp()
      FROM unnest(%s::uuid[], %s::int[]) AS done (id, attempt)
     WHERE task.id = done.id AND task.attempt = done.attempt AND status = 'RUNNING'
"""


def tasks_per_second(dsn: str, count: int) -> float:
    """The rate of `count` tasks, created and then run, in an empty database."""
    connection = psycopg2.connect(dsn)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(_TABLES)
        started = time.perf_counter()
        ids: list[str] = []
        for start in range(0, count, CREATE_BATCH):
            ids += _create(connection, range(start, min(start + CREATE_BATCH, count)))
        for start in range(0, count, RUN_BATCH):
            _run(connection, ids[start : start + RUN_BATCH])
        return count / (time.perf_counter() - started)
    finally:
        connection.close()


def _create(connection: Connection, numbers: range) -> list[str]:
    pairs = [(number, number) for number in numbers]
    # Leaving the block commits.
    with connection, connection.cursor() as cursor:
        sql = "INSERT INTO task (a, b) VALUES %s RETURNING id"
        rows = execute_values(cursor, sql, pairs, page_size=CREATE_BATCH, fetch=True)
        ids = [id for (id,) in rows]
        cursor.execute("INSERT INTO event (kind, task_ids) VALUES ('CREATED', %s::uuid[])", [ids])
    return ids


def _run(connection: Connection, ids: list[str]) -> None:
    with connection, connection.cursor() as cursor:
        cursor.execute(_CLAIM, [ids])
        claimed = cursor.fetchall()
        cursor.execute("INSERT INTO event (kind, task_ids) VALUES ('STARTED', %s::uuid[])", [ids])
    results = [(id, run, attempt, a + b, "node") for id, run, attempt, a, b in claimed]
    with connection, connection.cursor() as cursor:
        cursor.execute(_COMPLETE, [[row[0] for row in claimed], [row[2] for row in claimed]])
        sql = "INSERT INTO result (task_id, run, attempt, result, node) VALUES %s"
        execute_values(cursor, sql, results, page_size=RUN_BATCH)
        cursor.execute("INSERT INTO event (kind, task_ids) VALUES ('ENDED', %s::uuid[])", [ids])
