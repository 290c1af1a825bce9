"""Statements of the claim: what a node can claim, read and claimed under a lock of the node.

Call them inside a transaction. It takes advisory locks in this order: of all claims (shared), of
the node, of a queue with a limit. Those of concurrency keys it only tries, and does not wait. Row
locks would assign a transaction ID at once; so a claim gets its ID only when it takes tasks, and
the log has it after their creation. `policy` chooses between the groups that `candidates` returns.
"""

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple
from uuid import UUID

from tasks_app.policy import Candidate, Choice, NodeCapacity, Occupied
from tasks_app.sql.claiming import claim_orders, concurrency, scheduling, start_rates
from tasks_app.sql.claiming.scheduling import Scheduling
from tasks_app.sql.db import fetch
from tasks_app.sql.tasks.transitions import CHANGED, TRANSITION, Transition

# Keys of advisory locks: one for all claims, and classes for those of nodes and of queues.
_CLAIMS_LOCK = 0x636C61696D73
_NODE_LOCK = 0x6E6F6465
_QUEUE_LOCK = 0x71756575

_CAPACITY = "least(n.slots, n.desired_slots)::int"
_QUEUES = "coalesce(n.desired_queues, n.queues)::text[]"
_IS_CLAIMING = "n.connection = 'ONLINE' AND n.scheduling = 'ACTIVE'"


class Node(NamedTuple):
    """A node, whether it claims, and its capacity."""

    id: UUID
    is_online: bool
    is_active: bool
    capacity: NodeCapacity


class ClaimingNode(NamedTuple):
    """A node that is online and active, the present time, and the policy of the cluster."""

    id: UUID
    queues: list[str]
    slots: int
    now: datetime
    scheduling: Scheduling


# Returns a node if it is online and active.
_NODE = f"""
    SELECT n.id, {_QUEUES}, {_CAPACITY}, statement_timestamp(), {scheduling.COLUMNS}
      FROM tasks_app_workernode n {scheduling.JOIN}
     WHERE n.name = %(node)s AND {_IS_CLAIMING}
"""
# Waits until no other claim of the node is in progress, nor a change of the rules.
_LOCK_NODE = """
    SELECT pg_advisory_xact_lock_shared(%(claims)s),
           pg_advisory_xact_lock(%(nodes)s, hashtext(%(node)s))
"""

# Returns all nodes.
_NODES = f"""
    SELECT n.id, n.name, n.connection = 'ONLINE', n.scheduling = 'ACTIVE', {_QUEUES}, {_CAPACITY}
      FROM tasks_app_workernode n ORDER BY n.name
"""

# Returns the slots that each process of a node occupies: those of its largest running task.
_OCCUPIED = """
    SELECT node_id, max(slots), max(started_at + duration_ms * interval '1 millisecond')
      FROM tasks_app_task
     WHERE status = 'RUNNING' AND (%(node_id)s IS NULL OR node_id = %(node_id)s)
     GROUP BY node_id, celery_task_id
"""

# Returns the first due task of each group of the given queues, and how many tasks the group has.
_CANDIDATES = f"""
    {claim_orders.GROUPS}
    SELECT g.queue, g.slots, g.runs_alone,
           q.running_limit IS NOT NULL OR q.start_count IS NOT NULL, first.*,
           q.start_count IS NOT NULL
      FROM groups g
      JOIN tasks_app_queue q ON q.name = g.queue
      CROSS JOIN LATERAL (
           SELECT count(*) OVER (), {claim_orders.COLUMNS}
             FROM ({{first_few}}) AS first_few
            ORDER BY {{key}} LIMIT 1
      ) AS first
     WHERE g.queue = ANY(%(queues)s)
       AND (NOT %(may_start)s OR q.paused_at IS NULL AND (
            q.running_limit IS NULL OR q.running_limit > (
            SELECT count(*) FROM tasks_app_task r WHERE r.status = 'RUNNING' AND r.queue = q.name))
            AND {start_rates.CAN_START})
"""

# Waits until no other claim of the queue is in progress.
_LOCK_QUEUE = "SELECT pg_advisory_xact_lock(%(queues)s, hashtext(%(queue)s))"
# Returns how many more tasks of a queue with a limit or a start rate may start.
_LEFT = f"""
    SELECT least(running_limit - (SELECT count(*) FROM tasks_app_task
                                   WHERE status = 'RUNNING' AND queue = %(queue)s),
                 {start_rates.TOKENS})
      FROM tasks_app_queue q WHERE name = %(queue)s
"""

# Starts an attempt of each chosen task.
_TAKE = f"""
    WITH chosen AS ({{chosen}})
    UPDATE tasks_app_task t
       SET status = 'RUNNING', attempt = t.attempt + 1, node_id = %(node_id)s,
           celery_task_id = %(celery_task_id)s, started_at = clock_timestamp(),
           lease_expires_at = clock_timestamp() + %(lease)s::interval,
           {CHANGED}
      FROM chosen
     WHERE t.id = chosen.id
    RETURNING {TRANSITION}, 'PENDING'
"""


