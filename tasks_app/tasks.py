"""The Celery tasks that messages execute in worker nodes."""

from uuid import UUID

from celery import Task as CeleryTask
from celery import shared_task

from tasks_app import dispatch, execution, ticking
from tasks_app.models.schedules.schedule import TICK
from tasks_app.pool_signals import signals


class ClaimTask(CeleryTask[[], int]):
    """A task whose request reports when its process becomes idle."""

    Request = "tasks_app.worker.requests:ClaimRequest"


@shared_task(base=ClaimTask, bind=True, name=dispatch.CLAIM)
def claim(self: ClaimTask) -> int:
    """Claim and run tasks that the node of this process can run now; a wake-up executes it."""
    return execution.run(
        str(self.request.hostname),
        celery_task_id=str(self.request.id),
        wake_node=signals.request,
        is_stopping=signals.is_stopping,
    )


@shared_task(name=TICK)
def tick(schedule_id: str) -> None:
    """Process the scheduled times of a schedule that are due.

    Only the stock scheduler of django-celery-beat sends this. It may arrive twice or late: see
    `ticking`.
    """
    ticking.tick(UUID(schedule_id))
