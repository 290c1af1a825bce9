"""The orders of the scheduling policies in SQL: the first due tasks of a group, and which to take.

Each order is that of a key in `policy/orders.py`. An index serves it, so that the cost does not
grow with the number of due tasks:

- `priority` and `fair-share` read the index `task_pending` in its order.
- `fifo` and `aged-priority` read the first entries of each priority in that index and merge them.
- `shortest-first` reads the index `task_shortest`. Tasks that run in batches have no duration; of
  these the order is that of `fifo`.
"""

from tasks_app.options import range_of
from tasks_app.policy import BY_PRIORITY_SQL, SEARCH_DEPTH
from tasks_app.sql.tasks.transitions import NOT_NEWER

MIN_PRIORITY, MAX_PRIORITY = range_of("priority")

# The groups that have pending tasks. Each step reads one entry of the index `task_pending`, so the
# cost grows with the number of groups, not of tasks.
GROUPS = """
    WITH RECURSIVE groups AS (
        (SELECT queue, slots, runs_alone, is_keyed FROM tasks_app_task
          WHERE status = 'PENDING' AND run > 0
          ORDER BY queue, slots, runs_alone, is_keyed LIMIT 1)
        UNION ALL
        SELECT following.*
          FROM groups g, LATERAL (
               SELECT queue, slots, runs_alone, is_keyed FROM tasks_app_task
                WHERE status = 'PENDING' AND run > 0
                  AND (queue, slots, runs_alone, is_keyed)
                      > (g.queue, g.slots, g.runs_alone, g.is_keyed)
                ORDER BY queue, slots, runs_alone, is_keyed LIMIT 1
          ) AS following
    )
"""

# The columns of a group, of rows with the aliases t and g.
IS_OF_GROUP = """
    t.queue = g.queue AND t.slots = g.slots AND t.runs_alone = g.runs_alone
    AND t.is_keyed = g.is_keyed
"""
# A due task. One that expires does so before its first run only.
DUE = """
    status = 'PENDING' AND run > 0 AND due_at <= statement_timestamp()
    AND (expires_at IS NULL OR run > 1 OR expires_at > statement_timestamp())
"""

# The tasks of a group are counted up to this many.
COUNT_MAX = 3
# Tasks that other nodes may be claiming, which a claim reads in addition to those that it takes.
_CONTENDED = 50
# Of a policy that merges priorities, this many tasks of each are searched for a short one.
_SEARCH_DEPTH_OF_EACH = SEARCH_DEPTH // (MAX_PRIORITY - MIN_PRIORITY + 1)

_BY_DUE_TIME = "due_at, id"
_BY_DURATION = "duration_ms, due_at, id"
_KEYS = {
    "priority": BY_PRIORITY_SQL,
    "fair-share": BY_PRIORITY_SQL,
    "fifo": _BY_DUE_TIME,
    "shortest-first": _BY_DURATION,
    "aged-priority": "due_at - priority * %(aging)s::interval, due_at, id",
}
# The columns of the first tasks of a group.
COLUMNS = "id, priority, due_at, duration_ms, concurrency_key, concurrency_limit"
# The policies by which the tasks of a priority come before all those of a lower one.
BY_PRIORITY = ("priority", "fair-share")


# Conditions that a task t comes before a task w of the same queue.
_BEFORE_BY_PRIORITY = """
    (t.priority > w.priority
     OR t.priority = w.priority AND (t.due_at, t.id) < (w.due_at, w.id))
"""
_BEFORE = {
    "priority": _BEFORE_BY_PRIORITY,
    "fair-share": _BEFORE_BY_PRIORITY,
    "fifo": "(t.due_at, t.id) < (w.due_at, w.id)",
    "shortest-first": "(t.duration_ms, t.due_at, t.id) < (w.duration_ms, w.due_at, w.id)",
    "aged-priority": """
        (t.due_at - t.priority * %(aging)s::interval, t.due_at, t.id)
        < (w.due_at - w.priority * %(aging)s::interval, w.due_at, w.id)
    """,
}


def key(policy: str) -> str:
    """Return the order of the tasks of a queue, with the parameter `aging`."""
    return _KEYS[policy]


def before(policy: str) -> str:
    """Return the condition that a task t is claimed before a task w of the same queue."""
    return _BEFORE[policy]


def first(policy: str, group: str, limit: int, *, of_each: int | None = None) -> str:
    """Return a query of the first due tasks of a group, unordered.

    Args:
        policy: The name of the policy.
        group: The alias of a row, in a lateral query, with the columns of a group.
        limit: The number of tasks.
        of_each: The number of tasks of each priority that a policy reads which merges them. By
            default the limit, so that the tasks are exactly the first ones.
    """
    if policy in BY_PRIORITY:
        return _sorted(_is_of(group), _KEYS[policy], limit)
    if policy != "shortest-first":
        return _merged(_is_of(group), _KEYS[policy], limit, of_each or limit)
    # The conditions on the group alone decide which of the two is run.
    alone = f"{group}.runs_alone AND runs_alone AND {_is_in(group)} AND is_keyed = {group}.is_keyed"
    batch = f"NOT {group}.runs_alone AND NOT runs_alone AND {_is_in(group)} AND NOT is_keyed"
    shortest = _sorted(alone, _BY_DURATION, limit)
    return f"({shortest}) UNION ALL ({_merged(batch, _BY_DUE_TIME, limit, limit)})"