def find_node(name: str) -> ClaimingNode | None:
    """Return a node; None if it is not online and active."""
    rows = fetch(_NODE, {"node": name})
    if not rows:
        return None
    id, queues, slots, now, *settings = rows[0]
    return ClaimingNode(id, queues, slots, now, Scheduling._make(settings))


def lock_node(name: str) -> None:
    """Block other claims of a node, and commands that change it, until this transaction ends."""
    fetch(_LOCK_NODE, {"claims": _CLAIMS_LOCK, "nodes": _NODE_LOCK, "node": name})


def occupied(node_id: UUID) -> list[Occupied]:
    """Return the slots that a node's processes occupy."""
    rows = fetch(_OCCUPIED, {"node_id": node_id})
    return [Occupied(slots, until) for _, slots, until in rows]


def nodes() -> list[Node]:
    """Return all nodes, as a claim would find them now."""
    work: dict[UUID, list[Occupied]] = defaultdict(list)
    for id, slots, until in fetch(_OCCUPIED, {"node_id": None}):
        work[id].append(Occupied(slots, until))
    return [
        Node(id, is_online, is_active, NodeCapacity(name, queues, slots, work[id]))
        for id, name, is_online, is_active, queues, slots in fetch(_NODES)
    ]


def busy_slots() -> dict[UUID, int]:
    """Return how many slots are occupied on each node that runs something."""
    busy: Counter[UUID] = Counter()
    for id, slots, _ in fetch(_OCCUPIED, {"node_id": None}):
        busy[id] += slots
    return busy


def capacities() -> list[NodeCapacity]:
    """Return the capacity of all nodes that are online and active."""
    return [node.capacity for node in nodes() if node.is_online and node.is_active]


def candidates(
    queues: Collection[str], by: Scheduling, *, may_start: bool = True
) -> list[Candidate]:
    """Return the first due task of each group of these queues.

    Tasks with a concurrency key are groups of their own, one for each key.

    Args:
        queues: The names of the queues.
        by: The policy that says which task is the first.
        may_start: Whether to leave out queues that are paused, or whose limit is reached, and
            concurrency keys whose limit is reached.
    """
    params = {"queues": list(queues), "may_start": may_start, "aging": by.aging}
    found = [Candidate._make(row) for row in fetch(_candidates(by.policy), params)]
    keyed = [candidate for candidate in found if candidate.concurrency_key]
    if not keyed:
        return found
    startable = concurrency.startable(keyed, by)
    others = [candidate for candidate in found if not candidate.concurrency_key]
    if not may_start:
        groups = {(candidate.queue, candidate.slots) for candidate in startable}
        others += [each for each in keyed if (each.queue, each.slots) not in groups]
    return others + startable


@cache
def _candidates(policy: str) -> str:
    first_few = claim_orders.first(policy, "g", claim_orders.COUNT_MAX)
    return _CANDIDATES.format(first_few=first_few, key=claim_orders.key(policy))


def take(
    choice: Choice[Candidate],
    by: Scheduling,
    *,
    node_id: UUID,
    celery_task_id: str,
    lease: timedelta,
    batch: int,
) -> list[Transition]:
    """Start the first tasks of the chosen group: one that runs alone, or up to a batch.

    Lock the concurrency key of the group before. Returns none if other nodes are taking them.
    """
    candidate = choice.candidate
    limit = 1 if candidate.runs_alone else batch
    if candidate.is_limited:
        limit = min(limit, _left_in(candidate.queue))
        if limit <= 0:
            return []
    is_keyed = bool(candidate.concurrency_key)
    if is_keyed and concurrency.left(candidate) <= 0:
        return []
    is_short = choice.max_duration_ms is not None
    rows = fetch(
        _TAKE.format(
            chosen=claim_orders.chosen(by.policy, limit, is_short=is_short, is_keyed=is_keyed)
        ),
        {
            **candidate._asdict(),
            "max_duration_ms": choice.max_duration_ms,
            "limit": limit,
            "aging": by.aging,
            "lease": lease,
            "node_id": node_id,
            "celery_task_id": celery_task_id,
        },
    )
    if rows and candidate.has_start_rate:
        start_rates.take(candidate.queue, len(rows))
    return [Transition._make(row) for row in rows]


def _left_in(queue: str) -> int:
    """Lock a queue with a limit or a start rate and return how many more of its tasks may start."""
    fetch(_LOCK_QUEUE, {"queues": _QUEUE_LOCK, "queue": queue})
    # A statement of its own, so that it sees what committed while the first one waited.
    rows = fetch(_LEFT, {"queue": queue})
    return int(rows[0][0]) if rows else 0  # The queue can have been deleted since.


def wait_for_claims() -> None:
    """Wait until the claims in progress have committed; block others until this transaction ends.

    Call it before changing what claims depend on.
    """
    fetch("SELECT pg_advisory_xact_lock(%(claims)s)", {"claims": _CLAIMS_LOCK})
