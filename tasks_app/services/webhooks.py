"""The services of webhooks: create, change, delete, test, resume, replay. Each opens a transaction.

They raise Webhook.DoesNotExist, and ValidationError by field with a code for each error. Documents
are validated by `schema/webhooks/documents.py` before.
"""

import base64
import json
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models.functions import Now

from tasks_app.access import actors
from tasks_app.access.actors import Actor
from tasks_app.log import events, pages
from tasks_app.log.cursor import Cursor
from tasks_app.models import ClusterEvent, Role, Webhook
from tasks_app.models.token import usable
from tasks_app.services.access.authentication import is_still_valid
from tasks_app.services.validation import error, is_storable
from tasks_app.sql.transactions import in_transaction
from tasks_app.webhooks import addresses

WEBHOOKS_MAX = 100
DOCUMENT_MAX_LENGTH = 20_000
VARIABLES_MAX_LENGTH = 20_000
PREVIOUS_SECRET_HOURS = 24
_SECRET_BYTES = 32

Kind = ClusterEvent.Kind
State = Webhook.State


class NewWebhook(NamedTuple):
    """A webhook and its secret, which is shown once."""

    webhook: Webhook
    secret: str


def check(url: str | None, document: str | None, variables: Mapping[str, object] | None) -> None:
    """Raise ValidationError for values that a webhook cannot have. It may resolve a name.

    Args:
        url: The URL; None to leave it as it is.
        document: The document, of which only the length is checked here; or None.
        variables: The values of its variables; None for none.
    """
    errors = {}
    if url is not None and (reason := _unsafe(url)):
        errors["url"] = error(reason, "invalid")
    if document is not None and not (
        0 < len(document) <= DOCUMENT_MAX_LENGTH and is_storable(document)
    ):
        errors["document"] = error(
            f"Must be 1 to {DOCUMENT_MAX_LENGTH:,} characters, without NUL.", "invalid"
        )
    if variables is not None and not _are_variables(variables):
        errors["variables"] = error(
            f"Must be a JSON object of at most {VARIABLES_MAX_LENGTH:,} characters, without NUL.",
            "invalid",
        )
    if errors:
        raise ValidationError(errors)


def _unsafe(url: str) -> str:
    try:
        addresses.resolve(addresses.parse(url))
    except addresses.UnsafeUrlError as unsafe:
        return str(unsafe)
    except (OSError, UnicodeError):
        return "The host has no address."
    return ""


def _are_variables(variables: Mapping[str, object]) -> bool:
    try:
        text = json.dumps(variables, ensure_ascii=False, allow_nan=False)
    except ValueError:
        return False
    is_small = len(text) <= VARIABLES_MAX_LENGTH
    return is_small and is_storable(text) and "\\u0000" not in text


@in_transaction
def create_webhook(
    url: str, document: str, variables: Mapping[str, object], after: Cursor | None
) -> NewWebhook:
    """Create a webhook that sends what comes after a cursor; None for the end of the log."""
    if Webhook.objects.count() >= WEBHOOKS_MAX:
        message = f"There are {WEBHOOKS_MAX} webhooks, which is the maximum. Delete one first."
        raise ValidationError({"url": error(message, "out_of_range")})
    actor, secret = actors.current(), _new_secret()
    webhook = Webhook.objects.create(
        url=url,
        document=document,
        variables=dict(variables),
        cursor=(after or pages.head()).encode(),
        owner=actor.name,
        token_id=actor.token_id,
        secret=secret,
    )
    events.webhook_changed(Kind.WEBHOOK_CREATED, webhook)
    webhook.refresh_from_db()
    return NewWebhook(webhook, secret)


