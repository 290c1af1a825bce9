"""A web process: `python -m project.web` runs uvicorn with the options of this project."""

import sys
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from project.binding import set_default_api_auth

CLOSE_SECONDS = 5.0
APPLICATION = "project.asgi:application"
OPTIONS = (
    "--no-access-log",
    *("--timeout-graceful-shutdown", "5"),
    # On a busy machine, a process needs more than the default of 5 seconds to start.
    *("--timeout-worker-healthcheck", "60"),
    *("--http", "project.web:HttpProtocol"),
    *("--ws", "project.web:WebSocketProtocol"),
    *("--ws-max-size", "65536"),
    # Compressing a shared response once per client costs more than it saves.
    *("--ws-per-message-deflate", "false"),
    *("--ws-ping-interval", "15", "--ws-ping-timeout", "15"),
)


class HttpProtocol(HttpToolsProtocol):
    """Uvicorn's protocol, which also ends event streams when the process stops."""

    def shutdown(self) -> None:
        """Close the connection after its response. A stream would have none by itself."""
        # The application is loaded by now, and this module is loaded before it.
        from schema.transport import sse

        super().shutdown()
        sse.stop()


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """Uvicorn's protocol, which also aborts the connection of a client that does not read."""

    async def send(self, message: Any) -> None:
        """Send a message. After a close, the connection is aborted soon."""
        if message["type"] == "websocket.close":
            self.writable.set()
            self._abort_soon()
        await super().send(message)

    def keepalive_timeout(self) -> None:
        """Abort a connection that does not answer pings."""
        super().keepalive_timeout()
        self.transport.abort()

    def shutdown(self) -> None:
        """Close the connection, and abort it soon."""
        super().shutdown()
        self._abort_soon()

    def _abort_soon(self) -> None:
        self.loop.call_later(CLOSE_SECONDS, self.transport.abort)


def run(application: str, arguments: list[str]) -> None:
    """Run uvicorn with the project's options and further ones."""
    arguments = [application, *OPTIONS, *arguments]
    _settle_access(arguments)
    uvicorn.main(arguments)


def _settle_access(arguments: list[str]) -> None:
    """Set the default of API_AUTH, unless the supervisor has bound the address (`--fd`)."""
    # Uvicorn parses the options, since it reads the environment too.
    given = uvicorn.main.make_context("uvicorn", list(arguments)).params
    if given["fd"] is None:
        set_default_api_auth(given["uds"] or given["host"])


if __name__ == "__main__":
    run(APPLICATION, sys.argv[1:])
