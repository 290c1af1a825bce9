"""API tokens, their roles and scopes."""

from typing import NamedTuple

from django.db import models
from django.db.models.functions import Now

from tasks_app.models.base import BaseModel


class Role(models.IntegerChoices):
    """A role. It includes the permissions of the roles before it."""

    VIEWER = 1, "VIEWER"  # reads and subscribes
    OPERATOR = 2, "OPERATOR"  # creates and controls tasks, schedules, queues and nodes
    ADMIN = 3, "ADMIN"  # creates and revokes tokens


class ScopeKind(models.TextChoices):
    """The kind of the object that a scoped token is limited to."""

    TASK = "TASK"
    SCHEDULE = "SCHEDULE"
    QUEUE = "QUEUE"


class Scope(NamedTuple):
    """The object that a token is limited to: the UUID of a task or schedule, or a queue's name."""

    kind: ScopeKind
    key: str


class ApiToken(BaseModel):
    """A token with which a program authenticates. The secret is shown once; its hash is stored.

    A secret has 256 random bits, so an unsalted hash does not reveal it.
    """

    name = models.CharField(
        max_length=100, help_text="The owner of the token, which events name as the actor."
    )
    role = models.SmallIntegerField(choices=Role.choices)
    scope_kind = models.CharField(
        max_length=8,
        choices=ScopeKind.choices,
        blank=True,
        db_default="",
        help_text="The kind of the object that the token is limited to. Empty for no limit.",
    )
    scope_key = models.CharField(max_length=63, blank=True, db_default="")
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

    @property
    def scope(self) -> Scope | None:
        """The object that the token is limited to; None for no limit."""
        return Scope(ScopeKind(self.scope_kind), self.scope_key) if self.scope_kind else None


def usable() -> "models.QuerySet[ApiToken]":
    """Return the tokens that are neither expired nor revoked."""
    not_expired = models.Q(expires_at=None) | models.Q(expires_at__gt=Now())
    return ApiToken.objects.filter(not_expired, revoked_at=None)
