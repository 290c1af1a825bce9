"""The project as a Django app, so that every process that sets up Django knows the Celery app."""

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """The configuration of the project's app."""

    name = "project"

    def ready(self) -> None:
        """Make the Celery app the current one, for `shared_task` and `send_task`."""
        import project.celery  # noqa: F401
