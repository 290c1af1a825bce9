"""When a task whose attempt failed, or was lost with its node, may start the next one.

The delay is the task's `retry_backoff_ms`, which doubles with each attempt.
"""

from tasks_app.options import default_of

BACKOFF_MAX_MS = 60_000
# A task that lost its first attempt starts the next one at once.
BACKOFF_FROM_ATTEMPT = 2

# The delay after an attempt of a task with the alias t.
BACKOFF_SQL = f"""
    least(t.retry_backoff_ms * 2 ^ (t.attempt - 1), {BACKOFF_MAX_MS}) * interval '1 millisecond'
"""


def backoff_ms(attempt: int) -> int:
    """Return how long a task of the simulation waits after this attempt was lost.

    It has the default `retry_backoff_ms`.
    """
    if attempt < BACKOFF_FROM_ATTEMPT:
        return 0
    return min(int(default_of("retry_backoff_ms")) << (attempt - 1), BACKOFF_MAX_MS)
