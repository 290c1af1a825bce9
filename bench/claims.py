"""Times claims among many pending tasks: `python -m bench.claims COUNT`.

Prints the median time in ms of a claim of a batch, and of one task with a duration.
"""

import sys
import time
from statistics import median
from typing import Any

import django
from django.db import connection, transaction

django.setup(set_prefix=False)

from tasks_app import execution  # noqa: E402  the models exist only after setup
from tasks_app.services import nodes  # noqa: E402

TIMES = 50
QUEUES = ("batches", "durations")
# A tenth of the tasks is due later. Of those with a duration, a tenth needs two slots, and the
# priorities are mixed.
_FILL = """
    INSERT INTO tasks_app_task (id, a, b, queue, priority, duration_ms, slots, due_at)
    SELECT uuidv7(), n, n, %(queue)s, CASE WHEN %(duration_ms)s > 0 THEN n %% 10 ELSE 5 END,
           %(duration_ms)s, 1 + (%(duration_ms)s > 0 AND n %% 10 = 0)::int,
           now() + CASE WHEN n %% 10 = 3 THEN interval '1 hour' ELSE n * interval '-1 ms' END
      FROM generate_series(1, %(count)s - (SELECT count(*) FROM tasks_app_task
                                            WHERE status = 'PENDING' AND queue = %(queue)s)) AS n
"""


def main(count: int) -> None:
    with connection.cursor() as cursor:
        for queue in QUEUES:
            cursor.execute(
                "INSERT INTO tasks_app_queue (id, name, paused_by, pause_note)"
                " VALUES (uuidv7(), %s, '', '')"
                " ON CONFLICT DO NOTHING",
                [queue],
            )
            duration_ms = 1000 if queue == "durations" else 0
            params: dict[str, Any] = {
                "queue": queue,
                "duration_ms": duration_ms,
                "count": count // 2,
            }
            cursor.execute(_FILL, params)
        cursor.execute("VACUUM ANALYZE tasks_app_task")
    print(*(_time_claims(queue) for queue in QUEUES))


def _time_claims(queue: str) -> float:
    node = f"{queue}@bench"
    times = []
    nodes.heartbeat(node, host="bench", pid=1, slots=4, queues=[queue])
    for _ in range(TIMES):
        # What is claimed is pending again afterwards, so that each claim finds the same.
        with transaction.atomic():
            began = time.perf_counter()
            claimed = execution.claim(node, celery_task_id="bench").tasks
            times.append((time.perf_counter() - began) * 1000)
            transaction.set_rollback(True)
        assert len(claimed) == (1 if queue == "durations" else execution.BATCH)
    return median(times)


if __name__ == "__main__":
    main(int(sys.argv[1]))
