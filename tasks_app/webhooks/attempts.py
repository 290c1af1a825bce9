"""The rows of webhooks as their deliveries see them: read before, and written after each attempt.

All times are those of the database's clock.
"""

import random
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.db.models import DurationField, ExpressionWrapper, F, Q, Subquery
from django.db.models.functions import Coalesce, Now

from tasks_app.log import events
from tasks_app.models import ClusterEvent, Webhook, WebhookDelivery
from tasks_app.sql.transactions import in_transaction

# Every Beat loads this module when it starts, and an HTTP client only once there is a webhook.
if TYPE_CHECKING:
    from tasks_app.webhooks.sending import Outcome

State = Webhook.State

# The delays after the first failed attempts, in seconds. The last one repeats.
DELAYS = (5, 30, 120, 600, 1_800, 7_200, 18_000, 36_000)
# Part of the delay that is added at random, so that many webhooks of one receiver spread.
JITTER = 0.1
GIVE_UP_AFTER = timedelta(days=3)
DELIVERIES_KEPT = 100

_OPEN = Q(state__in=[State.ACTIVE, State.RETRYING])
_MAY_HAVE_WORK = _OPEN | Q(test_requested=True)


class Work(NamedTuple):
    """A webhook that has something to do; the version decides whether it changed."""

    id: UUID
    version: int
    test_requested: bool


def exist() -> bool:
    """Return whether any webhook may have something to do."""
    return Webhook.objects.filter(_MAY_HAVE_WORK).exists()


def all_work() -> list[Work]:
    """Return the webhooks that may have something to do."""
    found = Webhook.objects.filter(_MAY_HAVE_WORK)
    return [Work(*row) for row in found.values_list(*Work._fields)]


def load(id: UUID) -> Webhook | None:
    """Return a webhook with `wait`, the time to its next attempt, or None if it was deleted."""
    wait = ExpressionWrapper(F("next_attempt_at") - Now(), DurationField())
    is_rotating = ExpressionWrapper(F("previous_secret_until") - Now(), DurationField())
    return Webhook.objects.annotate(wait=wait, rotation_left=is_rotating).filter(pk=id).first()


def secrets_of(webhook: Webhook) -> list[str]:
    """Return the secrets that sign its messages; the row is from `load`."""
    left: timedelta | None = getattr(webhook, "rotation_left", None)
    is_rotating = left is not None and left > timedelta()
    return [webhook.secret, *([webhook.previous_secret] if is_rotating else [])]


def wait_of(webhook: Webhook) -> float:
    """Return the seconds until its next attempt; the row is from `load`."""
    wait: timedelta | None = getattr(webhook, "wait", None)
    return max(0.0, wait.total_seconds()) if wait else 0.0


def advance(webhook: Webhook, cursor: str, pending: str = "") -> None:
    """Move the cursor over events that the document does not select.

    Args:
        webhook: The webhook.
        cursor: The new cursor.
        pending: The end of the batch that is sent next, which stays the same when it is retried.
    """
    _update(webhook, cursor=cursor, pending_cursor=pending)


@in_transaction
def delivered(webhook: Webhook, message_id: str, outcome: "Outcome", cursor: str) -> None:
    """Record that the receiver has all events up to a cursor, unless the webhook has changed."""
    _update(
        webhook,
        state=State.ACTIVE,
        message="",
        cursor=cursor,
        pending_cursor="",
        attempts=0,
        first_failed_at=None,
        next_attempt_at=None,
    )
    _log(webhook, message_id, outcome)


@in_transaction
def failed(webhook: Webhook, message_id: str, outcome: "Outcome") -> None:
    """Record a failed attempt: the next one comes after a delay, or the webhook is disabled."""
    delay = DELAYS[min(webhook.attempts, len(DELAYS) - 1)] * (1 + JITTER * random.random())
    _update(
        webhook,
        state=State.RETRYING,
        message=outcome.reason,
        attempts=webhook.attempts + 1,
        first_failed_at=Coalesce(F("first_failed_at"), Now()),
        next_attempt_at=Now() + timedelta(seconds=delay),
    )
    _log(webhook, message_id, outcome)
    if outcome.is_gone:
        stop(webhook, State.DISABLED, "The receiver answered 410 Gone.")
    elif _failed_too_long(webhook):
        days = GIVE_UP_AFTER.days
        stop(webhook, State.DISABLED, f"Every attempt of {days} days failed. {outcome.reason}")


def _failed_too_long(webhook: Webhook) -> bool:
    too_long = Q(first_failed_at__lte=Now() - GIVE_UP_AFTER)
    return Webhook.objects.filter(too_long, pk=webhook.pk).exists()


@in_transaction
def stop(webhook: Webhook, state: State, message: str) -> None:
    """Send nothing until an administrator resumes the webhook, unless it has changed."""
    if _update(webhook, state=state, message=message, next_attempt_at=None):
        events.webhook_changed(ClusterEvent.Kind.WEBHOOK_DISABLED, webhook, message=message)


@in_transaction
def tested(webhook: Webhook, message_id: str, outcome: "Outcome") -> None:
    """Record the outcome of a test."""
    _log(webhook, message_id, outcome, is_test=True)
    Webhook.objects.filter(pk=webhook.pk).update(test_requested=False)


def _update(webhook: Webhook, **columns: object) -> bool:
    """Change the row unless it is no longer as it was read; return whether it was changed."""
    # Another process may have delivered a message since the row was read.
    same = {"pk": webhook.pk, "version": webhook.version, "cursor": webhook.cursor}
    rows = Webhook.objects.filter(_OPEN, **same)
    return bool(rows.update(updated_at=Now(), **columns))


def _log(webhook: Webhook, message_id: str, outcome: "Outcome", *, is_test: bool = False) -> None:
    """Add an attempt to the log of deliveries, and delete the oldest one beyond the limit."""
    if not Webhook.objects.select_for_update(no_key=True).filter(pk=webhook.pk).exists():
        return  # It was deleted meanwhile.
    WebhookDelivery.objects.create(
        webhook=webhook,
        message_id=message_id,
        at=outcome.at,
        attempt=1 if is_test else webhook.attempts + 1,
        is_test=is_test,
        succeeded=outcome.succeeded,
        status=outcome.status,
        duration_ms=outcome.duration_ms,
        response=outcome.response,
        error=outcome.error,
    )
    rows = WebhookDelivery.objects.filter(webhook=webhook).order_by("-pk")
    superfluous = rows.values("pk")[DELIVERIES_KEPT : DELIVERIES_KEPT + 1]
    rows.filter(pk__lte=Subquery(superfluous)).order_by().delete()
