"""10,000 schedules in one Beat, compared with django-celery-beat's scheduler and the same rows."""

import time
from contextlib import closing
from dataclasses import replace

import psycopg2

from bench import stack
from bench.report import Figures
from bench.stack import OURS, Contestant, Engines

INTERVAL_SECONDS = 60
MEASURED_SECONDS = 180
# Stock Beat asks every five seconds whether anything has changed, and needs a first time for that.
LOOK_SECONDS = 6
HEAD_START_SECONDS = 15

_WORKER = "-m celery -q -A project worker -c 2 --without-mingle --without-gossip -n"
STOCK = replace(
    OURS,
    name="stock",
    prepare="manage.py migrate",
    services=[
        "-m project.web --port {port} --log-level warning",
        f"{_WORKER} node-1@%h",
        f"{_WORKER} node-2@%h",
        "-m celery -q -A project beat -S django_celery_beat.schedulers:DatabaseScheduler",
    ],
)

# Their phases are spread evenly over the interval.
_CREATE = """
    WITH numbers AS MATERIALIZED (
        SELECT n, uuidv7() AS schedule_id, uuidv7() AS task_id,
               date_trunc('second', now()) + %(head_start)s * interval '1 second'
                   + n * %(interval)s * interval '1 second' / %(count)s AS first
          FROM generate_series(0, %(count)s - 1) AS n
    ), intervals AS (
        INSERT INTO django_celery_beat_intervalschedule (every, period)
        VALUES (%(interval)s, 'seconds') RETURNING id
    ), periodic AS (
        INSERT INTO django_celery_beat_periodictask
               (name, task, args, kwargs, headers, description, one_off, enabled, total_run_count,
                date_changed, interval_id, start_time)
        SELECT schedule_id, 'tasks_app.tick', '[]',
               json_build_object('schedule_id', schedule_id)::text, '{}', '', false, true, 0,
               now(), intervals.id, first
          FROM numbers, intervals RETURNING id, name, interval_id
    ), schedules AS (
        INSERT INTO tasks_app_taskschedule
               (id, interval_schedule_id, periodic_task_id, scheduled_at, interval, pause_note,
                overlap, misfire_grace, jitter, idempotency_key, request_digest,
                next_run_at, fired, skipped, missed)
        SELECT schedule_id, interval_id, periodic.id, first, %(interval)s, '', 'SKIP', 300, 0,
               '', '', first, 0, 0, 0
          FROM numbers JOIN periodic ON periodic.name = schedule_id::text
    ), tasks AS (
        INSERT INTO tasks_app_task (id, schedule_id, a, b, run)
        SELECT task_id, schedule_id, n, 1, 0 FROM numbers
    ), changed AS (
        UPDATE django_celery_beat_periodictasks SET last_update = now()
    )
    SELECT min(first), extract(epoch FROM min(first) - clock_timestamp())::float FROM numbers
"""
_FIRED = """
    SELECT extract(epoch FROM fired_at - nominal_at)::float FROM tasks_app_scheduletick
     WHERE outcome = 'FIRED' AND nominal_at >= %(first)s
       AND nominal_at < %(first)s + %(seconds)s * interval '1 second'
     ORDER BY 1
"""


def tick(engines: Engines, contestant: Contestant, count: int) -> Figures:
    """Each schedule ticks three times."""
    with (
        stack.running(contestant, engines) as cluster,
        closing(psycopg2.connect(cluster.database_url)) as connection,
        connection.cursor() as cursor,
    ):
        connection.autocommit = True
        cursor.execute("INSERT INTO django_celery_beat_periodictasks VALUES (1, now())")
        time.sleep(LOOK_SECONDS)
        head_start = {"head_start": HEAD_START_SECONDS}
        cursor.execute(_CREATE, {"count": count, "interval": INTERVAL_SECONDS} | head_start)
        [(first, wait)] = cursor.fetchall()
        time.sleep(wait)
        before = cluster.cpu_seconds("beat")["beat"]
        time.sleep(MEASURED_SECONDS)
        cpu = cluster.cpu_seconds("beat")["beat"] - before
        cluster.check()
        time.sleep(2)  # for the last ones
        cursor.execute(_FIRED, {"first": first, "seconds": MEASURED_SECONDS})
        lags = [lag for (lag,) in cursor.fetchall()]
        return {
            "ticks due": count * MEASURED_SECONDS / INTERVAL_SECONDS,
            "fired": len(lags),
            "of those late by 2 s or more": sum(lag >= 2 for lag in lags),
            "lag p50, ms": _percentile(lags, 50) * 1000,
            "lag p99, ms": _percentile(lags, 99) * 1000,
            "CPU of Beat, % of a core": cpu / MEASURED_SECONDS * 100,
            "memory of Beat, PSS, MB": cluster.memory()["beat"],
        }


def _percentile(ordered: list[float], percent: int) -> float:
    return ordered[len(ordered) * percent // 100] if ordered else float("nan")
