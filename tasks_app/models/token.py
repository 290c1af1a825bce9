"""API tokens and roles."""

from django.db import models
from django.db.models.functions import Now

from tasks_app.models.base import BaseModel


class Role(models.IntegerChoices):
    """A role. It includes the permissions of the roles before it."""

    VIEWER = 1, "VIEWER"  # reads and subscribes
    OPERATOR = 2, "OPERATOR"  # creates and controls tasks, schedules, queues and nodes
    ADMIN = 3, "ADMIN"  # creates and revokes tokens


class ApiToken(BaseModel):
    """A token with which a program authenticates. The secret is shown once; its hash is stored.

    A secret has 256 random bits, so an unsalted hash does not reveal it.
    """

    name = models.CharField(
        max_length=100, help_text="The owner of the token, which events name as the actor."
    )
    role = models.SmallIntegerField(choices=Role.choices)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(max_length=12, help_text="The first characters of the secret.")
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
    """Return the tokens that are neither expired nor revoked."""
    not_expired = models.Q(expires_at=None) | models.Q(expires_at__gt=Now())
    return ApiToken.objects.filter(not_expired, revoked_at=None)
