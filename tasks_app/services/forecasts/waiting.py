"""The tasks that wait: counted by group, and read as far as a forecast has them."""

from collections.abc import Collection, Iterator
from datetime import datetime

from django.db import connection

from tasks_app.services.forecasts.state import MS
from tasks_app.simulation.forecast.scenario import TASKS_MAX, Waiting
from tasks_app.sql.claiming import claim_orders
from tasks_app.sql.claiming.scheduling import Scheduling
from tasks_app.sql.db import Params, columns, fetch

# The queue and the number of slots of tasks.
Group = tuple[str, int]

# A pending task that a forecast has: one that has not expired.
_PENDING = """
    status = 'PENDING' AND run > 0 AND (expires_at IS NULL OR run > 1 OR expires_at > %(now)s)
"""
# Returns the number of due tasks of each group that has pending tasks.
_COUNTS = f"""
    SELECT queue, slots, count(*) FILTER (WHERE due_at <= %(now)s)
      FROM tasks_app_task
     WHERE {_PENDING}
     GROUP BY queue, slots
"""
# Returns the tasks of some groups that nodes claim first, then those that are due first, in the
# order in which they are due.
_ROWS = f"""
    SELECT {MS.format("due_at")}, queue, slots, priority, duration_ms, runs_alone,
           CASE WHEN run = 1 THEN {MS.format("expires_at")} END
      FROM (SELECT id, due_at, t.queue, t.slots, priority, duration_ms, runs_alone, run, expires_at
              FROM tasks_app_task t
              JOIN unnest(%(queue)s::text[], %(slots)s::int[]) AS g(queue, slots)
                ON t.queue = g.queue AND t.slots = g.slots
             WHERE {_PENDING}
             ORDER BY due_at > %(now)s, CASE WHEN due_at > %(now)s THEN due_at END, {{key}}
             LIMIT {TASKS_MAX + 1}) AS first
     ORDER BY due_at, id
"""


def counts(now: datetime) -> dict[Group, int]:
    """Return the number of due tasks of each group that has pending tasks, due or not."""
    return {(queue, slots): count for queue, slots, count in fetch(_COUNTS, {"now": now})}


def rows(groups: Collection[Group], now: datetime, by: Scheduling) -> list[Waiting]:
    """Return the first tasks of some groups by a policy, at most one more than a forecast has.

    They are in the order in which they are due.
    """
    return list(_rows(groups, now, by)) if groups else []


def _rows(groups: Collection[Group], now: datetime, by: Scheduling) -> Iterator[Waiting]:
    sql = _ROWS.format(key=claim_orders.key(by.policy))
    params: Params = {
        **columns(("queue", "slots"), list(groups)),
        "now": now,
        "aging": by.aging,
    }
    # A cursor of the server, so that only some rows at a time are held twice.
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, params)
        while found := cursor.fetchmany(10_000):
            yield from map(Waiting._make, found)
