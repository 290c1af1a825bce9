"""Who may hold which task, in SQL: claims, what they leave out, and what can be handed over.

What decides about a claim is written here once (`_JUDGED`), and `services/waiting.py` tells clients
why a task waits from the same rows. A delivery, that is a message in work, takes as many slots of
its node as the costliest task it has claimed, because a process runs them one after another.

The caller opens the transaction. The row of the node is locked first, then those of queues with a
limit, then tasks by id.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from tasks_app.models.transitions import MOVED, Moved, fetch, move, moved

# A node keeps its slots for a task that is too costly for what is free now.
RESERVE = timedelta(seconds=10)
# A node that can never run a task has it offered to others this much later.
ELSEWHERE = timedelta(seconds=1)

# What has come due. What expires only does so in its first run.
DUE = """
    t.status = 'PENDING' AND t.run > 0
    AND (t.run_at IS NULL OR t.run_at <= statement_timestamp())
    AND (t.retry_at IS NULL OR t.retry_at <= statement_timestamp())
    AND (t.expires_at IS NULL OR t.run > 1 OR t.expires_at > statement_timestamp())
"""

# Of each node what it could take, and of that what is busy.
ROOMS = """
    SELECT n.id, n.name, n.connection = 'ONLINE' AS is_online, n.scheduling = 'ACTIVE' AS is_active,
           coalesce(n.desired_queues, n.queues) AS queues,
           least(n.slots, n.desired_slots)::int AS capacity,
           (SELECT coalesce(sum(held), 0) FROM (
                SELECT max(r.slots) AS held FROM tasks_app_task r
                 WHERE r.status = 'RUNNING' AND r.node_id = n.id GROUP BY r.celery_task_id
            ) AS delivery)::int AS busy,
           n.reserved_for, n.reserved_until
      FROM tasks_app_workernode n
"""

_LEFT = """
    (q.running_limit - (SELECT count(*) FROM tasks_app_task r
                         WHERE r.status = 'RUNNING' AND r.queue = q.name))
"""

# What becomes of each wanted task on this node: null if it can be claimed.
_JUDGED = f"""
    room AS (
        SELECT o.*, r.slots AS reserved, r.priority AS reserved_priority
          FROM ({ROOMS} WHERE n.name = %(node)s) AS o
          LEFT JOIN tasks_app_task r ON r.id = o.reserved_for AND r.status = 'PENDING'
                AND o.reserved_until > statement_timestamp()
    ), judged AS (
        SELECT w.id, w.slots,
               CASE WHEN q.paused_at IS NOT NULL THEN 'PAUSED'
                    WHEN o.id IS NULL OR NOT (o.is_online AND o.is_active) THEN 'NOT_NOW'
                    WHEN w.queue <> ALL (o.queues) OR w.slots > o.capacity THEN 'ELSEWHERE'
                    WHEN q.running_limit IS NOT NULL AND
                         row_number() OVER (PARTITION BY w.queue ORDER BY w.id) > {_LEFT}
                         THEN 'LIMIT'
                    WHEN w.slots > o.capacity - o.busy -
                         CASE WHEN o.reserved_for <> w.id AND o.reserved_priority >= w.priority
                              THEN o.reserved ELSE 0 END THEN 'NOT_NOW'
                END AS obstacle
          FROM wanted w JOIN tasks_app_queue q ON q.name = w.queue LEFT JOIN room o ON true
    )
"""


class Claim(NamedTuple):
    """What was claimed, and whether more could be as soon as the node has room."""

    tasks: list[Moved]
    waits_for_room: bool


class Room(NamedTuple):
    """A node: whether it takes tasks, from where, how many slots it has and has in use."""

    name: str
    is_online: bool
    is_active: bool
    queues: list[str]
    capacity: int
    busy: int


class OpenQueue(NamedTuple):
    """A queue from which some node takes: what the largest can bear, what the limit leaves."""

    name: str
    slots: int
    left: int | None


def claim(ids: Sequence[UUID], *, node: str, celery_task_id: str, lease: timedelta) -> Claim:
    """PENDING to RUNNING for those that are due, that nobody else is just taking, and that fit.

    A task for which the node keeps its slots is wanted by every message that does not get all it
    wants: its own may be waiting at another node, while all processes of this one wait for room.
    What is left out counts as carried by no message from now on.
    """
    params = {"ids": list(ids), "node": node, "celery_task_id": celery_task_id, "lease": lease}
    claimed = _claim_unhindered(params)
    if len(claimed) == len(ids):
        return Claim(claimed, waits_for_room=False)
    rest = _claim_judged(params | {"ids": [*ids, *_kept_for(node)]})
    return Claim([*claimed, *rest.tasks], rest.waits_for_room)


def _kept_for(node: str) -> list[UUID]:
    """The task, if there is one, for which this node keeps its slots."""
    return [
        id
        for (id,) in fetch(
            """
            SELECT reserved_for FROM tasks_app_workernode
             WHERE name = %s AND reserved_for IS NOT NULL
               AND reserved_until > statement_timestamp()
            """,
            [node],
        )
    ]


_CLAIMED = """
    status = 'RUNNING', attempt = t.attempt + 1, started_at = clock_timestamp(),
    lease_expires_at = clock_timestamp() + %(lease)s, retry_at = NULL,
    celery_task_id = %(celery_task_id)s
