"""The Celery app of nodes in which the first attempt of a task with a = 13 finds no memory."""

from celery.signals import worker_process_init

from project.celery import app

__all__ = ["app"]


@worker_process_init.connect
def _starve(**_: object) -> None:
    from tasks_app import execution

    outcome_of = execution.outcome_of

    def with_little_memory(task):
        if task.a == 13 and task.attempt == 1:
            raise MemoryError
        return outcome_of(task)

    execution.outcome_of = with_little_memory
