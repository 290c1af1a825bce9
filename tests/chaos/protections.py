"""What keeps the promises, and how to take each away: only to see that the checker notices.

Nothing here is known to the product. A protection is removed from one process, by replacing what
the module looks up by name, or parts of its SQL; `remove` fails if there is nothing to replace, so
that a calibration never passes because the code it speaks of has moved.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tasks_app import execution, recovery
from tasks_app.log import events
from tasks_app.sql import backfills, schedules
from tasks_app.sql.claiming import claim_orders, claims
from tasks_app.sql.tasks import insertion, transitions
from tasks_app.worker import node

_undo: list[tuple[Any, str, Any]] = []


def remove(name: str) -> None:
    """From this process, until `restore`."""
    _REMOVALS[name]()


def restore() -> None:
    while _undo:
        module, name, value = _undo.pop()
        setattr(module, name, value)


@contextmanager
def without(name: str) -> Iterator[None]:
    remove(name)
    try:
        yield
    finally:
        restore()


def _replace(module: Any, name: str, value: Any) -> None:
    _undo.append((module, name, getattr(module, name)))
    setattr(module, name, value)


def _rewrite(module: Any, *changes: tuple[str, str], called: str) -> None:
    """Change the SQL that this function of the module sends."""
    fetch, function = module.fetch, getattr(module, called)

    def rewriting(*args: Any, **kwargs: Any) -> Any:
        found = set()

        def changed(sql: str, params: Any) -> Any:
            for old, new in changes:
                if old in sql:
                    found.add(old)
                    sql = sql.replace(old, new)
            return fetch(sql, params)

        module.fetch = changed
        try:
            return function(*args, **kwargs)
        finally:
            module.fetch = fetch
            assert found == {old for old, _ in changes}, f"{called} reads differently now"

    _replace(module, called, rewriting)


def _looking() -> None:
    """A node that gets no wake-up looks for no work."""

    def look_for_work(self: node.Node) -> float:
        return node.LOOK_SECONDS

    _replace(node.Node, "_look_for_work", look_for_work)


def _requeue() -> None:
    """What a dead process had claimed stays with it until the lease expires."""

    def requeue_claimed_by(celery_task_id: str) -> None:
        pass

    _replace(recovery, "requeue_claimed_by", requeue_claimed_by)


def _claim() -> None:
    """A claim takes tasks whatever their status."""
    pending = "status = 'PENDING' AND "
    for module, name in (claims, "_CANDIDATES"), (claim_orders, "DUE"), (claim_orders, "_FIRST"):
        statement = getattr(module, name)
        assert pending in statement
        _replace(module, name, statement.replace(pending, ""))
    _replace(claims, "_candidates", claims._candidates.__wrapped__)


def _fencing() -> None:
    """The first attempt to end completes the task, whichever it is."""
    _rewrite(transitions, ("AND t.run = o.run AND t.attempt = o.attempt", ""), called="complete")


def _final_status() -> None:
    """What has ended can be completed again."""
    _rewrite(
        transitions,
        ("t.status = 'RUNNING' AND t.run = o.run AND t.attempt = o.attempt", "true"),
        called="complete",
    )


def _one_tick() -> None:
    """Two Beats that read the same schedule both fire its tick."""
    _rewrite(schedules, ("AND s.next_run_at IS NOT DISTINCT FROM d.was", ""), called="advance")
    _rewrite(
        schedules,
        ("ON CONFLICT (schedule_id, nominal_at) DO NOTHING", ""),
        called="insert_ticks",
    )


def _tick_groups() -> None:
    """Ticks that do not fire leave no trace."""

    def insert_ticks(tick_groups: Any) -> Any:
        return _insert_ticks(
            [tick_group for tick_group in tick_groups if tick_group[1].outcome == "FIRED"]
        )

    _replace(schedules, "insert_ticks", insert_ticks)


_insert_ticks = schedules.insert_ticks


def _one_task_for_a_time() -> None:
    """Two Beats that read the same backfill both create the task of its next scheduled time."""
    _rewrite(backfills, ("AND r.stage = 'WAITING'", ""), called="start")


def _idempotency() -> None:
    """A request that is repeated creates another task."""
    _rewrite(
        insertion,
        ("ON CONFLICT (idempotency_key) WHERE NOT idempotency_key = '' DO NOTHING", ""),
        called="insert",
    )


def _log() -> None:
    """Tasks move, and the log says nothing of how they ended."""
    append = events.tasks_changed

    def tasks_changed(tasks: Any, **about: Any) -> None:
        append([task for task in tasks if task.status != "SUCCESS"], **about)

    _replace(events, "tasks_changed", tasks_changed)


def _sum() -> None:
    """The addition is off by one."""

    def off_by_one(id: Any, run: int, attempt: int, result: int | None) -> transitions.Outcome:
        return transitions.Outcome(id, run, attempt, None if result is None else result + 1)

    _replace(execution, "Outcome", off_by_one)


_REMOVALS: dict[str, Callable[[], None]] = {
    "looking": _looking,
    "requeue": _requeue,
    "claim": _claim,
    "fencing": _fencing,
    "final-status": _final_status,
    "one-tick": _one_tick,
    "tick_groups": _tick_groups,
    "one-backfill-task": _one_task_for_a_time,
    "idempotency": _idempotency,
    "log": _log,
    "sum": _sum,
}
# What in the database would still hold when the code does not: how it goes, and comes back.
CONSTRAINTS = {
    "final-status": (
        "ALTER TABLE tasks_app_taskresult DROP CONSTRAINT task_result_once_per_run",
        """
        ALTER TABLE tasks_app_taskresult
          ADD CONSTRAINT task_result_once_per_run UNIQUE (task_id, run)
        """,
    ),
    "one-tick": (
        "ALTER TABLE tasks_app_scheduletick DROP CONSTRAINT tick_once",
        """
        ALTER TABLE tasks_app_scheduletick
          ADD CONSTRAINT tick_once UNIQUE (schedule_id, nominal_at)
        """,
    ),
    "idempotency": (
        "DROP INDEX task_idempotency_key",
        """
        CREATE UNIQUE INDEX task_idempotency_key ON tasks_app_task (idempotency_key)
         WHERE NOT idempotency_key = ''
        """,
    ),
}
