"""A web process: `python -m project.web` is uvicorn, with what the project wants of it."""

import sys
from argparse import ArgumentParser
from typing import Any

import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from project.binding import settle_access

CLOSE_SECONDS = 5.0
OPTIONS = (
    "project.asgi:application",
    "--no-access-log",
    *("--timeout-graceful-shutdown", "5"),
    *("--ws", "project.web:WebSocketProtocol"),
    *("--ws-max-size", "65536"),
    # Compressing the same answer for each client costs more than it saves.
    *("--ws-per-message-deflate", "false"),
    *("--ws-ping-interval", "15", "--ws-ping-timeout", "15"),
)


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """Uvicorn's own, but who does not read is cut off instead of being waited for."""

    async def send(self, message: Any) -> None:
        if message["type"] == "websocket.close":
            self.writable.set()
            self._abort_soon()
        await super().send(message)

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self.transport.abort()

    def shutdown(self) -> None:
        super().shutdown()
        self._abort_soon()

    def _abort_soon(self) -> None:
        self.loop.call_later(CLOSE_SECONDS, self.transport.abort)


def _settle_access(arguments: list[str]) -> None:
    """With --fd somebody else has bound the address, and has settled it."""
    parser = ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--fd")
    known, _ = parser.parse_known_args(arguments)
    if known.fd is None:
        settle_access(known.host)


if __name__ == "__main__":
    _settle_access(sys.argv[1:])
    uvicorn.main([*OPTIONS, *sys.argv[1:]])
