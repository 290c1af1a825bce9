"""The endpoint `/replay/`, by which a test controls the replay."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from concurrent.futures import Future

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from project.replay.connections import Connections
from tasks_app.recording.player import Player, Status

SPEED_MAX = 1_000
DELAY_MAX_MS = 60_000
ADVANCE_MAX_SECONDS = 86_400


class BadRequestError(Exception):
    """The request is not valid. The message says what is wrong with it."""


class Control:
    """Answers `GET` with the status, and runs the action of a `POST`."""

    def __init__(self, player: Player, connections: Connections) -> None:
        self._player = player
        self._connections = connections
        self._actions: dict[str, Callable[[dict[str, object]], Awaitable[Status]]] = {
            "restart": self._restart,
            "speed": self._set_speed,
            "advance": self._advance,
            "delay": self._delay,
            "close": self._close,
            "gap": self._gap,
        }

    async def answer(self, request: Request) -> Response:
        """Answer a request."""
        if request.method != "POST":
            return self._response(await self._run(self._player.look))
        # Pages of other sites cannot send JSON without a CORS preflight.
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return JSONResponse({"detail": "Send JSON (application/json)."}, 415)
        try:
            return self._response(await self._act(await request.body()))
        except BadRequestError as error:
            return JSONResponse({"detail": str(error)}, 400)

    async def _act(self, body: bytes) -> Status:
        try:
            given = json.loads(body)
        except (RecursionError, ValueError) as error:
            raise BadRequestError("The body is not JSON.") from error
        if not isinstance(given, dict):
            raise BadRequestError("The body must be a JSON object.")
        action = self._actions.get(str(given.pop("action", None)))
        if action is None:
            raise BadRequestError(f"`action` must be one of {', '.join(self._actions)}.")
        return await action(given)

    async def _restart(self, given: dict[str, object]) -> Status:
        _end(given)
        return await self._run(self._player.restart)

    async def _set_speed(self, given: dict[str, object]) -> Status:
        speed = _number(given, "speed", SPEED_MAX)
        _end(given)
        return await self._run(lambda: self._player.set_speed(speed))

    async def _advance(self, given: dict[str, object]) -> Status:
        seconds = _number(given, "seconds", ADVANCE_MAX_SECONDS)
        _end(given)
        return await self._run(lambda: self._player.advance(seconds))

    async def _delay(self, given: dict[str, object]) -> Status:
        milliseconds = _number(given, "milliseconds", DELAY_MAX_MS)
        _end(given)
        self._connections.delay = milliseconds / 1000
        return await self._run(self._player.look)

    async def _close(self, given: dict[str, object]) -> Status:
        _end(given)
        await self._connections.close()
        return await self._run(self._player.look)

    async def _gap(self, given: dict[str, object]) -> Status:
        _end(given)
        status = await self._run(self._player.forget_log)
        await self._connections.close()
        return status

    async def _run(self, action: Callable[[], None]) -> Status:
        future: Future[Status] = self._player.submit(action)
        return await asyncio.wrap_future(future)

    def _response(self, status: Status) -> Response:
        delay = {"delayMilliseconds": round(self._connections.delay * 1000)}
        return JSONResponse(status.as_json() | delay)


def _number(given: dict[str, object], name: str, maximum: int) -> float:
    value = given.pop(name, None)
    is_boolean = isinstance(value, bool)
    if is_boolean or not isinstance(value, int | float) or not 0 <= value <= maximum:
        raise BadRequestError(f"`{name}` must be a number between 0 and {maximum:,}.")
    return float(value)


def _end(given: dict[str, object]) -> None:
    """Check that no field is left."""
    if given:
        raise BadRequestError(f"Unknown fields: {', '.join(sorted(given))}.")
