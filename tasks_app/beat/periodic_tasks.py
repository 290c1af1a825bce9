"""Entries of periodic tasks that are not task schedules: rows of django-celery-beat."""

from functools import partial

from celery.schedules import schedule as celery_interval
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import ModelEntry

# A shorter interval would leave the scheduler no time for other entries.
INTERVAL_MIN_SECONDS = 0.1


class PeriodicEntry(ModelEntry):  # type: ignore[misc]
    """A periodic task. Of its row, only the columns that belong to the scheduler are saved."""

    def __init__(self, model: PeriodicTask, app: object = None) -> None:
        fields = ["enabled", "last_run_at", "total_run_count"]
        model.save = partial(type(model).save, model, update_fields=fields)
        super().__init__(model, app=app)
        # A message that cannot be sent at once stays due.
        self.options["retry"] = False

    def save(self) -> None:
        """Save when and how often the task was sent."""
        PeriodicTask.objects.filter(pk=self.model.pk, enabled=True).update(
            last_run_at=self.model.last_run_at, total_run_count=self.model.total_run_count
        )

    def check(self) -> None:
        """Raise an exception if the scheduler cannot process the entry."""
        is_interval = isinstance(self.schedule, celery_interval)
        if is_interval and self.schedule.seconds < INTERVAL_MIN_SECONDS:
            raise ValueError(f"its interval is shorter than {INTERVAL_MIN_SECONDS} s")
        self.schedule.remaining_estimate(self.last_run_at)
