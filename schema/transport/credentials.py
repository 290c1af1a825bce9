"""Authentication of WebSockets and event streams, when they open and while they live."""

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import parse_cookie
from strawberry.http.websocket_origin import is_same_origin

from schema.execution.executor import run_in_thread
from tasks_app.access.actors import Actor
from tasks_app.services.access import authentication
from tasks_app.sql import outages

# The interval at which the credentials of an open connection are checked again.
CHECK_SECONDS = 15.0
DATABASE_RETRY_SECONDS = 5


class RetryLaterError(Exception):
    """Authentication is not possible now. Contains the HTTP status and the seconds to wait."""

    def __init__(self, status: int, seconds: int, code: str = "") -> None:
        super().__init__(status, seconds)
        self.status, self.seconds, self.code = status, seconds, code


class Credentials(NamedTuple):
    """The credentials of a connection, and the actor they identify."""

    actor: Actor
    session_key: str
    address: str

    async def is_still_valid(self) -> bool:
        """Return whether the credentials are still valid. True if the database is unavailable."""
        user = partial(authentication.session_user, self.session_key)
        try:
            return await run_in_thread(partial(authentication.is_still_valid, self.actor, user))
        except (OperationalError, InterfaceError):
            return True

    async def count_operation(self) -> None:
        """Count one operation against the rate limit.

        Raises:
            RateLimitedError: The actor has sent too many.
        """
        if settings.API_RATE:
            await run_in_thread(partial(authentication.count, self.actor, self.address))


async def authenticate(
    scope: Mapping[str, Any], headers: Mapping[str, str], authorization: str
) -> Credentials:
    """Return the credentials of a connection. Pages of other origins cannot use a session.

    Raises:
        InvalidTokenError: The token is unknown, expired or revoked.
        RetryLaterError: The rate limit is exceeded, or the database is unavailable.
    """
    cookies = parse_cookie(headers.get("cookie", ""))
    session_key = cookies.get(settings.SESSION_COOKIE_NAME, "") if _is_own_page(headers) else ""
    address = (scope.get("client") or ("",))[0]
    authenticate_request = partial(
        authentication.authenticate,
        authorization,
        partial(authentication.session_user, session_key),
        address=address,
        reason=headers.get("x-request-reason", ""),
    )
    try:
        actor = await run_in_thread(authenticate_request)
    except authentication.RateLimitedError as error:
        raise RetryLaterError(429, error.seconds) from error
    except (DatabaseError, InterfaceError) as error:
        if not outages.message_of(error):
            raise
        raise RetryLaterError(503, DATABASE_RETRY_SECONDS, "DATABASE_UNAVAILABLE") from error
    return Credentials(actor, session_key, address)


def _is_own_page(headers: Mapping[str, str]) -> bool:
    """Return whether a page of this server or of CSRF_TRUSTED_ORIGINS sends the request.

    Browsers send cookies to another port or subdomain too. CORS does not apply to WebSockets, and
    CORS_ALLOWED_ORIGINS names pages that authenticate by token. A proxy may rewrite `Host`.
    """
    origin = headers.get("origin", "")
    return (
        not origin
        or headers.get("sec-fetch-site") == "same-origin"
        or is_same_origin(origin, headers.get("host"))
        or origin in settings.CSRF_TRUSTED_ORIGINS
    )
