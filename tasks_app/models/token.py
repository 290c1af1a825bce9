"""Who may call, and how much each may."""

from django.db import models
from django.db.models.functions import Now

from tasks_app.models.base import BaseModel


class Role(models.IntegerChoices):
    """Each may what those before it may."""

    VIEWER = 1, "VIEWER"  # reads and follows
    OPERATOR = 2, "OPERATOR"  # creates and steers tasks, schedules, queues and nodes
    ADMIN = 3, "ADMIN"  # makes and revokes tokens


class ApiToken(BaseModel):
    """A program's key to the APIs. The secret is shown once and not kept; its hash is.

    A secret has 256 random bits, so a plain hash of it cannot be guessed from.
    """

    name = models.CharField(max_length=100, help_text="Whose it is; the log names it.")
    role = models.SmallIntegerField(choices=Role.choices)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(max_length=12, help_text="How the secret begins.")
    created_by = models.CharField(max_length=150, blank=True, db_default="")
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="api_token_role", condition=models.Q(role__in=[1, 2, 3])),
        ]

    def __str__(self) -> str:
        return self.name


def usable() -> "models.QuerySet[ApiToken]":
    """The tokens that open a door now."""
    not_expired = models.Q(expires_at=None) | models.Q(expires_at__gt=Now())
    return ApiToken.objects.filter(not_expired, revoked_at=None)
