"""The queue's door: what Celery may be asked to do."""

from uuid import UUID

from celery import Task as CeleryTask
from celery import shared_task

from tasks_app import dispatch, execution, ticking
from tasks_app.models.schedule import TICK


@shared_task(bind=True, name=dispatch.EXECUTE)
def execute(self: CeleryTask, ids: list[str]) -> int:
    request = self.request
    return execution.execute(
        [UUID(id) for id in ids], node=str(request.hostname), celery_task_id=str(request.id)
    )


@shared_task(name=TICK)
def tick(schedule_id: str) -> None:
    """Sent by django-celery-beat's own scheduler only. It may come twice or late: see `ticking`."""
    ticking.tick(UUID(schedule_id))
