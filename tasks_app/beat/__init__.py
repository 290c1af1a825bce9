"""The scheduler of `celery beat`: runs task schedules, and sends other periodic tasks."""

from tasks_app.beat.scheduler import Scheduler

__all__ = ["Scheduler"]
