"""Invariants of capacity: the slots of nodes, the limits of queues and of concurrency keys.

Running tasks are not stopped when a node gets fewer slots or a queue a lower limit. So tasks count
from some seconds after the last change on: a claim that began before it has ended by then, because
the change waits for it, at most for the database's `lock_timeout` of 5 seconds.
"""

from tasks_app.ledger.invariant import Invariant, Subject

_SETTLED = "interval '10 seconds'"

# A node that is resized to the slots it was started with gets them when its processes are
# idle, at no known time. So it does not count until it restarts or is resized to a number.
SLOTS = Invariant(
    name="slots",
    statement="No node runs more than fits its slots.",
    window=(
        "All nodes. Tasks count that started at least 10 seconds after the node came online or was"
        " resized. A node whose size was reset does not count until it restarts."
    ),
    subject=Subject.WORKER_NODE,
    examined=f"""
    resized AS (
        SELECT node_id, max(at) AS at
          FROM tasks_app_clusterevent WHERE kind = 'NODE_RESIZED'
         GROUP BY node_id
    ), node AS (
        SELECT n.id, n.name, least(n.slots, n.desired_slots) AS slots,
               greatest(n.online_since, resized.at) + {_SETTLED} AS settled_at
          FROM tasks_app_workernode n LEFT JOIN resized ON resized.node_id = n.id
         WHERE n.desired_slots IS NOT NULL OR resized.at IS NULL OR resized.at < n.online_since
    ), process AS (
        -- A message claims tasks for one process. Its largest task says how many slots it uses.
        SELECT t.node_id, max(t.slots) AS slots
          FROM tasks_app_task t JOIN node ON node.id = t.node_id
         WHERE t.status = 'RUNNING' AND t.started_at > node.settled_at
         GROUP BY t.node_id, t.celery_task_id
    ), examined AS (
        SELECT name, slots,
               coalesce((SELECT sum(p.slots) FROM process p WHERE p.node_id = node.id), 0) AS busy
          FROM node
    )
    """,
    violation="""
    SELECT name AS key, format('%s slots are in use of %s.', busy, slots) AS message
      FROM examined WHERE busy > slots
    """,
)

RUNNING_LIMITS = Invariant(
    name="running-limits",
    statement="No queue runs more tasks than its limit.",
    window=(
        "All queues with a limit. Tasks count that started at least 10 seconds after the last"
        " change of the queue."
    ),
    subject=Subject.QUEUE,
    examined=f"""
    changed AS (
        SELECT queue, max(at) + {_SETTLED} AS settled_at
          FROM tasks_app_clusterevent WHERE kind = 'QUEUE_UPDATED'
         GROUP BY queue
    ), examined AS (
        SELECT q.name, q.running_limit, (
               SELECT count(*)
                 FROM tasks_app_task t
                WHERE t.status = 'RUNNING' AND t.queue = q.name
                  AND t.started_at > coalesce(changed.settled_at, q.created_at)) AS running
          FROM tasks_app_queue q LEFT JOIN changed ON changed.queue = q.name
         WHERE q.running_limit IS NOT NULL
    )
    """,
    violation="""
    SELECT name AS key, format('%s tasks are running of %s.', running, running_limit) AS message
      FROM examined WHERE running > running_limit
    """,
)

# The task that started last counted all others of its key. The task of a schedule keeps running
# with another key if the schedule is changed meanwhile.
CONCURRENCY_LIMITS = Invariant(
    name="concurrency-limits",
    statement="No more tasks with a concurrency key run than the limit of the last to start.",
    window=(
        "The keys of all running tasks. The task of a schedule counts if it started at least 10"
        " seconds after the last change of the schedule."
    ),
    subject=Subject.CONCURRENCY_KEY,
    examined=f"""
    counted AS (
        SELECT t.concurrency_key AS key, t.concurrency_limit AS most,
               count(*) OVER (PARTITION BY t.concurrency_key) AS running,
               row_number() OVER (PARTITION BY t.concurrency_key
                                  ORDER BY t.started_at DESC, t.concurrency_limit DESC) AS place
          FROM tasks_app_task t LEFT JOIN tasks_app_taskschedule s ON s.id = t.schedule_id
         WHERE t.status = 'RUNNING' AND t.is_keyed
           AND (s.id IS NULL OR t.started_at > s.updated_at + {_SETTLED})
    ), examined AS (
        SELECT key, most, running FROM counted WHERE place = 1
    )
    """,
    violation="""
    SELECT key, format('%s tasks are running of %s.', running, most) AS message
      FROM examined WHERE running > most
    """,
)