def first_of_key(policy: str, group: str, limit: int, *, of_each: int | None = None) -> str:
    """Return a query of the first due tasks of a group with the same concurrency key and limit.

    The arguments are those of `first`; the row has the columns `concurrency_key` and
    `concurrency_limit` too.
    """
    condition = f"""
        {_is_in(group)} AND is_keyed AND concurrency_key = {group}.concurrency_key
        AND concurrency_limit = {group}.concurrency_limit
    """
    if policy in BY_PRIORITY or policy == "shortest-first":
        return _sorted(condition, _KEYS[policy], limit)
    return _merged(condition, _KEYS[policy], limit, of_each or limit)


# Conditions on the group of a claim: of tasks without a concurrency key, or with one.
_WITHOUT_KEY = """
    queue = %(queue)s AND slots = %(slots)s AND runs_alone = %(runs_alone)s AND NOT is_keyed
"""
_WITH_KEY = """
    queue = %(queue)s AND slots = %(slots)s AND is_keyed
    AND concurrency_key = %(concurrency_key)s AND concurrency_limit = %(concurrency_limit)s
"""
# The first tasks of a group by priority, of the same priority.
_FIRST = f"""
    SELECT id FROM tasks_app_task
     WHERE {{group}}
       AND priority = %(priority)s AND {DUE} AND {NOT_NEWER}
     ORDER BY {BY_PRIORITY_SQL} LIMIT %(limit)s
       FOR UPDATE SKIP LOCKED
"""
# The first tasks of a group by priority that are short enough, of any priority.
_FIRST_SHORT = f"""
    SELECT t.id
      FROM (SELECT id, duration_ms, priority, due_at FROM tasks_app_task
             WHERE {{group}}
               AND {DUE}
             ORDER BY {BY_PRIORITY_SQL} LIMIT {SEARCH_DEPTH}) AS short
      JOIN tasks_app_task t USING (id)
     WHERE short.duration_ms <= %(max_duration_ms)s AND t.status = 'PENDING' AND {NOT_NEWER}
     ORDER BY short.priority DESC, short.due_at, id LIMIT %(limit)s
       FOR UPDATE OF t SKIP LOCKED
"""
# The first tasks of a group by another order, or those that are short enough.
_FIRST_BY_KEY = f"""
    SELECT t.id
      FROM (SELECT id, duration_ms, row_number() OVER (ORDER BY {{key}}) AS place
              FROM (VALUES (%(queue)s::text, %(slots)s, %(runs_alone)s,
                            %(concurrency_key)s <> '', %(concurrency_key)s::text,
                            %(concurrency_limit)s))
                   AS g(queue, slots, runs_alone, is_keyed, concurrency_key, concurrency_limit),
                   LATERAL ({{first}}) AS entry) AS first
      JOIN tasks_app_task t USING (id)
     WHERE (%(max_duration_ms)s::int IS NULL OR first.duration_ms <= %(max_duration_ms)s::int)
       AND t.status = 'PENDING' AND {NOT_NEWER}
     ORDER BY first.place LIMIT %(limit)s
       FOR UPDATE OF t SKIP LOCKED
"""


def chosen(policy: str, limit: int, *, is_short: bool, is_keyed: bool) -> str:
    """Return the query of the tasks that a claim takes from a group, with its parameters.

    Args:
        policy: The name of the policy.
        limit: The maximum number of tasks.
        is_short: Whether only tasks that are short enough are taken.
        is_keyed: Whether the tasks have the concurrency key and limit of the parameters.
    """
    if policy in BY_PRIORITY:
        statement = _FIRST_SHORT if is_short else _FIRST
        return statement.format(group=_WITH_KEY if is_keyed else _WITHOUT_KEY)
    first_of = first_of_key if is_keyed else first
    if is_short and policy != "shortest-first":  # There, the first task is the shortest.
        entries = first_of(policy, "g", SEARCH_DEPTH, of_each=_SEARCH_DEPTH_OF_EACH)
    else:
        entries = first_of(policy, "g", limit + _CONTENDED)
    return _FIRST_BY_KEY.format(first=entries, key=_KEYS[policy])


def _is_in(group: str) -> str:
    return f"queue = {group}.queue AND slots = {group}.slots"


def _is_of(group: str) -> str:
    return f"{_is_in(group)} AND runs_alone = {group}.runs_alone AND is_keyed = {group}.is_keyed"


def _sorted(condition: str, key: str, limit: int) -> str:
    return f"""
        SELECT {COLUMNS} FROM tasks_app_task
         WHERE {condition} AND {DUE}
         ORDER BY {key} LIMIT {limit}
    """


def _merged(condition: str, key: str, limit: int, of_each: int) -> str:
    """Return a query that merges the first entries of each priority, which are sorted by time."""
    return f"""
        SELECT entry.*
          FROM generate_series({MIN_PRIORITY}, {MAX_PRIORITY}) AS level, LATERAL (
               {_sorted(f"priority = level AND {condition}", _BY_DUE_TIME, of_each)}
          ) AS entry
         ORDER BY {key} LIMIT {limit}
    """
