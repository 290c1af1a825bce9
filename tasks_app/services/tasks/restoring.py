"""The service that takes back the cancellation of tasks."""

from collections.abc import Iterator, Sequence

from django.core.exceptions import ValidationError

from tasks_app import dispatch
from tasks_app.log.cursor import Cursor
from tasks_app.log.events import tasks_changed
from tasks_app.models import ClusterEvent, Task
from tasks_app.services.validation import error
from tasks_app.sql.tasks import restoring
from tasks_app.sql.transactions import in_transaction

EVENTS_MAX = 1_000


def restore_tasks(cursors: Sequence[str], *, dry_run: bool = False) -> int:
    """Make tasks pending again as they were before events cancelled them; return their number.

    Tasks that changed after their event are left out. Each event is restored in a transaction of
    its own. `max_concurrent_runs` of schedules and `max_concurrency` of backfills do not apply.

    Args:
        cursors: The cursors of up to 1,000 events of the kind TASK_CANCELLED.
        dry_run: Whether to count the tasks only.

    Raises:
        ValidationError: A cursor is not that of an event that cancelled pending tasks. Errors are
            keyed by its number: ``"events.3"``. Nothing was changed.
    """
    if len(cursors) > EVENTS_MAX:
        message = f"Must not have more than {EVENTS_MAX:,} events."
        raise ValidationError({"events": error(message, "out_of_range")})
    ids = _ids_of(cursors)
    return restoring.count(ids) if dry_run else sum(map(_restore, ids))


@in_transaction
def _restore(event: int) -> int:
    restored = restoring.restore(event)
    tasks_changed(restored, kind=ClusterEvent.Kind.TASK_RESTORED)
    dispatch.wake_after_commit(task.queue for task in restored)
    return len(restored)


def _ids_of(cursors: Sequence[str]) -> list[int]:
    """Return the IDs of the events after which these cursors are."""
    positions = list(map(_decoded, cursors))
    # Without the lists of tasks, which would be read for nothing.
    events = ClusterEvent.objects.only("xid", "kind", "previous_status")
    rows = events.in_bulk([position.id for position in positions if position])
    errors = {
        f"events.{index}": refusal
        for index, position in enumerate(positions)
        for refusal in _refusals(position, rows)
    }
    if errors:
        raise ValidationError(errors)
    return list(rows)


def _decoded(cursor: str) -> Cursor | None:
    try:
        return Cursor.decode(cursor)
    except ValueError:
        return None


def _refusals(position: Cursor | None, rows: dict[int, ClusterEvent]) -> Iterator[ValidationError]:
    if position is None:
        yield error("Must be the cursor of an event.", "invalid")
        return
    event = rows.get(position.id)
    if event is None or event.xid != position.xid:
        yield error("The event does not exist. Old events are deleted.", "not_found")
    elif event.kind != ClusterEvent.Kind.TASK_CANCELLED or position.is_inside_event:
        yield error("Must be the cursor of an event `TASK_CANCELLED`.", "not_restorable")
    elif event.previous_status != Task.Status.PENDING:
        message = "The tasks were running when they were cancelled. Only `retryTasks` runs them."
        yield error(message, "not_restorable")
