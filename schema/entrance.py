"""Who opens a WebSocket or an event stream, and whether they still are who they were."""

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import parse_cookie

from schema.streams import in_lane
from tasks_app.callers import Caller
from tasks_app.services import access

# How often it is asked again while a connection lives.
CHECK_SECONDS = 15.0
DATABASE_AWAY_SECONDS = 5


class LaterError(Exception):
    """Nobody can be let in now: the HTTP status for it, and when to try again."""

    def __init__(self, status: int, seconds: int) -> None:
        super().__init__(status, seconds)
        self.status, self.seconds = status, seconds


class Entrance(NamedTuple):
    """What a connection has brought, and who that makes them."""

    caller: Caller
    session_key: str
    address: str

    async def still_stands(self) -> bool:
        """Whether what they came with still opens the door. While the database is away, it does."""
        user = partial(access.session_user, self.session_key)
        try:
            return await in_lane(partial(access.is_still, self.caller, user))
        except (OperationalError, InterfaceError):
            return True

    async def note_operation(self) -> None:
        """Note one more operation. Raises access.TooManyError."""
        if settings.API_RATE:
            await in_lane(partial(access.count, self.caller, self.address))


async def enter(
    scope: Mapping[str, Any], headers: Mapping[str, str], authorization: str
) -> Entrance:
    """Raises access.WrongTokenError, or LaterError if they may come again."""
    cookies = parse_cookie(headers.get("cookie", ""))
    session_key = cookies.get(settings.SESSION_COOKIE_NAME, "")
    address = (scope.get("client") or ("",))[0]
    identify = partial(
        access.identify,
        authorization,
        partial(access.session_user, session_key),
        address=address,
        reason=headers.get("x-request-reason", ""),
    )
    try:
        caller = await in_lane(identify)
    except access.TooManyError as error:
        raise LaterError(429, error.seconds) from error
    except (OperationalError, InterfaceError) as error:
        raise LaterError(503, DATABASE_AWAY_SECONDS) from error
    return Entrance(caller, session_key, address)
