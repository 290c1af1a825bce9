"""Invariants of tasks: their number, leases, times and queues."""

from tasks_app.ledger.invariant import Invariant, Subject

# The running tasks, and those that ended last. Both parts are read by index.
_STARTED = """
    examined AS (
        (SELECT id, status, node_id, lease_expires_at, due_at, started_at
           FROM tasks_app_task
          WHERE status = 'RUNNING'
          ORDER BY lease_expires_at LIMIT {rows})
        UNION ALL
        (SELECT id, status, node_id, lease_expires_at, due_at, started_at
           FROM tasks_app_task
          WHERE finished_at IS NOT NULL
          ORDER BY finished_at DESC, id DESC LIMIT {rows})
    )
"""
_STARTED_WINDOW = "The running tasks and the tasks that ended last, up to {rows} of each."

# The counts of the statistics, and the events that they do not include yet (see `stats/rollup.py`).
TASK_COUNTS = Invariant(
    name="task-counts",
    statement=(
        "Each task has one status: the tasks that the event log created, moved and deleted add up"
        " to the rows of each status."
    ),
    window="All tasks, of which up to {counted} of each status are counted.",
    subject=Subject.STATUS,
    examined="""
    watermark AS (
        SELECT coalesce(max(xid), 0) AS xid, coalesce(max(event_id), 0) AS event_id
          FROM tasks_app_statswatermark
    ), recent AS (
        SELECT previous_status, status, cardinality(task_ids) AS tasks
          FROM tasks_app_clusterevent
         WHERE (xid, id) > ((SELECT xid FROM watermark), (SELECT event_id FROM watermark))
    ), logged AS (
        SELECT status, sum(tasks) AS tasks
          FROM (SELECT status, count AS tasks FROM tasks_app_taskcount
                UNION ALL
                SELECT status, tasks FROM recent
                UNION ALL
                SELECT previous_status, -tasks FROM recent) AS change
         GROUP BY status
    ), counted AS (
        SELECT status, (
               SELECT count(*)
                 FROM (SELECT FROM tasks_app_task t WHERE t.status = s.status LIMIT {counted})
                   AS first_ones) AS tasks
          FROM unnest(ARRAY['PENDING', 'RUNNING', 'SUCCESS', 'FAILED', 'CANCELLED']) AS s(status)
    ), examined AS (
        SELECT status, coalesce(logged.tasks, 0) AS logged, counted.tasks
          FROM counted LEFT JOIN logged USING (status)
    )
    """,
    violation="""
    SELECT status AS key,
           format('The event log adds up to %s tasks, and %s were counted.', logged, tasks)
           AS message
      FROM examined WHERE tasks <> least(logged, {counted})
    """,
    number="sum(tasks)::bigint",
)

LEASES = Invariant(
    name="leases",
    statement="Each running task has a lease and a node, and no ended task holds a lease.",
    window=_STARTED_WINDOW,
    subject=Subject.TASK,
    examined=_STARTED,
    violation="""
    SELECT id::text AS key,
           CASE WHEN status = 'RUNNING' THEN 'It runs without a lease or without a node.'
                ELSE format('It is %s and holds a lease.', status) END AS message
      FROM examined
     WHERE CASE WHEN status = 'RUNNING' THEN lease_expires_at IS NULL OR node_id IS NULL
                ELSE lease_expires_at IS NOT NULL END
    """,
)

NOT_BEFORE_DUE = Invariant(
    name="not-before-due",
    statement="No run starts before the time at which it is due.",
    window=_STARTED_WINDOW,
    subject=Subject.TASK,
    examined=_STARTED,
    violation="""
    SELECT id::text AS key, format('It started at %s and was due at %s.', started_at, due_at)
           AS message
      FROM examined WHERE started_at < due_at
    """,
)

QUEUES_EXIST = Invariant(
    name="queues-exist",
    statement="Each pending task is in a queue that exists.",
    window="The queues of all pending tasks.",
    subject=Subject.QUEUE,
    examined="""
    examined AS (
        -- Each step reads one entry of the index task_pending.
        WITH RECURSIVE pending AS (
            (SELECT queue FROM tasks_app_task
              WHERE status = 'PENDING' AND run > 0
              ORDER BY queue LIMIT 1)
            UNION ALL
            SELECT (SELECT t.queue FROM tasks_app_task t
                     WHERE t.status = 'PENDING' AND t.run > 0 AND t.queue > pending.queue
                     ORDER BY t.queue LIMIT 1)
              FROM pending WHERE pending.queue IS NOT NULL
        )
        SELECT queue FROM pending WHERE queue IS NOT NULL
    )
    """,
    violation="""
    SELECT queue AS key, 'It does not exist and has pending tasks.' AS message
      FROM examined WHERE NOT EXISTS (SELECT FROM tasks_app_queue q WHERE q.name = queue)
    """,
)
