"""The service that creates many schedules in one transaction."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError

from tasks_app.models import TaskSchedule
from tasks_app.services.queues import lock_to_use
from tasks_app.services.schedule_parameters import NewSchedule
from tasks_app.services.schedules import create_schedule
from tasks_app.services.validation import error
from tasks_app.sql import calendars
from tasks_app.sql.transactions import in_transaction

BULK_MAX = 500


@in_transaction
def create_schedules(news: Sequence[NewSchedule]) -> list[TaskSchedule]:
    """Create up to 500 schedules with their tasks, or none of them.

    Raises:
        ValidationError: A row is not valid. Errors are keyed by the row's number and the field:
            ``"task_schedules.17.a"``.
    """
    if not 1 <= len(news) <= BULK_MAX:
        message = f"Must have from 1 to {BULK_MAX} rows."
        raise ValidationError({"task_schedules": error(message, "out_of_range")})
    # All locks of one kind before those of the next, as for a single schedule.
    lock_to_use({new.queue for new in news})
    if any(new.calendars for new in news):
        calendars.lock_to_use()
    created: list[TaskSchedule] = []
    errors: dict[str, list[ValidationError]] = {}
    for number, new in enumerate(news):
        try:
            created.append(create_schedule(new))
        except ValidationError as refusal:
            for name, found in refusal.error_dict.items():
                errors[f"task_schedules.{number}.{name}"] = found
    if errors:
        raise ValidationError(errors)
    return created
