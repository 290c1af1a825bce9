"""How the system is put together. Importing it makes the Celery app known to Django."""

from project.celery import app as celery_app

__all__ = ["celery_app"]
