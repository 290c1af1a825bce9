"""What a client may ask about queues.

Refusals are Django's own: ValidationError by field, each with a code, and Queue.DoesNotExist.
"""

from django.core.exceptions import ValidationError
from django.db.models.functions import Now

from tasks_app import actors, dispatch
from tasks_app.log import events
from tasks_app.models import ClusterEvent, Queue
from tasks_app.services.tasks import check_note
from tasks_app.sql import claims
from tasks_app.sql.transactions import in_transaction

LIMIT_MAX = 1_000_000

Kind = ClusterEvent.Kind


@in_transaction
def create_queue(name: str, *, running_limit: int | None = None, note: str = "") -> Queue:
    """Add a queue. Nodes that were not told what to take from take from it too."""
    check_note(note)
    _check_limit(running_limit)
    try:
        Queue(name=name).clean_fields()
    except ValidationError as error:
        raise _refusal("name", error.messages[0], "invalid") from error
    queue, is_new = Queue.objects.get_or_create(
        name=name, defaults={"running_limit": running_limit}
    )
    if not is_new:
        raise _refusal("name", "There is a queue of this name.", "already_exists")
    events.queue_changed(Kind.QUEUE_CREATED, name, message=_told(queue, note))
    dispatch.refresh_after_commit(None)
    queue.refresh_from_db()
    return queue


@in_transaction
def update_queue(name: str, *, running_limit: int | None, note: str = "") -> Queue:
    """Have no more than so many tasks of a queue run at once in the cluster; None for no limit.

    What runs already is not stopped.
    """
    check_note(note)
    _check_limit(running_limit)
    claims.wait_for_claims()
    queue = _get_locked(name)
    if queue.running_limit != running_limit:
        queue.running_limit = running_limit
        queue.save(update_fields=["running_limit"])
        events.queue_changed(Kind.QUEUE_UPDATED, name, message=_told(queue, note))
        dispatch.wake_after_commit([name])
    return _touched(queue)


@in_transaction
def pause_queue(name: str, *, note: str = "") -> Queue:
    """Have no task of a queue start from now on; what runs, runs on.

    Repeating it only changes the note.
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
    """Have the tasks of a paused queue start again."""
    check_note(note)
    queue = _get_locked(name)
    if queue.paused_at is not None:
        queue.paused_at, queue.paused_by, queue.pause_note = None, "", ""
        queue.save(update_fields=["paused_at", "paused_by", "pause_note"])
        events.queue_changed(Kind.QUEUE_RESUMED, name, message=note)
        dispatch.wake_after_commit([name])
    return _touched(queue)


def _get_locked(name: str) -> Queue:
    return Queue.objects.select_for_update(no_key=True).get(name=name)


def _touched(queue: Queue) -> Queue:
    Queue.objects.filter(pk=queue.pk).update(updated_at=Now())
    return Queue.objects.get(pk=queue.pk)


def _check_limit(limit: int | None) -> None:
    if limit is not None and not 1 <= limit <= LIMIT_MAX:
        message = f"Must be an integer from 1 to {LIMIT_MAX}; null for no limit."
        raise _refusal("running_limit", message, "out_of_range")


def _refusal(field: str, message: str, code: str) -> ValidationError:
    return ValidationError({field: ValidationError(message, code=code)})


def _told(queue: Queue, note: str) -> str:
    limit = "no limit" if queue.running_limit is None else f"at most {queue.running_limit} at once"
    return f"{limit}{note and f': {note}'}"
