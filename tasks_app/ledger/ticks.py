"""Invariants of the scheduled times of schedules."""

from tasks_app.ledger.invariant import Invariant, Subject

TICKS = Invariant(
    name="scheduled-times",
    statement="Each scheduled time fires at most once, and starts a run that no other starts.",
    window="The latest {rows} scheduled times that have an outcome.",
    subject=Subject.TASK_SCHEDULE,
    examined="""
    examined AS (
        SELECT schedule_id, nominal_at, outcome, run, (
               SELECT t.run FROM tasks_app_task t WHERE t.schedule_id = latest.schedule_id
               ) AS latest_run,
               count(*) OVER (PARTITION BY schedule_id, nominal_at) AS outcomes,
               count(*) OVER (PARTITION BY schedule_id, task_id, run) AS ticks_of_run
          FROM (SELECT * FROM tasks_app_scheduletick ORDER BY id DESC LIMIT {rows}) AS latest
    )
    """,
    violation="""
    SELECT schedule_id::text AS key,
           CASE WHEN outcomes > 1
                THEN format('The scheduled time %s has %s outcomes.', nominal_at, outcomes)
                WHEN ticks_of_run > 1
                THEN format('%s scheduled times started run %s.', ticks_of_run, run)
                ELSE format('The scheduled time %s started run %s. The latest run is %s.',
                            nominal_at, run, latest_run) END AS message
      FROM examined
     WHERE outcomes > 1 OR outcome = 'FIRED' AND (ticks_of_run > 1 OR run > latest_run)
    """,
)
