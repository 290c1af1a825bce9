"""What a process of a node does, in the test's own process."""

from contextlib import contextmanager
from datetime import timedelta

from django.utils import timezone

from tasks_app import execution
from tasks_app.models import ClusterEvent, Task

NODE = "node-1@here"


def claim(node=NODE, message="message-1"):
    """Claim what the node would claim now, and return the transitions."""
    return execution.claim(node, celery_task_id=message).tasks


def complete(claimed, node=NODE):
    """Store the outcomes of claimed tasks, and return the transitions."""
    return execution.complete(outcomes(claimed), node=node)


def run_all(node=NODE, message="message-1"):
    """Run everything that the node can run now; return the number of completed tasks."""
    return execution.run(
        node, celery_task_id=message, wake_node=lambda _: None, is_stopping=lambda: False
    )


def ids(tasks):
    """Return the ids of tasks or transitions."""
    return [getattr(task, "pk", None) or task.id for task in tasks]


@contextmanager
def only(*tasks):
    """Within this, no other pending task is due."""
    others = Task.objects.filter(status="PENDING").exclude(pk__in=ids(tasks))
    due = dict(others.values_list("pk", "due_at"))
    Task.objects.filter(pk__in=due).update(due_at=timezone.now() + timedelta(days=1))
    yield
    for pk, due_at in due.items():
        Task.objects.filter(pk=pk).update(due_at=due_at)


def claim_only(*tasks, node=NODE, message="message-1"):
    """Claim these tasks, whatever else is pending."""
    with only(*tasks):
        return claim(node, message)


def run_only(*tasks, node=NODE, message="message-1"):
    """Run these tasks, whatever else is pending."""
    with only(*tasks):
        return run_all(node, message)


def outcomes(claimed):
    """Return the outcomes of claimed tasks, without storing them."""
    return [execution.outcome_of(task) for task in claimed]


def expire_leases():
    """Let the leases of all running tasks expire now."""
    Task.objects.filter(status="RUNNING").update(lease_expires_at=timezone.now())


def kinds():
    """Return the kinds of all events, in order."""
    return list(ClusterEvent.objects.values_list("kind", flat=True))


def claim_all(name="node-1@here"):
    """Claim with one message after the other until a claim takes nothing."""
    claimed = []
    while found := claim(name, f"{name}-{len(claimed)}"):
        claimed += found
    return claimed
