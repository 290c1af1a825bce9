"""Who opens a WebSocket or an event stream, and whether they still are who they were."""

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import parse_cookie

from schema.execution.executor import run_in_thread
from tasks_app.actors import Actor
from tasks_app.services import authentication

# How often it is asked again while a connection lives.
CHECK_SECONDS = 15.0
DATABASE_RETRY_SECONDS = 5


class RetryLaterError(Exception):
    """Nobody can be let in now: the HTTP status for it, and when to try again."""

    def __init__(self, status: int, seconds: int) -> None:
        super().__init__(status, seconds)
        self.status, self.seconds = status, seconds


class Credentials(NamedTuple):
    """What a connection has brought, and who that makes them."""

    actor: Actor
    session_key: str
    address: str

    async def is_still_valid(self) -> bool:
        """Whether what they came with still opens the door. While the database is away, it does."""
        user = partial(authentication.session_user, self.session_key)
        try:
            return await run_in_thread(partial(authentication.is_still_valid, self.actor, user))
        except (OperationalError, InterfaceError):
            return True

    async def count_operation(self) -> None:
        """Note one more operation. Raises authentication.RateLimitedError."""
        if settings.API_RATE:
            await run_in_thread(partial(authentication.count, self.actor, self.address))


async def authenticate(
    scope: Mapping[str, Any], headers: Mapping[str, str], authorization: str
) -> Credentials:
    """Raises authentication.InvalidTokenError, or RetryLaterError if they may come again."""
    cookies = parse_cookie(headers.get("cookie", ""))
    session_key = cookies.get(settings.SESSION_COOKIE_NAME, "")
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
    except (OperationalError, InterfaceError) as error:
        raise RetryLaterError(503, DATABASE_RETRY_SECONDS) from error
    return Credentials(actor, session_key, address)
