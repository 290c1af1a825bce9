"""When a task that lost an attempt may start the next one."""

# After the second lost attempt the next one waits 2 s, then 4 s, … up to the maximum.
BACKOFF_FROM_ATTEMPT = 2
BACKOFF_MAX_SECONDS = 60


def backoff_ms(attempt: int) -> int:
    """Return how long a task waits after this attempt was lost, in milliseconds.

    The SQL of `sql/leases.py` has the same formula.
    """
    if attempt < BACKOFF_FROM_ATTEMPT:
        return 0
    return 1000 * min(1 << (attempt - 1), BACKOFF_MAX_SECONDS)