@in_transaction
def update_webhook(
    id: UUID,
    *,
    url: str | None = None,
    document: str | None = None,
    variables: Mapping[str, object] | None = None,
) -> Webhook:
    """Change a webhook; None leaves a value as it is. The cursor stays.

    An invalid webhook becomes active if its document or variables are given.
    """
    webhook = _locked(id)
    changed: dict[str, object] = {}
    if url is not None and url != webhook.url:
        changed["url"] = url
    if document is not None or variables is not None:
        changed |= {"document": webhook.document if document is None else document}
        changed |= {"variables": webhook.variables if variables is None else dict(variables)}
        changed |= {"pending_cursor": "", "version": webhook.version + 1}
        if webhook.state == State.INVALID:
            changed |= {"state": State.ACTIVE, "message": ""}
    if changed:
        _change(webhook, **changed)
        events.webhook_changed(Kind.WEBHOOK_UPDATED, webhook)
    return webhook


@in_transaction
def delete_webhook(id: UUID) -> UUID:
    """Delete a webhook with the log of its deliveries, and return its ID."""
    webhook = _locked(id)
    events.webhook_changed(Kind.WEBHOOK_DELETED, webhook)
    webhook.delete()
    return id


@in_transaction
def rotate_secret(id: UUID) -> NewWebhook:
    """Replace the secret. For a day, messages are signed with the previous one too."""
    webhook, secret = _locked(id), _new_secret()
    _change(
        webhook,
        secret=secret,
        previous_secret=webhook.secret,
        previous_secret_until=Now() + timedelta(hours=PREVIOUS_SECRET_HOURS),
    )
    events.webhook_changed(Kind.WEBHOOK_UPDATED, webhook, message="The secret was rotated.")
    return NewWebhook(webhook, secret)


@in_transaction
def test_webhook(id: UUID) -> Webhook:
    """Request a test message. It is sent by the process that sends all messages."""
    webhook = _locked(id)
    _change(webhook, test_requested=True)
    return webhook


@in_transaction
def resume_webhook(id: UUID) -> Webhook:
    """Send the next message now: also if the webhook is disabled or waits for its next attempt.

    The actor becomes the owner, as one who has lost the role may be why it was disabled.
    """
    webhook = _locked(id)
    was = webhook.state
    _activate(webhook)
    if was in Webhook.STOPPED:
        events.webhook_changed(Kind.WEBHOOK_RESUMED, webhook)
    return webhook


@in_transaction
def replay_webhook(id: UUID, after: Cursor) -> Webhook:
    """Send all events after a cursor again, and those that follow. The actor becomes the owner."""
    webhook = _locked(id)
    _activate(webhook, cursor=after.encode(), pending_cursor="")
    events.webhook_changed(Kind.WEBHOOK_RESUMED, webhook, message="Replayed.")
    return webhook


def owner_of(webhook: Webhook) -> Actor | None:
    """Return the actor on whose behalf a webhook reads; None if the owner is no administrator."""
    if webhook.token_id:
        token = usable().filter(pk=webhook.token_id).first()
        owner = token and Actor(token.name, Role(token.role), token.pk, scope=token.scope)
        return owner if owner and owner.role == Role.ADMIN else None
    if not webhook.owner:
        return actors.OPEN_ACCESS if settings.OPEN_WEBHOOKS else None
    owner = Actor(webhook.owner, Role.ADMIN)
    user = User.objects.filter(username=webhook.owner).first()
    return owner if is_still_valid(owner, lambda: user) else None


def _activate(webhook: Webhook, **columns: object) -> None:
    actor = actors.current()
    _change(
        webhook,
        state=State.ACTIVE,
        message="",
        attempts=0,
        first_failed_at=None,
        next_attempt_at=None,
        version=webhook.version + 1,
        owner=actor.name,
        token_id=actor.token_id,
        **columns,
    )


def _change(webhook: Webhook, **columns: object) -> None:
    Webhook.objects.filter(pk=webhook.pk).update(updated_at=Now(), **columns)
    webhook.refresh_from_db()


def _locked(id: UUID) -> Webhook:
    return Webhook.objects.select_for_update().get(pk=id)


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
