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

from schema import messages, schema, streams

_transport = SSETransport()


async def stream(request: Request) -> Response:
    """Takes what /graphql/ takes: JSON by POST; or, for EventSource, parameters by GET."""
    if not messages.is_our_host(request.headers.get("host", "")):
        return PlainTextResponse("Bad request.", 400)
    if not _transport.accepts(request.headers.get("accept", "")):
        return PlainTextResponse("Accept text/event-stream here.", 406)
    try:
        asked = await (_in_query(request) if request.method == "GET" else _in_body(request))
    except ValueError as error:
        return PlainTextResponse(f"The request {error}.", 400)
    return Events(asked)


async def _in_body(request: Request) -> streams.Request:
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
    return streams.Request.of(messages.parse(text))


async def _in_query(request: Request) -> streams.Request:
    message: dict[str, Any] = dict(request.query_params)
    for name in ("variables", "extensions"):
        if name in message:
            message[name] = messages.parse(message[name])
    return streams.Request.of(message, may_write=False)


class Events(StreamingResponse):
    """The answers as events, and a comment every 15 seconds so that proxies do not hang up."""

    def __init__(self, asked: streams.Request) -> None:
        events = merge_stream_with_heartbeat(
            lambda: _events(asked),
            lambda: _transport.encode_comment("ping"),
            _transport.heartbeat_interval,
            # So that the client knows at once that it is heard.
            send_initial_heartbeat=True,
        )
        super().__init__(events(), headers=dict(_transport.headers))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with streams.place() as has_place:
            if has_place:
                await super().__call__(scope, receive, send)
            else:
                busy = PlainTextResponse("Too many connections.", 503, {"Retry-After": "5"})
                await busy(scope, receive, send)

    async def stream_response(self, send: Send) -> None:
        async def send_soon(message: Message) -> None:
            async with asyncio.timeout(streams.SEND_SECONDS):
                await send(message)

        # Who takes nothing for so long is cut off.
        with suppress(TimeoutError):
            await super().stream_response(send_soon)


async def _events(asked: streams.Request) -> AsyncGenerator[str, None]:
    try:
        async with aclosing(streams.answers(schema, asked)) as answers:
            async for answer in answers:
                yield _transport.encode_event("next", answer)
    except streams.RefusedError as refused:
        yield _transport.encode_event("next", json.dumps({"errors": refused.errors}))
    yield _transport.encode_complete()
