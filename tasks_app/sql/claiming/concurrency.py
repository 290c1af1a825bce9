"""Concurrency keys: which tasks can start within the limits of their keys, and the locks of keys.

A key is full for a task if as many tasks with the key are running as the limit of the task says.
Only the running rows keep count. Call these functions inside a transaction, except `wait_for`.

A claim only tries the lock of a key and never waits for it. So claims that try several keys in
different orders do not deadlock.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple
from uuid import UUID

from tasks_app.policy import Candidate
from tasks_app.sql.claiming import claim_orders
from tasks_app.sql.claiming.claim_orders import COUNT_MAX
from tasks_app.sql.claiming.scheduling import Scheduling
from tasks_app.sql.db import columns, fetch
from tasks_app.sql.tasks.transitions import Transition

# Of each group, this many due tasks are searched for some whose keys are not full.
WINDOW = 100

# The class of the advisory locks of keys.
_LOCK = 0x6B657973

# The number of running tasks of each key.
_RUNNING = """
    running AS MATERIALIZED (
        SELECT concurrency_key AS key, count(*) AS number
          FROM tasks_app_task WHERE status = 'RUNNING' AND is_keyed
         GROUP BY concurrency_key
    )
"""
# Returns the first due tasks of groups, whether or not their keys are full.
_FIRST = f"""
    WITH {_RUNNING}
    SELECT g.queue, g.slots, coalesce(r.number, 0), {claim_orders.COLUMNS}
      FROM (SELECT queue, slots, true AS runs_alone, true AS is_keyed
              FROM unnest(%(queue)s::text[], %(slots)s::smallint[]) AS u(queue, slots)) AS g
     CROSS JOIN LATERAL ({{first}}) AS first
      LEFT JOIN running r ON r.key = first.concurrency_key
     ORDER BY {{key}}
"""
# Returns the first due tasks of each key of a group that is not full. Each step reads one entry of
# the index `task_pending_key`, so the cost grows with the number of keys, not of tasks.
_FIRST_BY_KEY = f"""
    WITH RECURSIVE keys AS (
        (SELECT queue, slots, concurrency_key, concurrency_limit FROM tasks_app_task
          WHERE status = 'PENDING' AND run > 0 AND is_keyed
            AND queue = %(queue)s AND slots = %(slots)s
          ORDER BY concurrency_key, concurrency_limit LIMIT 1)
        UNION ALL
        SELECT following.*
          FROM keys k, LATERAL (
               SELECT queue, slots, concurrency_key, concurrency_limit FROM tasks_app_task
                WHERE status = 'PENDING' AND run > 0 AND is_keyed
                  AND queue = %(queue)s AND slots = %(slots)s
                  AND (concurrency_key, concurrency_limit)
                      > (k.concurrency_key, k.concurrency_limit)
                ORDER BY concurrency_key, concurrency_limit LIMIT 1
          ) AS following
    ), {_RUNNING}
    SELECT k.queue, k.slots, coalesce(r.number, 0), first.*
      FROM keys k
      LEFT JOIN running r ON r.key = k.concurrency_key
     CROSS JOIN LATERAL ({{first}}) AS first
     WHERE coalesce(r.number, 0) < k.concurrency_limit
     ORDER BY {{key}} LIMIT {WINDOW}
