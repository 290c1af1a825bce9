"""The same job as one writes it in an hour: a DRF view set, `add.delay()` and the ORM."""

from bench.yardsticks.naive.celery import app as celery_app

__all__ = ["celery_app"]
