from celery import shared_task

from bench.yardsticks.naive.models import Task, TaskResult


@shared_task
def add(task_id: str) -> None:
    task = Task.objects.get(id=task_id)
    try:
        TaskResult.objects.create(task=task, result=task.a + task.b)
        task.status = Task.Status.SUCCESS
    except Exception as error:  # noqa: BLE001
        task.status = Task.Status.FAILED
        task.failed_message = str(error)
    task.save()