"""


class _Entry(NamedTuple):
    """A due task of a group, and how many tasks with its key are running."""

    queue: str
    slots: int
    running: int
    id: UUID
    priority: int
    due_at: datetime
    duration_ms: int
    concurrency_key: str
    concurrency_limit: int


def startable(groups: Sequence[Candidate], by: Scheduling) -> list[Candidate]:
    """Return the first due task of each key that is not full, of groups of tasks with keys.

    Args:
        groups: The first due task of each group, whether or not its key is full.
        by: The policy that says which task is the first.
    """
    params = columns(("queue", "slots"), [(group.queue, group.slots) for group in groups])
    entries: dict[tuple[str, int], list[_Entry]] = defaultdict(list)
    for row in fetch(_first(by.policy), {**params, "aging": by.aging}):
        entry = _Entry._make(row)
        entries[entry.queue, entry.slots].append(entry)
    return [
        candidate
        for group in groups
        for candidate in _startable(group, entries[group.queue, group.slots], by)
    ]


def _startable(group: Candidate, entries: list[_Entry], by: Scheduling) -> list[Candidate]:
    found = _candidates(group, entries)
    if len(found) >= COUNT_MAX or len(entries) < WINDOW:
        return found
    # The tasks of full keys hide the others.
    params = {"queue": group.queue, "slots": group.slots, "aging": by.aging}
    rows = fetch(_first_by_key(by.policy), params)
    return _candidates(group, [_Entry._make(row) for row in rows])


def _candidates(group: Candidate, entries: Iterable[_Entry]) -> list[Candidate]:
    """Return the first of the entries of each key that is not full, with how many may start."""
    keys: dict[tuple[str, int], list[_Entry]] = defaultdict(list)
    for entry in entries:
        if entry.running < entry.concurrency_limit:
            keys[entry.concurrency_key, entry.concurrency_limit].append(entry)
    return [
        group._replace(
            size=min(1 + len(others), limit - first.running, COUNT_MAX),
            id=first.id,
            priority=first.priority,
            due_at=first.due_at,
            duration_ms=first.duration_ms,
            concurrency_key=key,
            concurrency_limit=limit,
        )
        for (key, limit), (first, *others) in keys.items()
    ]


@cache
def _first(policy: str) -> str:
    first = claim_orders.first(policy, "g", WINDOW)
    return _FIRST.format(first=first, key=claim_orders.key(policy))


@cache
def _first_by_key(policy: str) -> str:
    first = claim_orders.first_of_key(policy, "k", COUNT_MAX)
    return _FIRST_BY_KEY.format(first=first, key=claim_orders.key(policy))


def try_lock(key: str) -> bool:
    """Lock a key until this transaction ends; return False if another claim has locked it."""
    sql = "SELECT pg_try_advisory_xact_lock(%(lock)s, hashtext(%(key)s))"
    return bool(fetch(sql, {"lock": _LOCK, "key": key})[0][0])


def wait_for(key: str) -> None:
    """Wait until no other claim has locked a key. Call it outside of a transaction."""
    sql = "SELECT pg_advisory_xact_lock(%(lock)s, hashtext(%(key)s))"
    fetch(sql, {"lock": _LOCK, "key": key})


# A statement of its own after that of the lock, so that it sees what has committed before.
_COUNT = """
    SELECT count(*) FROM tasks_app_task
     WHERE status = 'RUNNING' AND is_keyed AND concurrency_key = %(key)s
"""


def left(candidate: Candidate) -> int:
    """Return how many more tasks with the key and limit of a candidate may start.

    Lock the key before.
    """
    [(running,)] = fetch(_COUNT, {"key": candidate.concurrency_key})
    return candidate.concurrency_limit - int(running)


def running() -> dict[str, int]:
    """Return the number of running tasks of each key, without zeros."""
    return dict(fetch(f"WITH {_RUNNING} SELECT key, number FROM running"))


# Returns the queues in which tasks with some keys are pending.
_WAITING = f"""
    {claim_orders.GROUPS}
    SELECT DISTINCT g.queue
      FROM groups g
     WHERE g.is_keyed AND EXISTS (
           SELECT FROM tasks_app_task
            WHERE status = 'PENDING' AND run > 0 AND is_keyed
              AND queue = g.queue AND slots = g.slots AND concurrency_key = ANY(%(keys)s))
"""


def waiting_queues(ended: Iterable[Transition]) -> set[str]:
    """Return the queues in which tasks are pending that have the keys of ended attempts."""
    keys = {task.concurrency_key for task in ended if task.concurrency_key}
    return {queue for (queue,) in fetch(_WAITING, {"keys": list(keys)})} if keys else set()
