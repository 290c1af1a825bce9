"""Protections of schedules, their scheduled times and their backfills."""

from tests.mutants.protection import Protection

RECURRENCE = "tasks_app/recurrence/decisions.py"
BACKFILLS = "tasks_app/sql/backfills.py"
IN_TICKS = (
    "tests/recurrence",
    *("tests/ticking", "tests/services/schedules"),
)
IN_BACKFILLS = ("tests/backfill/test_advance.py",)

PROTECTIONS = (
    Protection(
        "overlap of runs",
        RECURRENCE,
        "if due.is_idle if is_catching_up else due.allows_run:",
        "if True:",
        IN_TICKS,
    ),
    Protection(
        "maximum of concurrent runs with ALLOW",
        RECURRENCE,
        "self.overlapping + (not self.is_idle) < self.max_concurrent_runs",
        "True",
        IN_TICKS,
    ),
    Protection(
        "active overlapping runs are counted after the lock",
        "tasks_app/sql/schedules.py",
        "    active = overlaps.count_active(allowing)\n",
        "    active = dict.fromkeys(allowing, 0)\n",
        IN_TICKS,
    ),
    Protection(
        "cancellation of the previous run with CANCEL_RUNNING",
        RECURRENCE,
        "return is_queued and due.overlap == Overlap.CANCEL_RUNNING",
        "return False",
        IN_TICKS,
    ),
    Protection(
        "maximum of active tasks of a backfill",
        BACKFILLS,
        "greatest(0, b.max_concurrency - active.count)",
        "100",
        IN_BACKFILLS,
    ),
    Protection(
        "a paused backfill starts no tasks",
        BACKFILLS,
        "WHERE b.id = ANY(%(ids)s) AND b.state = 'RUNNING'",
        "WHERE b.id = ANY(%(ids)s)",
        IN_BACKFILLS,
    ),
    Protection(
        "tasks of backfills are not pruned before them",
        "tasks_app/sql/tasks/retention.py",
        "AND NOT EXISTS (SELECT FROM tasks_app_backfillrun r WHERE r.task_id = t.id)",
        "",
        IN_BACKFILLS,
    ),
    Protection(
        "misfire grace period",
        RECURRENCE,
        "if due.now - last > grace:",
        "if False:",
        IN_TICKS,
    ),
    Protection(
        "maximum of scheduled times that wait",
        RECURRENCE,
        "if step is None or recurrence.count(first, last) <= CATCH_UP_MAX:",
        "if True:",
        IN_TICKS,
    ),
    Protection(
        "catch-up policy NONE",
        RECURRENCE,
        "if due.catch_up == CatchUp.NONE:",
        "if False:",
        IN_TICKS,
    ),
    Protection(
        "schedules that wait for the previous run are not read again and again",
        "tasks_app/sql/schedules.py",
        "       AND (s.catch_up <> 'ALL' OR s.queued_at IS NULL AND {FREE})\n",
        "",
        IN_TICKS,
    ),
    Protection(
        "scheduled times that wait have an outcome when the recurrence changes",
        "tasks_app/services/schedules/changes.py",
        "        ticking.miss_due(schedule_id)\n",
        "",
        IN_TICKS,
    ),
    Protection(
        "end of a schedule",
        RECURRENCE,
        "if is_exhausted or (due.ends_at is not None and first > due.ends_at):",
        "if is_exhausted:",
        IN_TICKS,
    ),
    Protection(
        "maximum of runs",
        RECURRENCE,
        "return max(0, max_runs - fired - (queued_at is not None))",
        "return max_runs",
        IN_TICKS,
    ),
    Protection(
        "schedules are advanced from the scheduled time that was read",
        "tasks_app/sql/schedules.py",
        "WHERE s.id = d.id AND s.next_run_at IS NOT DISTINCT FROM d.was",
        "WHERE s.id = d.id",
        IN_TICKS,
    ),
    Protection(
        "a recorded scheduled time starts no second run",
        "tasks_app/ticking.py",
        "        if (state.id, group.nominal_at) in recorded\n",
        "",
        IN_TICKS,
    ),
    Protection(
        "crontabs in their time zones",
        "project/settings.py",
        "DJANGO_CELERY_BEAT_TZ_AWARE = True",
        "DJANGO_CELERY_BEAT_TZ_AWARE = False",
        ("tests/beat/test_zones.py",),
    ),
)
