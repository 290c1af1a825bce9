"""The services of tasks: create, cancel, retry and restore. Each opens its transaction.

They raise Task.DoesNotExist, and ValidationError by field with a code for each error.
"""

from tasks_app.services.tasks.cancellation import (
    Cancelled,
    cancel_task,
    cancel_tasks,
    cancellable,
)
from tasks_app.services.tasks.creation import (
    BULK_MAX,
    UNKNOWN_QUEUE,
    Created,
    NewTask,
    create_task,
    create_tasks,
    validate,
)
from tasks_app.services.tasks.retries import retry_task, retry_tasks, retryable

__all__ = [
    "BULK_MAX",
    "UNKNOWN_QUEUE",
    "Cancelled",
    "Created",
    "NewTask",
    "cancel_task",
    "cancel_tasks",
    "cancellable",
    "create_task",
    "create_tasks",
    "retry_task",
    "retry_tasks",
    "retryable",
    "validate",
]
