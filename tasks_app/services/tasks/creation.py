"""The services that create tasks, alone or up to 10,000 in one transaction."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone

from tasks_app import dispatch
from tasks_app.log import events
from tasks_app.models import Task, uuid7
from tasks_app.options import (
    CONCURRENCY_KEY_MAX_LENGTH,
    KEY_MAX_LENGTH,
    TASK_OPTIONS,
    TaskOptions,
    default_of,
)
from tasks_app.services.queues import lock_to_use
from tasks_app.services.validation import error, is_storable, range_error, text_error
from tasks_app.sql.tasks import insertion
from tasks_app.sql.tasks.transitions import Transition
from tasks_app.sql.transactions import in_transaction

BULK_MAX = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask(TaskOptions):
    """The parameters of a task to create; see `tasks_app/options.py`.

    Repeating a create with the same idempotency key returns the task of the first request.
    """

    run_at: datetime | None = None
    expires_at: datetime | None = None
    idempotency_key: str = ""


_FIELDS = [field.name for field in fields(NewTask)]


@in_transaction
def create_task(new: NewTask) -> Task:
    """Create a task, or return the one that its idempotency key created before.

    Raises:
        ValidationError: A parameter is not valid, or the key was used with other parameters.
    """
    if errors := validate(new, lock_to_use([new.queue])):
        raise ValidationError(errors)
    id = uuid7()
    inserted = insertion.insert([(id, *_values(new))])
    if not inserted:
        first = Task.objects.get(idempotency_key=new.idempotency_key)
        if _parameters_of(first) != new:
            raise ValidationError({"idempotency_key": _CONFLICT})
        return first
    events.tasks_changed([_created(id, new)])
    _wake([new])
    return inserted[0]


class Created(NamedTuple):
    """The result of a bulk create: the ID of each row's task, or None for a rejected row."""

    ids: list[UUID | None]
    errors: dict[str, ValidationError]


@in_transaction
def create_tasks(news: Sequence[NewTask], *, partly: bool = False) -> Created:
    """Create up to 10,000 tasks in one transaction.

    Args:
        news: The parameters of each task.
        partly: Whether to create the tasks of valid rows if others are not valid.

    Raises:
        ValidationError: A row is not valid, and not `partly`. Errors are keyed by the row's number
            and the field: ``"tasks.17.a"``.
    """
    if not 1 <= len(news) <= BULK_MAX:
        message = f"Must have from 1 to {BULK_MAX} rows."
        raise ValidationError({"tasks": error(message, "out_of_range")})
    queues = lock_to_use(new.queue for new in news)
    errors = {
        f"tasks.{index}.{name}": each
        for index, new in enumerate(news)
        for name, each in validate(new, queues).items()
    }
    if errors and not partly:
        raise ValidationError(errors)
    rejected = {int(name.split(".")[1]) for name in errors}
    valid = {index: new for index, new in enumerate(news) if index not in rejected}
    ids = _insert_or_find(valid, errors)
    if errors and not partly:
        raise ValidationError(errors)
    return Created([ids.get(index) for index in range(len(news))], errors)


def _insert_or_find(
    valid: dict[int, NewTask], errors: dict[str, ValidationError]
) -> dict[int, UUID]:
    """Return the IDs of the rows' tasks; add errors for keys used with other parameters."""
    new_ids = {index: uuid7() for index in valid}
    inserted = _insert({new_ids[index]: new for index, new in valid.items()}) if valid else set()
    ids = {index: id for index, id in new_ids.items() if id in inserted}
    repeated = {index: new for index, new in valid.items() if index not in ids}
    keys = [new.idempotency_key for new in repeated.values()]
    first = {task.idempotency_key: task for task in Task.objects.filter(idempotency_key__in=keys)}
    for index, new in repeated.items():
        task = first[new.idempotency_key]
        if _parameters_of(task) == new:
            ids[index] = task.pk
        else:
            errors[f"tasks.{index}.idempotency_key"] = _CONFLICT
    return ids


def _insert(news: dict[UUID, NewTask]) -> set[UUID]:
    inserted = insertion.insert_many([(id, *_values(new)) for id, new in news.items()])
    events.tasks_changed(_created(id, new) for id, new in news.items() if id in inserted)
    _wake(news.values())
    return inserted


def _values(new: NewTask) -> tuple[object, ...]:
    no_backfill = None
    return (*(getattr(new, name) for name in _FIELDS), no_backfill)


def _created(id: UUID, new: NewTask) -> Transition:
    return insertion.created(
        *(id, new.a, new.b, new.queue, new.duration_ms, new.fail_attempts), new.concurrency_key
    )


def _wake(news: Iterable[NewTask]) -> None:
    """Wake nodes for tasks that are due. Nodes find those that become due later by themselves."""
    now = timezone.now()
    dispatch.wake_after_commit(new.queue for new in news if new.run_at is None or new.run_at <= now)


def _parameters_of(task: Task) -> NewTask:
    """Return the parameters with which a task was created."""
    values = {name: getattr(task, name) for name in _FIELDS if name != "queue"}
    return NewTask(queue=task.queue_id, **values)


def validate(new: NewTask, queues: Collection[str]) -> dict[str, ValidationError]:
    """Return the errors of a task's parameters, by field, given the names of the queues."""
    errors = {
        name: range_error(option)
        for name, option in TASK_OPTIONS.items()
        if option.minimum is not None and not option.contains(getattr(new, name))
    }
    if new.queue not in queues:
        errors["queue"] = UNKNOWN_QUEUE
    if new.run_at and new.expires_at and new.expires_at <= new.run_at:
        errors["expires_at"] = error("Must be later than run_at.", "out_of_range")
    if len(new.idempotency_key) > KEY_MAX_LENGTH or not is_storable(new.idempotency_key):
        errors["idempotency_key"] = text_error(KEY_MAX_LENGTH)
    key = new.concurrency_key
    if len(key) > CONCURRENCY_KEY_MAX_LENGTH or not is_storable(key):
        errors["concurrency_key"] = text_error(CONCURRENCY_KEY_MAX_LENGTH)
    elif key != key.strip():
        errors["concurrency_key"] = _SPACES
    if not key and new.concurrency_limit != default_of("concurrency_limit"):
        errors.setdefault("concurrency_limit", _LIMIT_WITHOUT_KEY)
    return errors


_LIMIT_WITHOUT_KEY = error(
    "Must be 1 without a concurrency key. Give the task a concurrency key.", "invalid"
)
# Forms would remove them, and so make another key.
_SPACES = error("Must not begin or end with white space.", "invalid")
UNKNOWN_QUEUE = error("There is no queue with this name. Create it first.", "unknown_queue")
_CONFLICT = error(
    "The key was used before with other parameters. Use a new key for another task.",
    "idempotency_conflict",
)
