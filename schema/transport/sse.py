"""GraphQL as server-sent events: graphql-sse, an operation to each connection."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Any

from django.conf import settings
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send
from strawberry.http.streaming import SSETransport, merge_stream_with_heartbeat
from strawberry.http.websocket_origin import is_same_origin

from schema import schema
from schema.execution import executor
from schema.transport import credentials, messages
from tasks_app import actors
from tasks_app.services import authentication

_transport = SSETransport()


async def stream(request: Request) -> Response:
    """Takes what /graphql/ takes: JSON by POST; or, for EventSource, parameters by GET."""
    if not messages.is_our_host(request.headers.get("host", "")):
        return PlainTextResponse("Bad request.", 400)
    if not _transport.accepts(request.headers.get("accept", "")):
        return PlainTextResponse("Accept text/event-stream here.", 406)
    try:
        entered = await credentials.authenticate(request.scope, request.headers, _token(request))
    except authentication.InvalidTokenError:
        return _unauthorized()
    except credentials.RetryLaterError as error:
        later = {"Retry-After": str(error.seconds)}
        return PlainTextResponse("Try again later.", error.status, later)
    if entered.actor.role is None:
        return _unauthorized()
    if entered.actor.by_session and request.method == "POST" and not _is_same_origin(request):
        return PlainTextResponse("Forbidden.", 403)
    actors.set_current(entered.actor)
    try:
        asked = await (_in_query(request) if request.method == "GET" else _in_body(request))
    except ValueError as error:
        return PlainTextResponse(f"The request {error}.", 400)
    return Events(asked, entered)


def _unauthorized() -> Response:
    return PlainTextResponse("Unauthorized.", 401, {"WWW-Authenticate": "Bearer"})


def _token(request: Request) -> str:
    return request.headers.get("authorization", "")


def _is_same_origin(request: Request) -> bool:
    """Whether a page of ours sends this; a browser says so, whoever's page it is."""
    origin = request.headers.get("origin", "")
    ours = is_same_origin(origin, request.headers.get("host"))
    return ours or origin in settings.CSRF_TRUSTED_ORIGINS


async def _in_body(request: Request) -> executor.Request:
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        raise ValueError("must be JSON")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise ValueError("is too large")
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise ValueError("is not UTF-8") from error
    return executor.Request.of(messages.parse(text))


async def _in_query(request: Request) -> executor.Request:
    message: dict[str, Any] = dict(request.query_params)
    for name in ("variables", "extensions"):
        if name in message:
            message[name] = messages.parse(message[name])
    return executor.Request.of(message, may_write=False)


class Events(StreamingResponse):
    """The answers as events, and a comment every 15 seconds so that proxies do not hang up."""

    def __init__(self, asked: executor.Request, entered: credentials.Credentials) -> None:
        self._entered = entered
        events = merge_stream_with_heartbeat(
            lambda: _events(asked),
            lambda: _transport.encode_comment("ping"),
            _transport.heartbeat_interval,
            # So that the client knows at once that it is heard.
            send_initial_heartbeat=True,
        )
        super().__init__(events(), headers=dict(_transport.headers))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with executor.place() as has_place:
            if has_place:
                await super().__call__(scope, receive, send)
            else:
                busy = PlainTextResponse("Too many connections.", 503, {"Retry-After": "5"})
                await busy(scope, receive, send)

    async def stream_response(self, send: Send) -> None:
        async def send_soon(message: Message) -> None:
            async with asyncio.timeout(executor.SEND_SECONDS):
                await send(message)

        # Who takes nothing for so long is cut off, and so is who may not be here any more.
        watching = asyncio.create_task(self._watch())
        streaming = asyncio.create_task(super().stream_response(send_soon))
        try:
            await asyncio.wait({watching, streaming}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            may_not_stay = watching.done()
            watching.cancel()
            streaming.cancel()
            with suppress(TimeoutError, asyncio.CancelledError):
                await streaming
        if may_not_stay:
            with suppress(TimeoutError):
                await send_soon({"type": "http.response.body", "body": b""})

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(credentials.CHECK_SECONDS)
            if not await self._entered.is_still_valid():
                return


async def _events(asked: executor.Request) -> AsyncGenerator[str, None]:
    try:
        async with aclosing(executor.answers(schema, asked)) as answers:
            async for answer in answers:
                yield _transport.encode_event("next", answer)
    except executor.RefusedError as refused:
        yield _transport.encode_event("next", json.dumps({"errors": refused.errors}))
    yield _transport.encode_complete()
