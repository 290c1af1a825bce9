"""Django's Tasks framework (the package `django-tasks`) on the cluster: `add.enqueue(2, 3)`."""

from tasks_app.django_tasks.registered import add

__all__ = ["add"]