"""


def _claim_unhindered(params: dict[str, Any]) -> list[Moved]:
    """What almost always is all: a node with room, which it keeps for nobody, and plain queues.

    The node stays locked, so nobody else changes what it has left. Two statements, because the one
    that counts must see what others have committed while the first was waiting.
    """
    rooms = fetch(
        f"""
        SELECT FROM tasks_app_workernode WHERE name = %(node)s FOR NO KEY UPDATE;
        SELECT id, capacity - busy, ARRAY(
                   SELECT name FROM tasks_app_queue
                    WHERE paused_at IS NULL AND running_limit IS NULL AND name = ANY (o.queues))
          FROM ({ROOMS} WHERE n.name = %(node)s) AS o
         WHERE is_online AND is_active
           AND (reserved_until IS NULL OR reserved_until <= statement_timestamp())
        """,
        params,
    )
    if not rooms:
        return []
    [(node_id, free, queues)] = rooms
    return move(
        f"{_CLAIMED}, node_id = %(node_id)s",
        where=f"""
        id = ANY(%(ids)s::uuid[]) AND {DUE} AND slots <= %(free)s AND queue = ANY(%(queues)s)
        """,
        wait="SKIP LOCKED",
        node_id=node_id,
        free=free,
        queues=queues,
        **params,
    )


def _claim_judged(params: dict[str, Any]) -> Claim:
    """One by one: what each may, and for the others why not."""
    if not fetch(f"SELECT FROM tasks_app_task t WHERE id = ANY(%(ids)s::uuid[]) AND {DUE}", params):
        return Claim([], waits_for_room=False)
    _lock_limited_queues(params)
    judged = fetch(
        f"""
        WITH wanted AS (
            SELECT id, queue, priority, slots FROM tasks_app_task t
             WHERE id = ANY(%(ids)s::uuid[]) AND {DUE} ORDER BY id FOR UPDATE SKIP LOCKED
        ), {_JUDGED}
        SELECT id, slots, obstacle FROM judged
        """,
        params,
    )
    free = [id for id, _, obstacle in judged if obstacle is None]
    claimed = (
        move(
            f"{_CLAIMED}, node_id = (SELECT id FROM tasks_app_workernode WHERE name = %(node)s)",
            where="id = ANY(%(free)s::uuid[])",
            free=free,
            **params,
        )
        if free
        else []
    )
    _leave_out([(id, obstacle) for id, _, obstacle in judged if obstacle])
    waiting = [(slots, id) for id, slots, obstacle in judged if obstacle == "NOT_NOW"]
    if waiting and max(waiting)[0] > 1:
        _reserve(max(waiting)[1], params["node"])
    return Claim(claimed, bool(waiting))


def _leave_out(obstacles: Sequence[tuple[UUID, str]]) -> None:
    if obstacles:
        fetch(
            """
            UPDATE tasks_app_task t
               SET next_dispatch_at = CASE o.obstacle
                   WHEN 'ELSEWHERE' THEN statement_timestamp() + %s ELSE t.pending_since END
              FROM unnest(%s::uuid[], %s::text[]) AS o(id, obstacle)
             WHERE t.id = o.id AND t.next_dispatch_at > statement_timestamp() RETURNING 1
            """,
            [ELSEWHERE, *map(list, zip(*obstacles, strict=True))],
        )


def _reserve(task_id: UUID, node: str) -> None:
    """Keep the node's slots for a task, unless they are kept for another, or others for it."""
    fetch(
        """
        UPDATE tasks_app_workernode n
           SET reserved_for = %(id)s, reserved_until = statement_timestamp() + %(reserve)s
         WHERE name = %(node)s AND connection = 'ONLINE' AND scheduling = 'ACTIVE'
           AND NOT EXISTS (
               SELECT FROM tasks_app_task r
                WHERE r.id = n.reserved_for AND r.id <> %(id)s AND r.status = 'PENDING'
                  AND n.reserved_until > statement_timestamp())
           AND NOT EXISTS (
               SELECT FROM tasks_app_workernode other
                WHERE other.reserved_for = %(id)s AND other.id <> n.id
                  AND other.reserved_until > statement_timestamp())
        RETURNING 1
        """,
        {"id": task_id, "node": node, "reserve": RESERVE},
    )


