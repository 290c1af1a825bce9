"""The results of the runs of tasks."""

from decimal import Decimal
from typing import Any

from django.db import models

from tasks_app.models.base import BaseModel
from tasks_app.models.node import WorkerNode


class SumField(models.DecimalField):  # type: ignore[type-arg]
    """An integer of up to 20 digits: the sum of two 64-bit integers always fits."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "max_digits": 20, "decimal_places": 0})

    def from_db_value(self, value: Decimal | None, *_: object) -> int | None:
        """Return a value of the database as an integer."""
        return None if value is None else int(value)


class TaskResult(BaseModel):
    """The result of one run of a task, with the attempt and the node that computed it."""

    task = models.ForeignKey("Task", models.CASCADE, related_name="results", db_index=False)
    result = SumField()
    run = models.IntegerField(db_default=1)
    attempt = models.SmallIntegerField(db_default=1)
    node = models.ForeignKey(
        WorkerNode, models.DO_NOTHING, null=True, blank=True, db_constraint=False, db_index=False
    )

    class Meta:
        ordering = ["-run"]
        constraints = [
            models.UniqueConstraint(fields=["task", "run"], name="task_result_once_per_run"),
        ]

    def __str__(self) -> str:
        return str(self.result)
