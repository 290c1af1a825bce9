"""Invariants of results: each is right, and each successful run has one."""

from tasks_app.ledger.invariant import Invariant, Subject

# The joins to tasks are LATERAL with a LIMIT, so that they read one entry of an index for each row,
# whatever the planner knows about the tables. It would scan a large table for 10,000 rows.

# The numbers of a schedule's task can be changed. The result of its latest run is that of the
# present ones if the run started after the last change; that change holds the task's row until it
# is stored.
SUMS = Invariant(
    name="sums",
    statement="Each result is A + B.",
    window=(
        "The latest {rows} results. Of a schedule's task, the result of its latest run counts,"
        " until the schedule is changed."
    ),
    subject=Subject.TASK,
    examined="""
    latest AS (
        SELECT task_id, run, result FROM tasks_app_taskresult ORDER BY id DESC LIMIT {rows}
    ), examined AS (
        SELECT latest.task_id, latest.result, t.a, t.b, t.a::numeric + t.b AS sum
          FROM latest CROSS JOIN LATERAL (
               SELECT t.a, t.b, t.run, t.started_at, t.schedule_id
                 FROM tasks_app_task t WHERE t.id = latest.task_id LIMIT 1) AS t
          LEFT JOIN tasks_app_taskschedule s ON s.id = t.schedule_id
         WHERE s.id IS NULL OR latest.run = t.run AND t.started_at > s.updated_at
    )
    """,
    violation="""
    SELECT task_id::text AS key, format('%s + %s is %s. The result is %s.', a, b, sum, result)
           AS message
      FROM examined WHERE result <> sum
    """,
)

ONE_RESULT_PER_RUN = Invariant(
    name="one-result-per-run",
    statement=(
        "A run has exactly one result if it succeeded, and none if it failed or was cancelled."
    ),
    window="The latest run of each of the {rows} tasks that ended last.",
    subject=Subject.TASK,
    examined="""
    examined AS (
        SELECT t.id, t.status, t.run, (
               SELECT count(*)
                 FROM tasks_app_taskresult r WHERE r.task_id = t.id AND r.run = t.run) AS results
          FROM tasks_app_task t
         WHERE t.finished_at IS NOT NULL
         ORDER BY t.finished_at DESC, t.id DESC LIMIT {rows}
    )
    """,
    violation="""
    SELECT id::text AS key, format('Run %s is %s and has %s results.', run, status, results)
           AS message
      FROM examined WHERE results <> (status = 'SUCCESS')::int
    """,
)

RESULTS_OF_SUCCESSES = Invariant(
    name="results-of-successes",
    statement="Each result was stored by the attempt that succeeded, and no run has two results.",
    window="The latest {rows} results. Earlier runs of a task no longer have a status.",
    subject=Subject.TASK,
    examined="""
    latest AS (
        SELECT task_id, run, attempt, count(*) OVER (PARTITION BY task_id, run) AS results
          FROM (SELECT * FROM tasks_app_taskresult ORDER BY id DESC LIMIT {rows}) AS result
    ), examined AS (
        SELECT latest.*, t.run AS latest_run, t.status, t.attempt AS latest_attempt
          FROM latest LEFT JOIN LATERAL (
               SELECT t.run, t.status, t.attempt
                 FROM tasks_app_task t WHERE t.id = latest.task_id LIMIT 1) AS t ON true
    )
    """,
    violation="""
    SELECT task_id::text AS key,
           format('Attempt %s of run %s stored a result of %s. The task is %s in attempt %s of run'
                  ' %s.', attempt, run, results, status, latest_attempt, latest_run) AS message
      FROM examined
     WHERE results > 1 OR latest_run IS NULL OR run > latest_run
        OR run = latest_run AND (status <> 'SUCCESS' OR attempt <> latest_attempt)
    """,
)
