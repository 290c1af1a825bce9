"""API tokens, and from what a request carries to who it is.

Refusals of the services are Django's own: ValidationError by field, ApiToken.DoesNotExist.
"""

import hashlib
import math
import secrets
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user
from django.core.exceptions import ValidationError
from django.db.models import F
from django.db.models.functions import Now

from tasks_app import actors, rate_limits
from tasks_app.actors import Actor
from tasks_app.log import events
from tasks_app.models import ApiToken, ClusterEvent, Role
from tasks_app.models.base import database_now
from tasks_app.models.token import usable
from tasks_app.services.tasks import is_storable
from tasks_app.sql.transactions import in_transaction

PREFIX = "cst_"
HINT_LENGTH = len(PREFIX) + 4
NAME_MAX_LENGTH = 100
REASON_MAX_LENGTH = 1_000
# A token that was revoked opens doors for so long at most. Until then it is not looked up again.
KNOWN_FOR = timedelta(seconds=10)
KNOWN_MAX = 1_000

Kind = ClusterEvent.Kind

# By the digest of its secret: until when a token is not looked up again, and whose it is.
_known: dict[str, tuple[float, Actor]] = {}


class InvalidTokenError(Exception):
    """The credentials are no token that can be used."""


class RateLimitedError(Exception):
    """Too much was asked. `seconds` later there is room again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class NewToken(NamedTuple):
    """A token, and its secret, which nobody will see again."""

    token: ApiToken
    secret: str


@in_transaction
def create_token(name: str, role: Role, *, expires_at: datetime | None = None) -> NewToken:
    """Make a key for a program."""
    faults = {}
    if not 1 <= len(name) <= NAME_MAX_LENGTH or not is_storable(name):
        message = f"From 1 to {NAME_MAX_LENGTH} characters, none of them NUL."
        faults["name"] = ValidationError(message, code="invalid")
    if expires_at is not None and expires_at <= database_now():
        faults["expires_at"] = ValidationError("Must be in the future.", code="out_of_range")
    if faults:
        raise ValidationError(faults)
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        name=name,
        role=role,
        digest=_digest(secret),
        hint=secret[:HINT_LENGTH],
        created_by=actors.current().name,
        expires_at=expires_at,
    )
    events.token_changed(Kind.TOKEN_CREATED, token)
    return NewToken(token, secret)


@in_transaction
def revoke_token(id: UUID) -> ApiToken:
    """Have a token open no door any more; repeatable."""
    token = ApiToken.objects.select_for_update().get(pk=id)
    if token.revoked_at is None:
        ApiToken.objects.filter(pk=id).update(revoked_at=Now(), updated_at=Now())
        events.token_changed(Kind.TOKEN_REVOKED, token)
        token.refresh_from_db()
    return token


def authenticate(
    authorization: str, user: Callable[[], Any], *, address: str, reason: str = ""
) -> Actor:
    """Who sends this: by the bearer token of the Authorization header, else as the session's user.

    Other schemes are a proxy's own affair. Raises InvalidTokenError, RateLimitedError.
    """
    scheme, _, secret = authorization.partition(" ")
    if scheme.lower() == "bearer":
        actor = _by_token(secret.strip(), address)
    else:
        actor = _of_user(user()) or actors.anonymous()
    count(actor, address)
    reason = reason[:REASON_MAX_LENGTH]
    return actor._replace(reason=reason if is_storable(reason) else "")


def count(actor: Actor, address: str) -> None:
    """Note one more request. Raises RateLimitedError."""
    _refuse_for(rate_limits.hit(rate_limits.REQUESTS, str(actor.token_id or actor.name or address)))


def is_still_valid(actor: Actor, user: Callable[[], Any]) -> bool:
    """Whether who opened a connection still is who they were, and may what they might."""
    if actor.token_id:
        return usable().filter(pk=actor.token_id).exists()
    now = (_of_user(user()) if actor.name else None) or actors.anonymous()
    return now[:3] == actor[:3]


def _of_user(user: Any) -> Actor | None:
    if not (user and user.is_active):
        return None
    return Actor(user.get_username(), _role(user))


def session_user(session_key: str) -> Any:
    """Who has logged in; None if nobody has."""
    if not session_key:
        return None
    session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = get_user(SimpleNamespace(session=session))  # type: ignore[arg-type]
    return user if user.is_authenticated else None


def check_failed_logins(address: str) -> None:
    """Before a password is tried. Raises RateLimitedError after too many wrong ones."""
    _refuse_for(rate_limits.retry_after(rate_limits.PASSWORDS, address))


def record_failed_login(address: str) -> None:
    """Count it against whoever comes from there."""
    rate_limits.hit(rate_limits.PASSWORDS, address)


def _by_token(secret: str, address: str) -> Actor:
    digest = _digest(secret)
    known_until, actor = _known.get(digest, (-math.inf, actors.ANONYMOUS))
    if time.monotonic() < known_until:
        return actor
    token = usable().annotate(left=F("expires_at") - Now()).filter(digest=digest).first()
    if token is None:
        _known.pop(digest, None)
        # Right ones are let in all the same: they cannot be guessed, and many share an address.
        _refuse_for(rate_limits.hit(rate_limits.TOKENS, address))
        raise InvalidTokenError
    actor = Actor(token.name, Role(token.role), token.pk)
    if len(_known) >= KNOWN_MAX:
        _known.clear()
    known_for = min(KNOWN_FOR, token.left or KNOWN_FOR)
    _known[digest] = (time.monotonic() + known_for.total_seconds(), actor)
    return actor


def _role(user: Any) -> Role:
    if user.is_superuser:
        return Role.ADMIN
    return Role.OPERATOR if user.is_staff else Role.VIEWER


def _refuse_for(seconds: int) -> None:
    if seconds:
        raise RateLimitedError(seconds)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
