"""Authentication of requests, and the services of API tokens.

The services raise ApiToken.DoesNotExist, and ValidationError by field.
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
from tasks_app.services.validation import error, is_storable
from tasks_app.sql.transactions import in_transaction

PREFIX = "cst_"
HINT_LENGTH = len(PREFIX) + 4
NAME_MAX_LENGTH = 100
REASON_MAX_LENGTH = 1_000
# A token is not looked up again for this long, so a revoked one is accepted for as long at most.
KNOWN_FOR = timedelta(seconds=10)
KNOWN_MAX = 1_000

Kind = ClusterEvent.Kind

# For the digest of each known secret: the time of the next lookup, and the token's actor.
_known: dict[str, tuple[float, Actor]] = {}


class InvalidTokenError(Exception):
    """The credentials are not a valid token."""


class RateLimitedError(Exception):
    """The actor or address exceeded a rate limit. `seconds` says when to try again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class NewToken(NamedTuple):
    """A token and its secret, which is not stored."""

    token: ApiToken
    secret: str


@in_transaction
def create_token(name: str, role: Role, *, expires_at: datetime | None = None) -> NewToken:
    """Create an API token."""
    errors = {}
    if not 1 <= len(name) <= NAME_MAX_LENGTH or not is_storable(name):
        message = f"Must be 1 to {NAME_MAX_LENGTH} characters, without NUL or unpaired surrogates."
        errors["name"] = error(message, "invalid")
    if expires_at is not None and expires_at <= database_now():
        errors["expires_at"] = error("Must be in the future.", "out_of_range")
    if errors:
        raise ValidationError(errors)
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
    """Revoke an API token. Idempotent."""
    token = ApiToken.objects.select_for_update().get(pk=id)
    if token.revoked_at is None:
        ApiToken.objects.filter(pk=id).update(revoked_at=Now(), updated_at=Now())
        events.token_changed(Kind.TOKEN_REVOKED, token)
        token.refresh_from_db()
    return token


def authenticate(
    authorization: str, user: Callable[[], Any], *, address: str, reason: str = ""
) -> Actor:
    """Return the actor of a request: of its bearer token, or else the user of its session.

    Other schemes in the Authorization header are left to proxies.

    Raises:
        InvalidTokenError: The token is not valid.
        RateLimitedError: The actor or address exceeded a rate limit.
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
    """Count a request against the rate limit, and raise RateLimitedError if it is exceeded."""
    _refuse_for(rate_limits.hit(rate_limits.REQUESTS, str(actor.token_id or actor.name or address)))


def is_still_valid(actor: Actor, user: Callable[[], Any]) -> bool:
    """Return whether the credentials of an open connection are still valid, with the same role."""
    if actor.token_id:
        return usable().filter(pk=actor.token_id).exists()
    now = (_of_user(user()) if actor.name else None) or actors.anonymous()
    return now[:3] == actor[:3]


def _of_user(user: Any) -> Actor | None:
    if not (user and user.is_active):
        return None
    return Actor(user.get_username(), _role(user))


def session_user(session_key: str) -> Any:
    """Return the user of a session; None if it has none."""
    if not session_key:
        return None
    session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = get_user(SimpleNamespace(session=session))  # type: ignore[arg-type]
    return user if user.is_authenticated else None


def check_failed_logins(address: str) -> None:
    """Raise RateLimitedError if an address sent too many wrong passwords."""
    _refuse_for(rate_limits.retry_after(rate_limits.PASSWORDS, address))


def record_failed_login(address: str) -> None:
    """Count a wrong password of an address."""
    rate_limits.hit(rate_limits.PASSWORDS, address)


def _by_token(secret: str, address: str) -> Actor:
    digest = _digest(secret)
    known_until, actor = _known.get(digest, (-math.inf, actors.ANONYMOUS))
    if time.monotonic() < known_until:
        return actor
    token = usable().annotate(left=F("expires_at") - Now()).filter(digest=digest).first()
    if token is None:
        _known.pop(digest, None)
        # It does not limit valid tokens: they cannot be guessed, and users may share an address.
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
