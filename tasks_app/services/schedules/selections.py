"""The services that control many schedules at once. Each schedule has a transaction of its own."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q

from tasks_app.models import TaskSchedule
from tasks_app.services import schedules
from tasks_app.services.batches import ids_in_batches
from tasks_app.services.validation import check_note


def pause_schedules(condition: Q, *, note: str = "", dry_run: bool = False) -> int:
    """Pause the matching schedules that are not paused; return their number."""
    check_note(note)
    is_active = Q(paused_at=None)
    return _each(condition & is_active, partial(schedules.pause_schedule, note=note), dry_run)


def resume_schedules(condition: Q, *, dry_run: bool = False) -> int:
    """Resume the matching schedules that are paused; return their number."""
    is_paused = Q(paused_at__isnull=False)
    return _each(condition & is_paused, schedules.resume_schedule, dry_run)


def delete_schedules(condition: Q, *, dry_run: bool = False) -> int:
    """Delete the matching schedules; return their number."""
    return _each(condition, schedules.delete_schedule, dry_run)


def trigger_schedules(condition: Q, *, dry_run: bool = False) -> int:
    """Start a run of the matching schedules whose previous run has ended; return their number.

    A dry run counts all that match.
    """
    return _each(condition, schedules.trigger_schedule, dry_run)


def _each(condition: Q, change: Callable[[UUID], object], dry_run: bool) -> int:
    """Change each matching schedule that exists now; return the number of those that changed."""
    rows = TaskSchedule.objects.filter(condition)
    if dry_run:
        return rows.count()
    return sum(_is_changed(id, change) for ids in ids_in_batches(rows) for id in ids)


def _is_changed(id: UUID, change: Callable[[UUID], object]) -> bool:
    try:
        change(id)
    except (TaskSchedule.DoesNotExist, ValidationError):
        # Another client deleted it meanwhile, or its previous run has not ended.
        return False
    return True
