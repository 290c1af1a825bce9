"""The queue's door: what Celery may be asked to do."""

from uuid import UUID

from celery import Task as CeleryTask
from celery import shared_task

from tasks_app import dispatch, execution


@shared_task(bind=True, name=dispatch.EXECUTE)
def execute(self: CeleryTask, ids: list[str]) -> int:
    request = self.request
    return execution.execute(
        [UUID(id) for id in ids], node=str(request.hostname), celery_task_id=str(request.id)
    )