def has_room(ids: Sequence[UUID], *, node: str) -> bool | None:
    """Whether some of these could be claimed now; None if none of them waits for this node."""
    [(waiting, claimable)] = fetch(
        f"""
        WITH wanted AS (
            SELECT id, queue, priority, slots FROM tasks_app_task t
             WHERE id = ANY(%(ids)s::uuid[]) AND {DUE}
        ), {_JUDGED}
        SELECT bool_or(obstacle IS NULL OR obstacle = 'NOT_NOW'), bool_or(obstacle IS NULL)
          FROM judged
        """,
        {"ids": [*ids, *_kept_for(node)], "node": node},
    )
    return claimable if waiting else None


def _lock_limited_queues(params: dict[str, Any]) -> None:
    """From here on nobody else changes what these have left."""
    fetch(
        """
        SELECT name FROM tasks_app_queue q
         WHERE running_limit IS NOT NULL AND EXISTS (
               SELECT FROM tasks_app_task t WHERE t.id = ANY(%(ids)s::uuid[]) AND t.queue = q.name)
         ORDER BY name FOR NO KEY UPDATE
        """,
        params,
    )


def wait_for_claims() -> None:
    """Until every claim that is under way has committed; none begins before this transaction ends.

    Whoever changes the rules of a queue calls it first, so that no claim goes by the old ones.
    """
    fetch("SELECT id FROM tasks_app_workernode ORDER BY id FOR NO KEY UPDATE", [])


def rooms() -> list[Room]:
    """All nodes, as a claim would find them now."""
    rows = fetch(f"SELECT {', '.join(Room._fields)} FROM ({ROOMS}) AS o ORDER BY name", [])
    return [Room._make(row) for row in rows]


def full_queues() -> set[str]:
    """The queues of which as many tasks run as may."""
    sql = f"SELECT name FROM tasks_app_queue q WHERE running_limit IS NOT NULL AND {_LEFT} <= 0"
    return {name for (name,) in fetch(sql, [])}


def open_queues() -> list[OpenQueue]:
    """The queues that are not paused and from which a node takes that is neither."""
    rows = fetch(
        f"""
        SELECT q.name, max(o.capacity), {_LEFT}
          FROM tasks_app_queue q JOIN ({ROOMS}) AS o ON q.name = ANY (o.queues)
         WHERE q.paused_at IS NULL AND o.is_online AND o.is_active
         GROUP BY q.id ORDER BY q.name
        """,
        [],
    )
    return [OpenQueue._make(row) for row in rows]


def limited(queues: Collection[str]) -> set[str]:
    """Those of these queues that have a limit."""
    sql = "SELECT name FROM tasks_app_queue WHERE running_limit IS NOT NULL AND name = ANY(%s)"
    return {name for (name,) in fetch(sql, [list(queues)])}


def take_due(
    queue: OpenQueue, limit: int, *, patience: timedelta, is_line_long: bool = False
) -> list[Moved]:
    """Those of a queue that are due, that no message is known to carry, and that fit some node.

    Urgent ones first, then those that have been due for longest. In a long line most of them have
    a message that only waits. Of a task that has been overtaken by one that came later, and of a
    costly one that was left out, none does.
    """
    return moved(
        f"""
        WITH due AS (
            SELECT t.id
              FROM generate_series(9, 0, -1) AS p(priority), LATERAL (
                   SELECT max(pending_since) AS came_at FROM tasks_app_task
                    WHERE %(is_line_long)s AND status = 'RUNNING' AND queue = %(queue)s
                      AND priority = p.priority
              ) AS youngest_running, LATERAL (
                   SELECT id FROM tasks_app_task
                    WHERE status = 'PENDING' AND run > 0 AND queue = %(queue)s
                      AND priority = p.priority AND next_dispatch_at <= statement_timestamp()
                      AND slots <= %(slots)s
                      AND (NOT %(is_line_long)s OR slots > 1 OR next_dispatch_at <= came_at)
                    ORDER BY next_dispatch_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
              ) AS t
             LIMIT %(limit)s
        )
        UPDATE tasks_app_task t SET next_dispatch_at = clock_timestamp() + %(patience)s
          FROM due WHERE t.id = due.id
        RETURNING {MOVED}, t.status
        """,
        {
            "queue": queue.name,
            "is_line_long": is_line_long,
            "slots": queue.slots,
            "limit": limit,
            "patience": patience,
        },
    )
