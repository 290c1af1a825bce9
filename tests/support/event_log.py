"""The event log, as it becomes with time."""

from datetime import timedelta

from django.utils import timezone

from tasks_app.log import events


def delete_log() -> None:
    """Delete all events, as if they were past their retention."""
    events.delete_before(timezone.now() + timedelta(days=1), 1_000, rolled_up_until=2**62)
