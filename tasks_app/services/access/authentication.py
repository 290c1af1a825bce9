"""Authenticates requests: finds the actor of a bearer token or of a session."""

import math
import time
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import User
from django.db.models import F
from django.db.models.functions import Now

from tasks_app.access import actors, rate_limits
from tasks_app.access.actors import Actor
from tasks_app.models import Role
from tasks_app.models.token import usable
from tasks_app.services.access.tokens import digest_of
from tasks_app.services.validation import is_storable

REASON_MAX_LENGTH = 1_000
# A token is not looked up again for this long, so a revoked one is accepted for as long at most.
KNOWN_FOR = timedelta(seconds=10)
KNOWN_MAX = 1_000

# For the digest of each known secret: the time of the next lookup, and the token's actor.
_known: dict[str, tuple[float, Actor]] = {}


class InvalidTokenError(Exception):
    """The credentials are not a valid token."""


class RateLimitedError(Exception):
    """The actor or address exceeded a rate limit. `seconds` says when to try again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def authenticate(
    authorization: str, user: Callable[[], User | None], *, address: str, reason: str = ""
) -> Actor:
    """Return the actor of a request: of its bearer token, or else the user of its session.

    Other schemes in the Authorization header are left to proxies. A replay accepts any credentials.

    Raises:
        InvalidTokenError: The token is not valid.
        RateLimitedError: The actor or address exceeded a rate limit.
    """
    if settings.REPLAY:
        return actors.anonymous()
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


def is_still_valid(actor: Actor, user: Callable[[], User | None]) -> bool:
    """Return whether the credentials of an open connection are still valid, with the same role."""
    if actor.token_id:
        return usable().filter(pk=actor.token_id).exists()
    now = (_of_user(user()) if actor.name else None) or actors.anonymous()
    return now[:3] == actor[:3]


def _of_user(user: User | None) -> Actor | None:
    if not (user and user.is_active):
        return None
    return Actor(user.get_username(), _role(user))


def session_user(session_key: str) -> User | None:
    """Return the user of a session; None if it has none."""
    if not session_key:
        return None
    session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = get_user(SimpleNamespace(session=session))  # type: ignore[arg-type]
    return user if isinstance(user, User) else None


def check_failed_logins(address: str) -> None:
    """Raise RateLimitedError if an address sent too many wrong passwords."""
    _refuse_for(rate_limits.retry_after(rate_limits.PASSWORDS, address))


def record_failed_login(address: str) -> None:
    """Count a wrong password of an address."""
    rate_limits.hit(rate_limits.PASSWORDS, address)


def _by_token(secret: str, address: str) -> Actor:
    digest = digest_of(secret)
    known_until, actor = _known.get(digest, (-math.inf, actors.ANONYMOUS))
    if time.monotonic() < known_until:
        return actor
    token = usable().annotate(left=F("expires_at") - Now()).filter(digest=digest).first()
    if token is None:
        _known.pop(digest, None)
        # It does not limit valid tokens: they cannot be guessed, and users may share an address.
        _refuse_for(rate_limits.hit(rate_limits.TOKENS, address))
        raise InvalidTokenError
    actor = Actor(token.name, Role(token.role), token.pk, scope=token.scope)
    if len(_known) >= KNOWN_MAX:
        _known.clear()
    known_for = min(KNOWN_FOR, token.left or KNOWN_FOR)
    _known[digest] = (time.monotonic() + known_for.total_seconds(), actor)
    return actor


def _role(user: User) -> Role:
    if user.is_superuser:
        return Role.ADMIN
    return Role.OPERATOR if user.is_staff else Role.VIEWER


def _refuse_for(seconds: int) -> None:
    if seconds:
        raise RateLimitedError(seconds)
