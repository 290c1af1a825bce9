"""The scheduling policy of the cluster, as a claim reads it."""

from datetime import timedelta
from typing import NamedTuple

from tasks_app.options import AGING_MS
from tasks_app.sql.db import fetch


class Scheduling(NamedTuple):
    """The policy by which nodes claim, by its name in `policy/orders.py`."""

    policy: str = "priority"
    backfill: bool = True
    aging_ms: int = AGING_MS

    @property
    def aging(self) -> timedelta:
        """How long a task waits until it counts as one priority higher."""
        return timedelta(milliseconds=self.aging_ms)


# The columns of a query that joins the settings as `s`. A cluster without settings has no row.
COLUMNS = f"""
    coalesce(s.policy, 'priority'), coalesce(s.backfill, true), coalesce(s.aging_ms, {AGING_MS})
"""
JOIN = "LEFT JOIN tasks_app_schedulingsettings s ON true"


def current() -> Scheduling:
    """Return the policy of the cluster."""
    [row] = fetch(f"SELECT {COLUMNS} FROM (SELECT) AS cluster {JOIN}")
    return Scheduling._make(row)
