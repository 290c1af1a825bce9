"""A TCP proxy whose line can be refused, gone deaf, slow or cut in the middle of an answer."""

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress
from enum import StrEnum
from typing import Any, TypeVar

import uvloop

T = TypeVar("T")

CHUNK = 65_536
DELAY_SECONDS = 0.2
CLOSE_SECONDS = 2


class Fault(StrEnum):
    """What is wrong with the line."""

    NONE = "none"
    REFUSE = "refuse"  # refuses new connections and closes the others
    BLACK_HOLE = "black-hole"  # everything is taken and nothing arrives
    DELAY = "delay"  # each chunk arrives later
    CUT = "cut"  # half of the next answer arrives, then the connection is gone


class Proxy:
    """From a port of its own to a server's, for as long as its switchboard runs."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._lines: set[asyncio.StreamWriter] = set()
        self._healthy = asyncio.Event()
        self._healthy.set()
        self._fault = Fault.NONE
        self.port = 0
        # The number of connections that clients have opened.
        self.accepted = 0

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def set(self, fault: Fault) -> None:
        self._fault = fault
        # What a black hole has swallowed is gone, so its connections end with it.
        if fault is Fault.REFUSE or not self._healthy.is_set():
            self._cut_all()
        if fault is Fault.BLACK_HOLE:
            self._healthy.clear()
        else:
            self._healthy.set()

    async def close(self) -> None:
        self._server.close()
        self._healthy.set()
        self._cut_all()

    def _cut_all(self) -> None:
        for writer in list(self._lines):
            writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        self._lines.add(writer)
        try:
            if self._fault is not Fault.REFUSE:
                await self._connect(reader, writer)
        finally:
            self._lines.discard(writer)
            writer.transport.abort()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            server_reader, server = await asyncio.open_connection("127.0.0.1", self._target)
            self._lines.add(server)
            try:
                await asyncio.wait(
                    [
                        asyncio.create_task(self._pump(reader, server, is_answer=False)),
                        asyncio.create_task(self._pump(server_reader, writer, is_answer=True)),
                    ],
                    return_when=asyncio.ALL_COMPLETED,
                )
            finally:
                self._lines.discard(server)
                server.transport.abort()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_answer: bool
    ) -> None:
        # uvloop says RuntimeError of a connection that was aborted meanwhile.
        with suppress(OSError, RuntimeError):
            while chunk := await reader.read(CHUNK):
                await self._healthy.wait()
                if self._fault is Fault.DELAY:
                    await asyncio.sleep(DELAY_SECONDS)
                if self._fault is Fault.CUT and is_answer:
                    writer.write(chunk[: len(chunk) // 2])
                    await writer.drain()
                    break
                writer.write(chunk)
                await writer.drain()
        # The other direction ends with this one.
        writer.close()


class Switchboard:
    """A thread with an event loop, in which all proxies live."""

    def __init__(self) -> None:
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxies", daemon=True)
        self._thread.start()
        self._proxies: list[Proxy] = []

    def open(self, target: int) -> Proxy:
        proxy = Proxy(target)
        self._run(proxy.open())
        self._proxies.append(proxy)
        return proxy

    def set(self, proxy: Proxy, fault: Fault) -> None:
        self._run(proxy.set(fault))

    def close(self) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _close(self) -> None:
        for proxy in self._proxies:
            await proxy.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:
            await asyncio.wait(others, timeout=CLOSE_SECONDS)

    def _run(self, step: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(step, self._loop).result(timeout=10)
