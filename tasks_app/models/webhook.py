"""Webhooks: subscriptions that the server keeps, and the log of their deliveries."""

from django.db import models
from django.db.models import Q

from tasks_app.models.base import BaseModel


class Webhook(BaseModel):
    """A subscription whose responses are sent to a URL, with its position in the event log.

    `version` changes with whatever a delivery depends on: an attempt that began before the change
    does not move the cursor. The secrets are stored as they are, because they sign each message.
    """

    class State(models.TextChoices):
        ACTIVE = "ACTIVE"
        RETRYING = "RETRYING"
        DISABLED = "DISABLED"
        INVALID = "INVALID"

    # Nothing is sent until an administrator resumes the webhook.
    STOPPED = (State.DISABLED, State.INVALID)

    url = models.CharField(max_length=2_000)
    document = models.TextField(help_text="A GraphQL document with one subscription.")
    variables = models.JSONField(default=dict)
    owner = models.CharField(
        max_length=150, blank=True, default="", help_text="The actor on whose behalf it reads."
    )
    token_id = models.UUIDField(
        null=True, blank=True, help_text="The API token of the owner. Null for a session or none."
    )
    secret = models.CharField(max_length=100, editable=False)
    previous_secret = models.CharField(max_length=100, blank=True, default="", editable=False)
    previous_secret_until = models.DateTimeField(null=True, blank=True)

    # The current state.
    version = models.IntegerField(default=1)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    message = models.TextField(blank=True, default="", help_text="Why it is not active.")
    cursor = models.CharField(max_length=100, help_text="Its receiver has all events up to here.")
    pending_cursor = models.CharField(
        max_length=100, blank=True, default="", help_text="The end of the batch that is being sent."
    )
    attempts = models.IntegerField(default=0, help_text="Failed attempts of the next message.")
    first_failed_at = models.DateTimeField(null=True, blank=True)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    test_requested = models.BooleanField(default=False)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="webhook_state",
                condition=Q(state__in=["ACTIVE", "RETRYING", "DISABLED", "INVALID"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} ({self.state})"


class WebhookDelivery(models.Model):
    """An attempt to send a message. Of each webhook the last ones are kept."""

    id = models.BigAutoField(primary_key=True)
    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries", db_index=False)
    message_id = models.CharField(max_length=150, help_text="The header `webhook-id`.")
    at = models.DateTimeField(help_text="The time at which the attempt began.")
    attempt = models.IntegerField(help_text="The number of the attempt, from 1.")
    is_test = models.BooleanField()
    succeeded = models.BooleanField()
    status = models.SmallIntegerField(null=True, help_text="The HTTP status of the response.")
    duration_ms = models.IntegerField()
    response = models.TextField(help_text="The beginning of the response's body.")
    error = models.TextField(help_text="Why there is no response.")

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["webhook", "-id"], name="webhook_delivery_order")]

    def __str__(self) -> str:
        return f"{self.message_id} ({self.status or self.error})"
