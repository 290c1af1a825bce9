"""The services of queues: create, limit, pause, resume, delete. Each opens its transaction.

They raise Queue.DoesNotExist, and ValidationError by field with a code for each error.
"""

from collections.abc import Iterable
from dataclasses import asdict, astuple, dataclass, replace
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models.functions import Now

from tasks_app import dispatch
from tasks_app.access import actors, scopes
from tasks_app.log import events
from tasks_app.models import Backfill, ClusterEvent, Queue, ScopeKind, Task, WorkerNode
from tasks_app.models.queue import WEIGHT_MAX, WEIGHT_MIN
from tasks_app.models.token import usable
from tasks_app.options import DEFAULT_QUEUE
from tasks_app.services.validation import check_name, check_note, field_error, is_storable
from tasks_app.sql import queues as locks
from tasks_app.sql.claiming import claims, fair_share, start_rates
from tasks_app.sql.transactions import in_transaction

LIMIT_MAX = 1_000_000
START_COUNT_MAX, START_SECONDS_MAX = 1_000_000, 86_400
# An empty bucket is full after this time at most. A full one is stored as the time before now at
# which it was empty, and a longer time would end in years that Python does not have.
REFILL_SECONDS_MAX = 366 * 86_400

Kind = ClusterEvent.Kind


@dataclass(frozen=True)
class StartRate:
    """A token bucket: how many tasks of a queue start in a period, in the whole cluster.

    `burst` is the number of tasks that may start at once after a pause, by default `count`.
    """

    count: int
    per_seconds: int
    burst: int | None = None


class Unchanged:
    """The type of `UNCHANGED`."""


# A start rate that an update keeps.
UNCHANGED: Final = Unchanged()


@in_transaction
def create_queue(
    name: str,
    *,
    running_limit: int | None = None,
    weight: float = 1.0,
    start_rate: StartRate | None = None,
    note: str = "",
) -> Queue:
    """Create a queue. Nodes that were started without a list of queues serve it."""
    check_note(note)
    _check_limit(running_limit)
    _check_weight(weight)
    _check_start_rate(start_rate)
    try:
        Queue(name=name).clean_fields()
    except ValidationError as invalid:
        raise field_error("name", invalid.messages[0], "invalid") from invalid
    queue, is_new = Queue.objects.get_or_create(
        name=name, defaults={"running_limit": running_limit, "weight": weight}
    )
    if not is_new:
        raise field_error(
            "name", "A queue with this name already exists. Choose another name.", "already_exists"
        )
    _set_start_rate(queue, start_rate)
    events.queue_changed(Kind.QUEUE_CREATED, name, message=_limit_text(queue, note))
    dispatch.refresh_after_commit(None)
    queue.refresh_from_db()
    return queue


@in_transaction
def update_queue(
    name: str,
    *,
    running_limit: int | None,
    weight: float | None = None,
    start_rate: StartRate | Unchanged | None = UNCHANGED,
    note: str = "",
) -> Queue:
    """Limit how many tasks of a queue run at the same time in the cluster; None for no limit.

    Running tasks are not stopped.

    Args:
        name: The queue.
        running_limit: The limit.
        weight: The queue's part in the policy `fair-share`; None keeps it.
        start_rate: How many of its tasks start in a period; None for no limit.
        note: The reason.
    """
    check_note(note)
    _check_limit(running_limit)
    if not isinstance(start_rate, Unchanged):
        _check_start_rate(start_rate)
    claims.wait_for_claims()
    queue = _get_locked(name)
    if weight is None:
        weight = queue.weight
    _check_weight(weight)
    before = _limit_text(queue, "")
    queue.running_limit, queue.weight = running_limit, weight
    queue.save(update_fields=["running_limit", "weight"])
    if not isinstance(start_rate, Unchanged):
        _set_start_rate(queue, start_rate)
    if _limit_text(queue, "") != before:
        events.queue_changed(Kind.QUEUE_UPDATED, name, message=_limit_text(queue, note))
        dispatch.wake_after_commit([name])
    return _touched(queue)


@in_transaction
def pause_queue(name: str, *, note: str = "") -> Queue:
    """Pause a queue: none of its tasks starts. Running tasks continue.

    Repeating it changes the note.
    """
    check_note(note)
    claims.wait_for_claims()
    queue = _get_locked(name)
    if queue.paused_at is None:
        events.queue_changed(Kind.QUEUE_PAUSED, name, message=note)
        queue.paused_at = Now()
    queue.paused_by, queue.pause_note = actors.current().name, note
    queue.save(update_fields=["paused_at", "paused_by", "pause_note"])
    return _touched(queue)


@in_transaction
def resume_queue(name: str, *, note: str = "") -> Queue:
    """Resume a paused queue."""
    check_note(note)
    queue = _get_locked(name)
    if queue.paused_at is not None:
        queue.paused_at, queue.paused_by, queue.pause_note = None, "", ""
        queue.save(update_fields=["paused_at", "paused_by", "pause_note"])
        events.queue_changed(Kind.QUEUE_RESUMED, name, message=note)
        dispatch.wake_after_commit([name])
    return _touched(queue)


