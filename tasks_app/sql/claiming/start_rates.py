"""Start rates of queues: token buckets, exact over all nodes, by the clock of the database.

A bucket is stored as one time, `next_start_at`: from then on, it has a token. Each interval after
that adds one, up to the burst (the generic cell rate algorithm). Claims lock the queue before.
"""

from tasks_app.sql.db import fetch

# The time in which a queue with the alias q gets a number of tokens. It is rounded up, so that the
# rate is never exceeded.
INTERVAL = """
    ceil(1000000.0 * ({tokens}) * q.start_per_seconds / q.start_count) * interval '1 microsecond'
"""
# Whether the start rate of a queue with the alias q lets a task start.
CAN_START = "(q.next_start_at IS NULL OR q.next_start_at <= statement_timestamp())"
# The number of tokens of a queue with the alias q; null without a start rate.
TOKENS = """
    CASE WHEN q.next_start_at > clock_timestamp() THEN 0
         ELSE least(q.start_burst,
                    1 + floor(extract(epoch FROM clock_timestamp() - q.next_start_at)
                              * q.start_count / q.start_per_seconds)::bigint)
          END
"""

_FULL = f"clock_timestamp() - {INTERVAL.format(tokens='q.start_burst - 1')}"
# Takes tokens. Those that a full bucket did not get are lost.
_TAKE = f"""
    UPDATE tasks_app_queue q
       SET next_start_at = greatest(q.next_start_at, {_FULL})
                           + {INTERVAL.format(tokens="%(tokens)s")}
     WHERE q.name = %(queue)s
"""


def take(queue: str, tokens: int) -> None:
    """Take tokens of a queue that has a start rate."""
    fetch(_TAKE, {"queue": queue, "tokens": tokens})


# Changes the start rate of a queue, whose bucket is full then.
_SET = f"""
    WITH rate AS (
        SELECT %(count)s::int AS start_count, %(per_seconds)s::int AS start_per_seconds,
               %(burst)s::int AS start_burst
    )
    UPDATE tasks_app_queue queue
       SET start_count = q.start_count, start_per_seconds = q.start_per_seconds,
           start_burst = q.start_burst, next_start_at = {_FULL}
      FROM rate q
     WHERE queue.name = %(queue)s
"""


def change(queue: str, count: int | None, per_seconds: int | None, burst: int | None) -> None:
    """Change the start rate of a queue, whose bucket is full then; None for no rate."""
    params = {"queue": queue, "count": count, "per_seconds": per_seconds, "burst": burst}
    fetch(_SET, params)
