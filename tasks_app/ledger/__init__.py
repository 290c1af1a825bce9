"""The ledger: invariants of the cluster, each checked by one SQL query in the same snapshot.

The queries are written from the guarantees (`docs/explanation/guarantees.md`), not from the code
that keeps them. The checker of the chaos tests uses them too, without the limits of a live check.
"""

from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import NamedTuple

from django.db import OperationalError

from tasks_app.ledger import capacity, log, results, tasks, ticks
from tasks_app.ledger.invariant import EVERYTHING, LIVE, Invariant, Subject, Window
from tasks_app.sql.db import fetch
from tasks_app.sql.transactions import in_snapshot

__all__ = ["EVERYTHING", "INVARIANTS", "LIVE", "Invariant", "Ledger", "Subject", "check"]

INVARIANTS = (
    tasks.TASK_COUNTS,
    results.SUMS,
    results.ONE_RESULT_PER_RUN,
    results.RESULTS_OF_SUCCESSES,
    tasks.LEASES,
    capacity.SLOTS,
    capacity.RUNNING_LIMITS,
    capacity.CONCURRENCY_LIMITS,
    tasks.NOT_BEFORE_DUE,
    ticks.TICKS,
    tasks.QUEUES_EXIST,
    log.LOG_WITHOUT_GAP,
    log.LOG_MATCHES_TASKS,
)

# A check that takes longer is given up.
SECONDS_MAX = 5.0

_QUERY_CANCELED = "57014"


class TooSlowError(Exception):
    """The check took longer than `SECONDS_MAX`."""


class Violation(NamedTuple):
    """What violates an invariant: the ID or the name of the subject, and what is wrong with it."""

    key: str
    message: str


@dataclass(frozen=True)
class Check:
    """The outcome of the check of one invariant.

    `examples` are the first violations, ordered by key.
    """

    invariant: Invariant
    window: str
    query: str
    examined: int
    violations: int
    examples: list[Violation]

    @property
    def holds(self) -> bool:
        """Whether nothing violates the invariant."""
        return not self.violations


@dataclass(frozen=True)
class Ledger:
    """The outcome of the checks of all invariants at one time, in the order of `INVARIANTS`."""

    checked_at: datetime
    duration_ms: int
    checks: list[Check]

    @property
    def holds(self) -> bool:
        """Whether all invariants hold."""
        return all(each.holds for each in self.checks)


@in_snapshot
def check(window: Window = LIVE, *, seconds: float = SECONDS_MAX) -> Ledger:
    """Check all invariants in one snapshot of the database.

    Args:
        window: How much is examined at most.
        seconds: How long all checks together may take.

    Raises:
        TooSlowError: They took longer.
    """
    start = monotonic()
    [(checked_at,)] = fetch("SELECT statement_timestamp()")
    checks = []
    try:
        for invariant in INVARIANTS:
            _limit(start + seconds - monotonic())
            checks.append(_check(invariant, window))
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) == _QUERY_CANCELED:
            raise TooSlowError from error
        raise
    return Ledger(checked_at, round(1000 * (monotonic() - start)), checks)


def _limit(seconds: float) -> None:
    """Limit how long the next statement of the transaction may take.

    Raises:
        TooSlowError: No time is left.
    """
    milliseconds = int(1000 * seconds)
    if milliseconds <= 0:  # For PostgreSQL, 0 is no limit.
        raise TooSlowError
    fetch("SELECT set_config('statement_timeout', %(limit)s, true)", {"limit": f"{milliseconds}ms"})


def _check(invariant: Invariant, window: Window) -> Check:
    query = invariant.query(window)
    [(examined, violations, examples)] = fetch(query)
    return Check(
        invariant,
        invariant.window_text(window),
        query,
        int(examined),
        violations,
        [Violation(each["key"], each["message"]) for each in examples],
    )
