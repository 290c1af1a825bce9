"""Compression of responses in the best encoding that `Accept-Encoding` permits.

The levels are the lowest, because compression blocks the event loop. Higher levels take two to four
times as long and make few responses more than a tenth smaller.
"""

from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_compress import CompressMiddleware, add_compress_type

# The size in bytes from which a response is compressed. A smaller one fits into one packet anyway.
MINIMUM_SIZE = 1_000
_LEVELS: dict[str, Any] = {"zstd_level": 1, "brotli_quality": 1, "gzip_level": 1}

for _media_type in (
    "application/graphql-response+json",
    "application/vnd.oai.openapi",
    "application/vnd.oai.openapi+json",
):
    add_compress_type(_media_type)


class Compression:
    """Compresses the responses of an application, and keeps their entity tags true."""

    def __init__(self, app: Any) -> None:  # the ASGI types of Django and Starlette differ
        self._app = CompressMiddleware(app, minimum_size=MINIMUM_SIZE, **_LEVELS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request. WebSockets are not compressed."""

        async def send_with_tag(message: Message) -> None:
            if message["type"] == "http.response.start":
                # Starlette finds only names in lower case, and Django's are not.
                raw = [(name.lower(), value) for name, value in message["headers"]]
                _correct(MutableHeaders(raw=raw), message["status"])
                message = {**message, "headers": raw}
            await send(message)

        await self._app(scope, receive, send_with_tag if scope["type"] == "http" else send)


class StreamCompression(CompressMiddleware):
    """Compresses event streams. Each event is flushed, so the client receives it at once.

    Without Brotli, which takes 0.6 MB per stream and, at the lowest quality, saves nothing between
    events. The others take 0.2 MB.
    """

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, minimum_size=MINIMUM_SIZE, brotli=False, **_LEVELS)


def _correct(headers: MutableHeaders, status: int) -> None:
    """Complete what the library leaves to others (RFC 9110, sections 8.8.3.3 and 15.4.5)."""
    if status == 304:
        # A cache takes over the header, which must be that of the response it has stored.
        headers.add_vary_header("Accept-Encoding")
    if names := [name.strip() for value in headers.getlist("Vary") for name in value.split(",")]:
        # The library also adds what an application has named already.
        headers["Vary"] = ", ".join(dict.fromkeys(names))
    tag = headers.get("ETag", "")
    if "Content-Encoding" in headers and tag.startswith('"'):
        # The bytes are not those that the strong tag stands for.
        headers["ETag"] = f"W/{tag}"
