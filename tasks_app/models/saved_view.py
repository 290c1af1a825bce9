"""Searches for tasks that users keep under a name."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from tasks_app.models.base import BaseModel
from tasks_app.models.token import ApiToken


class SavedView(BaseModel):
    """A search for tasks with its order and columns, under a name.

    It belongs to a user or to an API token. Without either, it is shared by all requests without
    credentials, which only exist where authentication is not required.
    """

    class OrderField(models.TextChoices):
        CREATED_AT = "CREATED_AT"
        FINISHED_AT = "FINISHED_AT"

    class OrderDirection(models.TextChoices):
        ASC = "ASC"
        DESC = "DESC"

    class Column(models.TextChoices):
        REASON = "REASON"
        QUEUE = "QUEUE"
        PRIORITY = "PRIORITY"
        NODE = "NODE"
        QUEUE_TIME = "QUEUE_TIME"
        DURATION = "DURATION"
        CREATED = "CREATED"
        FINISHED = "FINISHED"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,  # The unique constraint begins with it.
    )
    token = models.ForeignKey(ApiToken, models.CASCADE, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=63)
    search = models.CharField(max_length=1_000, blank=True)
    order_field = models.CharField(max_length=11, choices=OrderField.choices)
    order_direction = models.CharField(max_length=4, choices=OrderDirection.choices)
    columns = ArrayField(
        models.CharField(max_length=10, choices=Column.choices),
        null=True,
        blank=True,
        help_text="Null for those that fit what the search finds.",
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                name="saved_view_name", fields=["user", "token", "name"], nulls_distinct=False
            ),
            models.CheckConstraint(
                name="saved_view_owner", condition=models.Q(user=None) | models.Q(token=None)
            ),
        ]

    def __str__(self) -> str:
        return self.name
