"""The Celery tasks: what a message may ask a worker to do."""

from uuid import UUID

from celery import Task as CeleryTask
from celery import shared_task

from tasks_app import dispatch, execution, ticking
from tasks_app.models.schedule import TICK
from tasks_app.pool_signals import signals


class ClaimTask(CeleryTask):
    Request = "tasks_app.worker.node:ClaimRequest"


@shared_task(base=ClaimTask, bind=True, name=dispatch.CLAIM)
def claim(self: ClaimTask) -> int:
    """Run what the node of this process can run now. A message that sends it is a wake-up."""
    return execution.run(
        str(self.request.hostname),
        celery_task_id=str(self.request.id),
        wake_node=signals.request,
        is_stopping=signals.is_stopping,
    )


@shared_task(name=TICK)
def tick(schedule_id: str) -> None:
    """Tick a schedule. Only the stock scheduler of django-celery-beat sends this.

    It may come twice or late: see `ticking`.
    """
    ticking.tick(UUID(schedule_id))
