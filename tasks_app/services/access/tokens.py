"""The services of API tokens: create and revoke. Each opens its transaction.

They raise ApiToken.DoesNotExist, and ValidationError by field with a code for each error.
"""

import hashlib
import secrets
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models.functions import Now

from tasks_app.access import actors, scopes
from tasks_app.log import events
from tasks_app.models import ApiToken, ClusterEvent, Role, SavedView, Scope
from tasks_app.models.base import database_now
from tasks_app.services.validation import error, is_storable
from tasks_app.sql.transactions import in_transaction

PREFIX = "cst_"
HINT_LENGTH = len(PREFIX) + 4
NAME_MAX_LENGTH = 100

Kind = ClusterEvent.Kind


class NewToken(NamedTuple):
    """A token and its secret, which is not stored."""

    token: ApiToken
    secret: str


@in_transaction
def create_token(
    name: str, role: Role, *, expires_at: datetime | None = None, scope: Scope | None = None
) -> NewToken:
    """Create an API token. With a scope, it reaches only this object."""
    errors = {}
    if not 1 <= len(name) <= NAME_MAX_LENGTH or not is_storable(name):
        message = f"Must be 1 to {NAME_MAX_LENGTH} characters, without NUL or unpaired surrogates."
        errors["name"] = error(message, "invalid")
    if expires_at is not None and expires_at <= database_now():
        errors["expires_at"] = error("Must be in the future.", "out_of_range")
    if scope and role == Role.ADMIN:
        errors["role"] = error("Must be VIEWER or OPERATOR for a scoped token.", "invalid")
    if scope and not (is_storable(scope.key) and scopes.exists(scope)):
        errors["scope"] = error("Does not identify an existing object.", "not_found")
    if errors:
        raise ValidationError(errors)
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        name=name,
        role=role,
        scope_kind=scope.kind if scope else "",
        scope_key=scope.key if scope else "",
        digest=digest_of(secret),
        hint=secret[:HINT_LENGTH],
        created_by=actors.current().name,
        expires_at=expires_at,
    )
    events.token_changed(Kind.TOKEN_CREATED, token)
    return NewToken(token, secret)


@in_transaction
def revoke_token(id: UUID) -> ApiToken:
    """Revoke an API token, and delete its saved views. Idempotent."""
    token = ApiToken.objects.select_for_update().get(pk=id)
    if token.revoked_at is None:
        ApiToken.objects.filter(pk=id).update(revoked_at=Now(), updated_at=Now())
        SavedView.objects.filter(token=token).delete()
        events.token_changed(Kind.TOKEN_REVOKED, token)
        token.refresh_from_db()
    return token


def digest_of(secret: str) -> str:
    """Return the hash by which a token is stored and looked up."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
