"""Calendars of times in which schedules start no runs."""

from django.db import models

from tasks_app.models.base import BaseModel
from tasks_app.recurrence import ExcludedTimes


class Calendar(BaseModel):
    """Times that any number of schedules exclude, on the clock of a time zone.

    `weekly` is a list of ``{"days": ["MONDAY", …], "from": "18:00", "until": "08:00"}``, `dates` a
    list of ``{"from": "2027-12-24", "until": "2027-12-26"}`` with both days included.
    """

    name = models.CharField(max_length=63, unique=True)
    description = models.TextField(blank=True, default="")
    time_zone = models.CharField(max_length=64)
    weekly = models.JSONField(default=list)
    dates = models.JSONField(default=list)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def excluded(self) -> ExcludedTimes:
        """The times that it excludes."""
        return ExcludedTimes.from_json(vars(self))
