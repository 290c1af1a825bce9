"""The ASGI application: static files, GraphQL streams, and Django in a thread pool."""

import asyncio
import gc
import os
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import django
from channels.routing import ProtocolTypeRouter, URLRouter

# Nothing that is loaded here becomes garbage.
gc.disable()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
django.setup(set_prefix=False)

from django.conf import settings  # noqa: E402  settings exist only after setup
from django.core import signals  # noqa: E402
from django.core.exceptions import RequestAborted  # noqa: E402
from django.core.handlers.asgi import ASGIHandler, get_script_prefix  # noqa: E402
from django.http import HttpResponseBase  # noqa: E402
from django.urls import path, re_path, set_script_prefix  # noqa: E402
from starlette.middleware import Middleware  # noqa: E402
from starlette.middleware.cors import CORSMiddleware  # noqa: E402
from starlette.routing import Mount, Route, Router  # noqa: E402
from starlette.websockets import WebSocketClose  # noqa: E402

from project.compression import Compression, StreamCompression  # noqa: E402
from project.documentation import Documentation  # noqa: E402
from project.static import StaticFiles  # noqa: E402
from schema.transport.sse import METHODS, stream  # noqa: E402
from schema.transport.websocket import Consumer  # noqa: E402

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


class ThreadedDjango(ASGIHandler):
    """Runs Django synchronously: one thread of a pool serves a request from start to end.

    Django's ASGI handler changes threads several times in a request, and closes the database
    connection with the thread. A thread of this pool keeps its connection. So a process has at most
    `threads` connections, and a slow request blocks one thread only. Views must not stream.
    """

    def __init__(self, threads: int) -> None:
        super(ASGIHandler, self).__init__()
        self.load_middleware(is_async=False)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="django")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request."""
        try:
            body = await self._read(receive)
        except RequestAborted:
            return
        loop = asyncio.get_running_loop()
        response = await loop.run_in_executor(self._threads, self._respond, scope, body)
        await self.send_response(response, send)

    async def _read(self, receive: Receive) -> BytesIO:
        """Read the body to its end, but keep only enough for Django to refuse a large one."""
        body = BytesIO()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise RequestAborted
            if body.tell() <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
                body.write(message.get("body", b""))
            if not message.get("more_body", False):
                body.seek(0)
                return body

    def _respond(self, scope: Scope, body: BytesIO) -> HttpResponseBase:
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=type(self), scope=scope)
        request, response = self.create_request(scope, body)
        if request is not None:
            response = self.get_response(request)
        assert response is not None  # create_request gives one or the other
        response.close()
        return response


# The view answers other methods than its own with a GraphQL error.
_ALL_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]

# Django's middleware does not serve event streams.
_STREAM_MIDDLEWARE = [
    Middleware(
        CORSMiddleware,
        allow_origins=settings.CORS_ALLOWED_ORIGINS,
        allow_methods=METHODS,
        allow_headers=settings.CORS_ALLOW_HEADERS,
        expose_headers=settings.CORS_EXPOSE_HEADERS,
    ),
    Middleware(StreamCompression),
]

application = Router(
    [
        Mount(
            settings.STATIC_URL.rstrip("/"),
            Compression(StaticFiles(directory=settings.STATIC_ROOT, check_dir=False)),
        ),
        Mount("/docs", Compression(Documentation())),
        Route("/graphql/stream/", stream, methods=_ALL_METHODS, middleware=_STREAM_MIDDLEWARE),
        Route("/graphql/stream", stream, methods=_ALL_METHODS, middleware=_STREAM_MIDDLEWARE),
    ],
    default=ProtocolTypeRouter(
        {
            "http": Compression(ThreadedDjango(settings.HTTP_THREADS)),
            "websocket": URLRouter(
                [
                    path("graphql/", Consumer.as_asgi()),
                    path("graphql", Consumer.as_asgi()),
                    re_path("", WebSocketClose()),  # type: ignore[arg-type]
                ]
            ),
        }
    ),
)

gc.freeze()
gc.enable()
