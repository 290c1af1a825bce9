"""Invariants of the event log: it has each change of a task, and says what the rows say."""

from tasks_app.ledger.invariant import Invariant, Subject

# The changes of tasks in the latest events. Deletions have no version.
_CHANGES = """
    latest AS (
        SELECT xid, id, previous_status, status, task_ids, versions,
               sum(cardinality(task_ids)) OVER (ORDER BY xid DESC, id DESC) AS changes
          FROM (SELECT * FROM tasks_app_clusterevent ORDER BY xid DESC, id DESC LIMIT {events})
            AS event
    ), change AS (
        SELECT u.task_id, u.version, xid, id, previous_status, status
          FROM latest, unnest(task_ids, versions) AS u(task_id, version)
         WHERE changes - cardinality(task_ids) < 10::bigint * {events}
    )
"""
_WINDOW = "The tasks in the latest {events} events, up to ten times as many changes."

LOG_WITHOUT_GAP = Invariant(
    name="log-without-gap",
    statement=(
        "The event log has each change of a task: the versions have no gap, and each change starts"
        " from the status that the change before it reached."
    ),
    window=_WINDOW,
    subject=Subject.TASK,
    examined=f"""
    {_CHANGES.strip()}, examined AS (
        SELECT task_id, version, previous_status, id,
               coalesce(lag(version) OVER task, CASE previous_status WHEN '' THEN 0 END)
               AS previous_version,
               coalesce(lag(status) OVER task, previous_status) AS reached
          FROM change WHERE version IS NOT NULL
        WINDOW task AS (PARTITION BY task_id ORDER BY xid, id)
    )
    """,
    violation="""
    SELECT task_id::text AS key,
           format('Event %s has version %s from %s. The event before it has version %s and %s.', id,
                  version, coalesce(nullif(previous_status, ''), 'nothing'), previous_version,
                  coalesce(nullif(reached, ''), 'nothing')) AS message
      FROM examined WHERE version <> previous_version + 1 OR previous_status <> reached
    """,
)

LOG_MATCHES_TASKS = Invariant(
    name="log-matches-tasks",
    statement="The last event of a task has the status and the version of its row.",
    window=_WINDOW,
    subject=Subject.TASK,
    examined=f"""
    {_CHANGES.strip()}, last AS (
        SELECT DISTINCT ON (task_id) task_id, version, status, id
          FROM change
         ORDER BY task_id, xid DESC, id DESC
    ), examined AS (
        -- Without the LIMIT, the planner might read all tasks.
        SELECT last.*, t.status AS row_status, t.version AS row_version
          FROM last LEFT JOIN LATERAL (
               SELECT t.status, t.version
                 FROM tasks_app_task t WHERE t.id = last.task_id LIMIT 1) AS t ON true
    )
    """,
    violation="""
    SELECT task_id::text AS key,
           format('Event %s says %s in version %s. The row says %s in version %s.', id,
                  coalesce(nullif(status, ''), 'deleted'), version,
                  coalesce(row_status, 'deleted'), row_version) AS message
      FROM examined WHERE coalesce(row_status, '') <> status OR row_version <> version
    """,
)