@in_transaction
def delete_queue(name: str, *, note: str = "") -> UUID:
    """Delete a queue that nothing uses, and return the ID that it had.

    It reads all tasks. Creations in the queue, and in those that share its lock, wait for it.
    """
    check_note(note)
    check_name(name)
    locks.lock_to_delete(name)
    Queue.objects.get(name=name)
    if reason := _reason_to_keep(name):
        raise field_error("name", reason, "in_use")
    id = locks.delete(name)
    if id is None:
        message = "The queue has tasks. Delete it after they are pruned (TASK_RETENTION_DAYS)."
        raise field_error("name", message, "in_use")
    fair_share.forget(name)
    events.queue_changed(Kind.QUEUE_DELETED, name, message=note)
    dispatch.refresh_after_commit(None)
    return id


def _reason_to_keep(name: str) -> str:
    """Return why a queue cannot be deleted whether or not it has tasks; empty if it can."""
    if name == DEFAULT_QUEUE:
        return "The default queue cannot be deleted: tasks that name no queue use it."
    if nodes := WorkerNode.objects.filter(desired_queues__contains=[name]).count():
        return f"Worker nodes assigned to the queue: {nodes}. Assign other queues to them first."
    if tokens := usable().filter(scope_kind=ScopeKind.QUEUE, scope_key=name).count():
        return f"API tokens that are limited to the queue: {tokens}. Revoke them first."
    if schedules := Task.objects.filter(queue_id=name, schedule__isnull=False).count():
        return f"Schedules that use the queue: {schedules}. Change or delete them first."
    if backfills := Backfill.objects.filter(queue=name, ended_at=None).count():
        return f"Backfills that use the queue: {backfills}. Cancel them first."
    return ""


def lock_to_use(names: Iterable[str]) -> set[str]:
    """Return those of the names that queues have; block their deletion until the transaction ends.

    The default queue is not locked: it cannot be deleted, and has the most tasks.
    """
    others = {name for name in names if name != DEFAULT_QUEUE and is_storable(name)}
    return {DEFAULT_QUEUE} | (locks.lock_to_use(others) if others else set())


def _get_locked(name: str) -> Queue:
    check_name(name)
    return scopes.visible(Queue.objects.select_for_update(no_key=True)).get(name=name)


def _touched(queue: Queue) -> Queue:
    Queue.objects.filter(pk=queue.pk).update(updated_at=Now())
    return Queue.objects.get(pk=queue.pk)


def _check_limit(limit: int | None) -> None:
    if limit is not None and not 1 <= limit <= LIMIT_MAX:
        message = f"Must be an integer from 1 to {LIMIT_MAX:,}; null for no limit."
        raise field_error("running_limit", message, "out_of_range")


def start_rate_of(queue: Queue) -> StartRate | None:
    """Return the start rate of a queue; None if it has none."""
    if queue.start_count is None or queue.start_per_seconds is None:
        return None
    return StartRate(queue.start_count, queue.start_per_seconds, queue.start_burst)


def _set_start_rate(queue: Queue, rate: StartRate | None) -> None:
    """Give a queue a start rate, or none. If it is another one, its bucket is full."""
    rate = rate and replace(rate, burst=rate.burst or rate.count)
    if start_rate_of(queue) != rate:
        start_rates.change(queue.name, *(astuple(rate) if rate else (None, None, None)))
        queue.refresh_from_db()


def _check_start_rate(rate: StartRate | None) -> None:
    if rate is None:
        return
    most = {"count": START_COUNT_MAX, "per_seconds": START_SECONDS_MAX, "burst": START_COUNT_MAX}
    for name, value in asdict(rate).items():
        if value is not None and not 1 <= value <= most[name]:
            message = f"Must be an integer from 1 to {most[name]:,}."
            raise field_error(f"start_rate.{name}", message, "out_of_range")
    burst_max = REFILL_SECONDS_MAX * rate.count // rate.per_seconds
    if rate.burst is not None and rate.burst > burst_max:
        message = (
            f"Must be at most {burst_max:,} with this `count` and `perSeconds`, so that the burst"
            f" is full again after {REFILL_SECONDS_MAX // 86_400} days at most."
        )
        raise field_error("start_rate.burst", message, "out_of_range")


def _check_weight(weight: float) -> None:
    if not WEIGHT_MIN <= weight <= WEIGHT_MAX:
        message = f"Must be a number from {WEIGHT_MIN} to {WEIGHT_MAX:,.0f}."
        raise field_error("weight", message, "out_of_range")


def _limit_text(queue: Queue, note: str) -> str:
    limit = "no limit" if queue.running_limit is None else f"limit {queue.running_limit}"
    weight = "" if queue.weight == 1 else f", weight {queue.weight:g}"
    rate = start_rate_of(queue)
    starts = f", {start_rate_text(rate)}" if rate else ""
    return f"{limit}{weight}{starts}{note and f': {note}'}"


def start_rate_text(rate: StartRate) -> str:
    """Return a start rate in words."""
    seconds = "second" if rate.per_seconds == 1 else f"{rate.per_seconds:,} seconds"
    burst = "" if rate.burst == rate.count else f", burst {rate.burst:,}"
    starts = "start" if rate.count == 1 else "starts"
    return f"at most {rate.count:,} {starts} per {seconds}{burst}"
