"""Subscribers: WebSockets by the hundred in one process, with as little work for each as can be."""

import asyncio
import base64
import json
import os
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

SUBPROTOCOL = "graphql-transport-ws"


@dataclass(eq=False)
class Subscriber(asyncio.Protocol):
    """One subscription on a socket of its own; `heard` gets the text of each answer, and when."""

    query: str
    variables: Mapping[str, object]
    heard: Callable[["Subscriber", bytes, float], None]
    reads: bool = True
    count: int = 0
    close_code: int | None = None
    is_lost: bool = False
    is_begun: asyncio.Event = field(default_factory=asyncio.Event)
    _data: bytearray = field(default_factory=bytearray)
    _is_open: bool = False

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        host, port = transport.get_extra_info("peername")[:2]
        lines = [
            "GET /graphql/ HTTP/1.1",
            f"Host: {host}:{port}",
            *("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"),
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
            f"Sec-WebSocket-Protocol: {SUBPROTOCOL}",
        ]
        transport.write("\r\n".join([*lines, "", ""]).encode())

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_lost = True
        self.is_begun.set()

    def data_received(self, data: bytes) -> None:
        self._data += data
        if not self._is_open:
            head, mark, rest = bytes(self._data).partition(b"\r\n\r\n")
            if not mark:
                return
            assert b" 101 " in head.partition(b"\r\n")[0], head
            self._is_open = True
            self._data = bytearray(rest)
            self._send({"type": "connection_init"})
            payload = {"query": self.query, "variables": self.variables}
            self._send({"type": "subscribe", "id": "1", "payload": payload})
        now = time.time()
        start = 0
        while (frame := self._frame(start)) is not None:
            opcode, begin, end = frame
            self._take(opcode, bytes(self._data[begin:end]), now)
            start = end
        del self._data[:start]

    def _frame(self, start: int) -> tuple[int, int, int] | None:
        """Opcode, and where the payload begins and ends; None if it has not come whole."""
        data = self._data
        if len(data) < start + 2:
            return None
        length, begin = data[start + 1], start + 2
        if length >= 126:
            begin += 2 if length == 126 else 8
            if len(data) < begin:
                return None
            length = int.from_bytes(data[start + 2 : begin], "big")
        end = begin + length
        return (data[start] & 15, begin, end) if len(data) >= end else None

    def _take(self, opcode: int, payload: bytes, now: float) -> None:
        if opcode == 1:
            if payload.startswith(b'{"id":"1","type":"next"'):
                self.count += 1
                self.heard(self, payload, now)
            elif b"connection_ack" in payload:
                self.is_begun.set()
                if not self.reads:
                    self.transport.pause_reading()
            else:
                raise AssertionError(payload)
        elif opcode == 9:
            self._send_frame(0x8A, payload)
        elif opcode == 8:
            self.close_code = int.from_bytes(payload[:2], "big")

    def _send(self, message: dict[str, object]) -> None:
        self._send_frame(0x81, json.dumps(message).encode())

    def _send_frame(self, first: int, payload: bytes) -> None:
        size = len(payload)
        length = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
        # Masked with nothing, which is a mask as any other.
        self.transport.write(bytes([first]) + length + bytes(4) + payload)


async def connect(port: int, subscribers: Sequence[Subscriber]) -> None:
    """Returns when all have been let in."""
    loop = asyncio.get_running_loop()
    for subscriber in subscribers:
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setblocking(False)
        await loop.create_connection(lambda it=subscriber: it, sock=connection)  # type: ignore[misc]
        await subscriber.is_begun.wait()
