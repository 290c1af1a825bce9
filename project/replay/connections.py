"""ASGI middleware that makes a server slow, and closes connections as a restart does."""

import asyncio
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

SERVICE_RESTART = 1012
# How many messages of a connection are delayed at a time. Then the application waits.
DELAYED_MAX = 100


class Connections:
    """Passes everything on, each message of the server after `delay` seconds."""

    def __init__(self, application: ASGIApp) -> None:
        self.delay = 0.0
        self._application = application
        self._open: set[_Connection] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a connection."""
        self._loop = asyncio.get_running_loop()
        connection = _Connection(send, self)
        self._open.add(connection)
        try:
            await connection.serve(self._application, scope, receive)
        finally:
            self._open.discard(connection)

    async def close(self) -> None:
        """Close each WebSocket with 1012, and end each event stream."""
        await asyncio.gather(*(connection.close() for connection in list(self._open)))

    def close_from_thread(self) -> None:
        """Do the same from another thread, and wait for it."""
        if self._loop:
            asyncio.run_coroutine_threadsafe(self.close(), self._loop).result()


class _Connection:
    """An HTTP request or a WebSocket."""

    def __init__(self, send: Send, connections: Connections) -> None:
        self._send = send
        self._connections = connections
        self._delayed: asyncio.Queue[tuple[float, Message]] = asyncio.Queue(DELAYED_MAX)
        self._delayed_count = 0
        self._is_closed = False
        # The message that would close it; None if it is not open, or ends by itself.
        self._close_message: Message | None = None

    async def serve(self, application: ASGIApp, scope: Scope, receive: Receive) -> None:
        """Run the application until it ends or the connection is closed."""
        sending = asyncio.create_task(self._send_delayed())
        self._serving = asyncio.ensure_future(application(scope, receive, self._put))
        try:
            await asyncio.wait({self._serving})
            await self._delayed.join()
        finally:
            sending.cancel()
            self._serving.cancel()
            with suppress(asyncio.CancelledError):
                await self._serving

    async def close(self) -> None:
        """Close it, unless it is a request with an end."""
        message, self._close_message = self._close_message, None
        if message is None:
            return
        self._is_closed = True
        with suppress(OSError, RuntimeError):
            await self._send(message)
        if message["type"] == "http.response.body":
            self._serving.cancel()

    async def _put(self, message: Message) -> None:
        delay = self._connections.delay
        if self._is_closed:
            raise ConnectionAbortedError
        if delay or self._delayed_count:
            due = asyncio.get_running_loop().time() + delay
            self._delayed_count += 1
            await self._delayed.put((due, message))
        else:
            await self._pass_on(message)

    async def _send_delayed(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due, message = await self._delayed.get()
            await asyncio.sleep(max(0.0, due - loop.time()))
            if not self._is_closed:
                try:
                    await self._pass_on(message)
                except (OSError, RuntimeError):  # the client is gone
                    self._is_closed = True
            self._delayed_count -= 1
            self._delayed.task_done()

    async def _pass_on(self, message: Message) -> None:
        await self._send(message)
        match message["type"]:
            case "websocket.accept":
                self._close_message = {
                    "type": "websocket.close",
                    "code": SERVICE_RESTART,
                    "reason": "Service restart",
                }
            case "http.response.start" if _is_stream(message):
                self._close_message = {"type": "http.response.body", "body": b""}
            case "websocket.close":
                self._close_message = None
            case "http.response.body" if not message.get("more_body", False):
                self._close_message = None


def _is_stream(message: Message) -> bool:
    headers = {name.lower(): value for name, value in message["headers"]}
    return bool(headers.get(b"content-type", b"").startswith(b"text/event-stream"))
