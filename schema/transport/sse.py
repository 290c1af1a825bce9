"""GraphQL over server-sent events: graphql-sse in distinct connections mode.

The ID of an event is the cursor of its payload. An EventSource that reconnects sends the last ID,
and the subscription resumes there.
"""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Any

from django.conf import settings
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send
from strawberry.http.streaming import SSETransport, merge_stream_with_heartbeat

from schema import schema
from schema.core.responses import JSON_TYPE, NOT_JSON, error_body, error_headers
from schema.execution import documents, executor
from schema.transport import credentials, messages
from tasks_app.access import actors
from tasks_app.services.access import authentication

METHODS = ("GET", "POST")
# How long an EventSource waits before it reconnects.
RETRY_MS = 2_000

_transport = SSETransport()


async def stream(request: Request) -> Response:
    """Stream the responses of an operation, sent as JSON by POST or as parameters by GET."""
    if not messages.is_our_host(request.headers.get("host", "")):
        return _refusal(request, 400, "The host of the request is unknown.")
    if request.method not in METHODS:
        message = "Event streams are requested by GET or POST."
        return _refusal(request, 405, message, headers={"Allow": ", ".join(METHODS)})
    if not _transport.accepts(request.headers.get("accept", "")):
        return _refusal(request, 406, "The header Accept must contain text/event-stream.")
    try:
        authenticated = await credentials.authenticate(
            request.scope, request.headers, _token(request)
        )
    except authentication.InvalidTokenError:
        return _unauthenticated(request, actors.CREDENTIALS_REFUSED)
    except credentials.RetryLaterError as error:
        return _refusal(
            request,
            error.status,
            f"Try again in {error.seconds} s.",
            error.code,
            headers={"Retry-After": str(error.seconds)},
            retryAfter=error.seconds,
        )
    if authenticated.actor.role is None:
        return _unauthenticated(request, actors.AUTHENTICATION_REQUIRED)
    if authenticated.actor.by_session and request.method == "POST" and not _has_origin(request):
        return _refusal(request, 403, "The request has no origin, which a session needs.")
    actors.set_current(authenticated.actor)
    try:
        request_ = await (_in_query(request) if request.method == "GET" else _in_body(request))
    except documents.DocumentError as error:
        return _refusal(request, 400, error.message, error.code)
    except _BodyError as error:
        return _refusal(request, error.status, error.message)
    except ValueError as error:
        return _refusal(request, 400, f"The request {error}.")
    resumed = request_._replace(
        last_event_id=request.headers.get("last-event-id"), wants_start=True
    )
    return Events(resumed, authenticated)


class _BodyError(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(status, message)
        self.status, self.message = status, message


def _unauthenticated(request: Request, message: str) -> Response:
    return _refusal(request, 401, message, headers={"WWW-Authenticate": "Bearer"})


def _refusal(
    request: Request,
    status: int,
    message: str,
    code: str = "",
    *,
    headers: dict[str, str] | None = None,
    **extensions: object,
) -> Response:
    accept = request.headers.get("accept", "")
    body = error_body(message, status, code, **extensions)
    return JSONResponse(body, status, error_headers(accept, headers))


def _token(request: Request) -> str:
    return request.headers.get("authorization", "")


def _has_origin(request: Request) -> bool:
    """Return whether the request names its origin, which `credentials` has checked."""
    return "origin" in request.headers


async def _in_body(request: Request) -> executor.Request:
    if request.headers.get("content-type", "").split(";")[0].strip() != JSON_TYPE:
        raise _BodyError(415, NOT_JSON)
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise _BodyError(413, messages.too_large())
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise ValueError("must be UTF-8") from error
    return _request(messages.parse(text))


async def _in_query(request: Request) -> executor.Request:
    message: dict[str, Any] = dict(request.query_params)
    for name in ("variables", "extensions"):
        if name in message:
            message[name] = messages.parse(message[name])
    return _request(message, may_write=False)


def _request(message: dict[str, Any], *, may_write: bool = True) -> executor.Request:
    request = executor.Request.of(message, may_write=may_write)
    return request._replace(query=documents.resolve(request.query, message.get("extensions")))


class Events(StreamingResponse):
    """The responses as events, and a comment every 15 seconds against timeouts of proxies."""

    def __init__(self, request_: executor.Request, authenticated: credentials.Credentials) -> None:
        self._authenticated = authenticated
        self._stopping = asyncio.Event()
        events = merge_stream_with_heartbeat(
            lambda: _events(request_),
            lambda: _transport.encode_comment("ping"),
            _transport.heartbeat_interval,
            # The client learns at once that the stream is open.
            send_initial_heartbeat=True,
        )
        super().__init__(events(), headers=dict(_transport.headers))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the stream, or answer 503 if there are too many connections."""
        with executor.reserve_connection() as has_capacity:
            if has_capacity:
                await super().__call__(scope, receive, send)
            else:
                busy = _refusal(
                    Request(scope),
                    503,
                    "Too many connections.",
                    "TOO_MANY_CONNECTIONS",
                    headers={"Retry-After": "5"},
                )
                await busy(scope, receive, send)

    async def stream_response(self, send: Send) -> None:
        """Send the events until the client does not read, or may not, or the process stops."""

        async def send_soon(message: Message) -> None:
            async with asyncio.timeout(executor.SEND_SECONDS):
                await send(message)

        _open.add(self)
        watching = asyncio.create_task(self._watch())
        streaming = asyncio.create_task(super().stream_response(send_soon))
        try:
            await asyncio.wait({watching, streaming}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            _open.discard(self)
            may_not_stay = watching.done()
            watching.cancel()
            streaming.cancel()
            with suppress(TimeoutError, asyncio.CancelledError):
                await streaming
        if may_not_stay:
            with suppress(TimeoutError):
                await send_soon({"type": "http.response.body", "body": b""})

    def stop(self) -> None:
        """End the stream, because the process stops."""
        self._stopping.set()

    async def _watch(self) -> None:
        while True:
            try:
                await asyncio.wait_for(self._stopping.wait(), credentials.CHECK_SECONDS)
                return
            except TimeoutError:
                if not await self._authenticated.is_still_valid():
                    return


_open: set[Events] = set()


def stop() -> None:
    """End all streams, because the process stops. Clients connect again and resume."""
    for stream in list(_open):
        stream.stop()


async def _events(request_: executor.Request) -> AsyncGenerator[str, None]:
    yield f"retry: {RETRY_MS}\r\n\r\n"
    try:
        async with aclosing(executor.answers(schema, request_)) as answers:
            async for answer in answers:
                # Clients store an ID without an event as well.
                cursor = getattr(answer, "cursor", None)
                id = f"id: {cursor}\r\n" if cursor else ""
                yield id + (_transport.encode_event("next", answer) if answer else "\r\n")
    except executor.RefusedError as refused:
        yield _transport.encode_event("next", json.dumps({"errors": refused.errors}))
    yield _transport.encode_complete()
