"""What a client may ask about tasks. Every write enters here, and here its transaction begins.

Refusals are Django's own: ValidationError by field, each with a code, and Task.DoesNotExist.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone

from tasks_app import dispatch
from tasks_app.log import events
from tasks_app.models import (
    DEFAULT_QUEUE,
    Queue,
    Task,
    uuid7,
)
from tasks_app.models.task import (
    ATTEMPTS_MAX,
    DURATION_MAX_MS,
    INT64_MAX,
    INT64_MIN,
    PRIORITY_MAX,
    SLOTS_MAX,
)
from tasks_app.sql import transitions
from tasks_app.sql.transactions import in_transaction
from tasks_app.sql.transitions import Transition

BULK_MAX = 10_000
KEY_MAX_LENGTH = 255
NOTE_MAX_LENGTH = 10_000
_BATCH = 1_000

_RANGES = {
    "a": (INT64_MIN, INT64_MAX),
    "b": (INT64_MIN, INT64_MAX),
    "priority": (0, PRIORITY_MAX),
    "duration_ms": (0, DURATION_MAX_MS),
    "slots": (1, SLOTS_MAX),
    "max_attempts": (1, ATTEMPTS_MAX),
}
_known_queues = {DEFAULT_QUEUE}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    """A wish. With an idempotency key it becomes one task, however often it is repeated."""

    a: int
    b: int
    queue: str = DEFAULT_QUEUE
    priority: int = 5
    run_at: datetime | None = None
    expires_at: datetime | None = None
    duration_ms: int = 0
    slots: int = 1
    max_attempts: int = 3
    idempotency_key: str = ""


_FIELDS = [field.name for field in fields(NewTask)]


@in_transaction
def create_task(new: NewTask) -> Task:
    """Record a task and have it run."""
    if faults := validate(new):
        raise ValidationError(faults)
    id = uuid7()
    inserted = transitions.insert([(id, *_values(new))])
    if not inserted:
        first = Task.objects.get(idempotency_key=new.idempotency_key)
        if _fingerprint_of(first) != new:
            raise ValidationError({"idempotency_key": _CONFLICT})
        return first
    events.tasks_changed([_created(id, new)])
    _wake([new])
    return inserted[0]


class Created(NamedTuple):
    """What became of many wishes: an id for each, or None where there is a fault."""

    ids: list[UUID | None]
    faults: dict[str, ValidationError]


@in_transaction
def create_tasks(news: Sequence[NewTask], *, partly: bool = False) -> Created:
    """Record up to 10,000 tasks in one transaction and have them run.

    A fault is named by its row and field: ``"17.a"``. With one, nothing is recorded; or, if
    ``partly``, what has none.
    """
    if not 1 <= len(news) <= BULK_MAX:
        raise ValidationError({"tasks": _fault(f"From 1 to {BULK_MAX} at once.", "out_of_range")})
    faults = {
        f"{index}.{name}": fault
        for index, new in enumerate(news)
        for name, fault in validate(new).items()
    }
    if faults and not partly:
        raise ValidationError(faults)
    faulty = {int(name.partition(".")[0]) for name in faults}
    wishes = {uuid7(): new for index, new in enumerate(news) if index not in faulty}
    created = _record(wishes) if wishes else set()
    firsts = _firsts_of([new for id, new in wishes.items() if id not in created])
    ids: list[UUID | None] = [None] * len(news)
    valid = (index for index in range(len(news)) if index not in faulty)
    for index, (id, new) in zip(valid, wishes.items(), strict=True):
        if id in created:
            ids[index] = id
        elif _fingerprint_of(first := firsts[new.idempotency_key]) == new:
            ids[index] = first.pk
        else:
            faults[f"{index}.idempotency_key"] = _CONFLICT
    if faults and not partly:
        raise ValidationError(faults)
    return Created(ids, faults)


def _record(wishes: dict[UUID, NewTask]) -> set[UUID]:
    inserted = transitions.insert_many([(id, *_values(new)) for id, new in wishes.items()])
    events.tasks_changed(_created(id, new) for id, new in wishes.items() if id in inserted)
    _wake(wishes.values())
    return inserted


@in_transaction
def cancel_task(task_id: UUID) -> Task:
    """Cancel a pending task at once, ask the node of a running one to stop; repeatable."""
    cancelled = transitions.cancel([task_id])
    events.tasks_changed(cancelled)
    task = Task.objects.get(pk=task_id)
    if task.status in (Task.Status.SUCCESS, Task.Status.FAILED):
        raise ValidationError({"id": _fault("The task has finished already.", "not_cancellable")})
    return task


@in_transaction
def retry_task(task_id: UUID) -> Task:
    """Give a failed or cancelled task a new run."""
    retried = transitions.retry([task_id])
    events.tasks_changed(retried)
    dispatch.wake_after_commit(task.queue for task in retried)
    task = Task.objects.get(pk=task_id)
    if not retried:
        raise ValidationError({"id": _fault("Only a failed or cancelled task.", "not_retryable")})
    return task


def cancel_tasks(which: Q) -> int:
    """Cancel all that match and can be cancelled, as `cancel_task` does; answers how many."""
    return _move_all(cancellable(which), transitions.cancel)


def retry_tasks(which: Q) -> int:
    """Give all that match and have failed or been cancelled a new run; answers how many."""
    return _move_all(retryable(which), transitions.retry)


def cancellable(which: Q) -> QuerySet[Task]:
    """What `cancel_tasks` would cancel now."""
    running = Q(status=Task.Status.RUNNING, cancel_requested_at=None)
    return Task.objects.filter(which, Q(status=Task.Status.PENDING) | running)


def retryable(which: Q) -> QuerySet[Task]:
    """What `retry_tasks` would retry now."""
    return Task.objects.filter(which, status__in=[Task.Status.FAILED, Task.Status.CANCELLED])


def _move_all(rows: QuerySet[Task], move: Callable[[list[UUID]], list[Transition]]) -> int:
    """In batches, each a transaction of its own; what is created meanwhile is not meant."""
    count, done, end = 0, UUID(int=0), uuid7()
    while ids := list(
        rows.filter(pk__gt=done, pk__lt=end).order_by("pk").values_list("pk", flat=True)[:_BATCH]
    ):
        count, done = count + _move(ids, move), ids[-1]
    return count


@in_transaction
def _move(ids: list[UUID], move: Callable[[list[UUID]], list[Transition]]) -> int:
    moved = move(ids)
    events.tasks_changed(moved)
    dispatch.wake_after_commit(t.queue for t in moved if t.status == Task.Status.PENDING)
    return len(moved)


def _values(new: NewTask) -> tuple[object, ...]:
    return tuple(getattr(new, name) for name in _FIELDS)


def _created(id: UUID, new: NewTask) -> Transition:
    return Transition(
        id, new.a, new.b, new.queue, new.duration_ms, run=1, attempt=0, version=1,
        status=Task.Status.PENDING, failed_message="", wait_ms=None, run_ms=None, previous="",
    )  # fmt: skip


def _wake(news: Iterable[NewTask]) -> None:
    """Wake nodes for tasks that are due. Nodes find those that become due later by themselves."""
    now = timezone.now()
    dispatch.wake_after_commit(new.queue for new in news if new.run_at is None or new.run_at <= now)


def _firsts_of(repeated: Sequence[NewTask]) -> dict[str, Task]:
    """By key, what these wishes, or others under their keys, became when they came first."""
    keys = [new.idempotency_key for new in repeated]
    return {task.idempotency_key: task for task in Task.objects.filter(idempotency_key__in=keys)}


def _fingerprint_of(task: Task) -> NewTask:
    wish = {name: getattr(task, name) for name in _FIELDS if name != "queue"}
    return NewTask(queue=task.queue_id, **wish)


def validate(new: NewTask) -> dict[str, ValidationError]:
    faults = {}
    for name, (low, high) in _RANGES.items():
        value = getattr(new, name)
        if type(value) is not int or not low <= value <= high:
            faults[name] = _fault(f"Must be an integer from {low} to {high}.", "out_of_range")
    if not _is_known(new.queue):
        faults["queue"] = _fault("There is no such queue.", "unknown_queue")
    if new.run_at and new.expires_at and new.expires_at <= new.run_at:
        faults["expires_at"] = _fault("Must be later than run_at.", "out_of_range")
    if len(new.idempotency_key) > KEY_MAX_LENGTH or not is_storable(new.idempotency_key):
        message = f"At most {KEY_MAX_LENGTH} characters, none of them NUL or a lone surrogate."
        faults["idempotency_key"] = _fault(message, "invalid")
    return faults


def is_storable(text: str) -> bool:
    """PostgreSQL has no NUL in a text, and UTF-8 no half of a surrogate pair, but JSON has both."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def check_note(note: str) -> None:
    """Raises if this cannot be kept as somebody's reason."""
    if len(note) > NOTE_MAX_LENGTH or not is_storable(note):
        message = f"At most {NOTE_MAX_LENGTH} characters, none of them NUL or a lone surrogate."
        raise ValidationError({"note": _fault(message, "invalid")})


def _fault(message: str, code: str) -> ValidationError:
    return ValidationError(message, code=code)


_CONFLICT = _fault("This key came with another task before.", "idempotency_conflict")


def _is_known(queue: str) -> bool:
    """Queues are never deleted, so a name once seen need not be looked up again."""
    if queue not in _known_queues:
        if not (is_storable(queue) and Queue.objects.filter(name=queue).exists()):
            return False
        _known_queues.add(queue)
    return True
