"""GraphQL over WebSocket: graphql-transport-ws, by Strawberry's consumer for Channels, hardened.

Besides the codes of the protocol, the server closes a socket with 1001 (idle), 1008 (too many
messages), 1013 (reads too slowly, too many connections, or try again later), 4401 (the credentials
have expired or were revoked) and 4403 (the credentials are not valid).
"""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import aclosing, suppress
from datetime import timedelta
from typing import Any

from channels.exceptions import StopConsumer
from django.conf import settings
from graphql import GraphQLFormattedError
from starlette.types import Message, Scope, Send
from strawberry.channels import GraphQLWSConsumer
from strawberry.channels.handlers.base import ChannelsMessage
from strawberry.exceptions import ConnectionRejectionError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import SubscribeMessage
from strawberry.types.unset import UnsetType

from schema import schema
from schema.execution import documents, executor
from schema.transport import credentials, messages
from tasks_app.access import actors
from tasks_app.services.access import authentication

logger = logging.getLogger(__name__)

INIT_SECONDS = 5
IDLE_SECONDS = 300.0
WATCH_SECONDS = 5.0
OPERATIONS_MAX = 32
ID_LENGTH_MAX = 128
# The token bucket of each socket: its size, and its refill rate.
MESSAGES_BURST, MESSAGES_PER_SECOND = 200, 50
# The maximum number of received messages in memory. Further ones wait in the network.
MESSAGES_WAITING_MAX = 32

IDLE, FLOOD, LATER, UNAUTHORIZED, INTERNAL_ERROR = 1001, 1008, 1013, 4401, 4500


class Handler(BaseGraphQLTransportWSHandler[Any, None]):
    """Strawberry's protocol handler, which runs operations by schema.execution.executor."""

    view: Any
    # The extensions of the last message that starts an operation.
    _extensions: dict[str, object] | None = None

    async def handle(self) -> None:
        """Handle messages until the socket closes."""
        self.view.operations = self.operations
        await super().handle()

    async def handle_invalid_message(self, error_message: str) -> None:
        """Close the socket with the reason why the message is not valid."""
        await super().handle_invalid_message(self.view.message_error or error_message)

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        """Start an operation. The hash of its document may replace the text."""
        payload = message["payload"]
        self._extensions = payload.get("extensions")
        query = payload.get("query") or ""
        await super().handle_subscribe({**message, "payload": {**payload, "query": query}})

    def run_operation(self, operation: Operation[Any, None]) -> Coroutine[Any, Any, None]:
        """Return the execution of the operation of the current message."""
        return self._run(operation, self._extensions)

    async def _run(
        self, operation: Operation[Any, None], extensions: dict[str, object] | None
    ) -> None:
        """Execute an operation and send its responses."""
        head = f'{{"id":{json.dumps(operation.id)},"type":"next","payload":'
        try:
            # Before the look-up, so that requests with unknown hashes are limited too.
            await self.view.credentials.count_operation()
            query = documents.resolve(operation.query, extensions)
            request = executor.Request(query, operation.variables, operation.operation_name)
            async with aclosing(executor.answers(schema, request)) as answers:
                async for answer in answers:
                    await self.view.send(f"{head}{answer}}}")
            await operation.send_operation_message({"id": operation.id, "type": "complete"})
        except executor.RefusedError as refused:
            await operation.send_operation_message(
                {"id": operation.id, "type": "error", "payload": refused.errors}
            )
        except documents.DocumentError as error:
            await operation.send_initial_errors([error])
        except authentication.RateLimitedError as error:
            payload: GraphQLFormattedError = {
                "message": f"Too many requests. Try again in {error.seconds} s.",
                "extensions": {"code": "RATE_LIMITED", "retryAfter": error.seconds},
            }
            await operation.send_operation_message(
                {"id": operation.id, "type": "error", "payload": [payload]}
            )
        except OSError:
            pass  # the client is gone
        finally:
            # Free the ID, unless the client has already used it for another operation.
            if self.operations.get(operation.id) is operation:
                self.forget_id(operation.id)


class Consumer(GraphQLWSConsumer[Any, None]):
    """A WebSocket connection."""

    graphql_transport_ws_handler_class = Handler

    def __init__(self) -> None:
        super().__init__(
            schema,
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            connection_init_wait_timeout=timedelta(seconds=INIT_SECONDS),
            max_subscriptions_per_connection=OPERATIONS_MAX,
            allowed_origins=settings.TRUSTED_ORIGINS,
        )
        self.message_queue = asyncio.Queue(MESSAGES_WAITING_MAX)
        self.operations: dict[str, Operation[Any, None]] = {}
        # The reason why the last message is not valid.
        self.message_error = ""
        # Set once the connection is acknowledged.
        self.credentials: credentials.Credentials | None = None
        self._is_closed = False
        self._heard_at = time.monotonic()
        self._sending_since = 0.0
        self._credit = float(MESSAGES_BURST)

    async def __call__(
        self, scope: Scope, receive: Callable[[], Awaitable[ChannelsMessage]], send: Send
    ) -> None:
        """Serve the connection without a channel layer, which only the log reader needs.

        Channels would also wait for the database thread before each message.
        """
        self.scope, self.base_send, self.channel_layer = scope, send, None
        watching = asyncio.create_task(self._watch())
        try:
            with executor.reserve_connection() as has_capacity, suppress(StopConsumer):
                self._has_capacity = has_capacity
                while True:
                    await self.dispatch(await receive())
        finally:
            watching.cancel()

    async def dispatch(self, message: ChannelsMessage) -> None:
        """Call the method that handles the ASGI message."""
        await getattr(self, message["type"].replace(".", "_"))(message)

    async def websocket_disconnect(self, message: Message) -> None:
        """Wait until the operations of the socket have stopped."""
        self._is_closed = True
        if self.run_task:
            await self.message_queue.put({"message": None, "disconnected": True})
            await asyncio.wait([self.run_task])
        raise StopConsumer

    async def connect(self) -> None:
        """Accept the connection, unless its host is unknown or there are too many."""
        if not messages.is_our_host(self.get_websocket_headers(self).get("host", "")):
            await self.close()
        elif not self._has_capacity:
            await self.accept(await self.pick_websocket_subprotocol(self))
            await self.close(LATER, "Too many connections")
        else:
            await super().connect()
            assert self.run_task
            self.run_task.add_done_callback(self._note_failure)

    async def on_ws_connect(self, context: dict[str, Any]) -> UnsetType | dict[str, object] | None:
        """Authenticate the connection.

        The token is in the payload of connection_init or in the header. Browsers have a session.
        """
        headers = dict(self.get_websocket_headers(self))
        given = (context.get("connection_params") or {}).get("Authorization")
        authorization = given if isinstance(given, str) else headers.get("authorization", "")
        try:
            self.credentials = await credentials.authenticate(self.scope, headers, authorization)
        except credentials.RetryLaterError as error:
            await self.close(LATER, f"Try again in {error.seconds} s")
            raise ConnectionRejectionError from error
        except authentication.InvalidTokenError as error:
            raise ConnectionRejectionError from error
        if self.credentials.actor.role is None:
            raise ConnectionRejectionError
        actors.set_current(self.credentials.actor)
        return await super().on_ws_connect(context)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Queue a message, or close the socket if there are too many."""
        if self._has_credit():
            await self.message_queue.put({"message": text_data, "disconnected": False})
        else:
            await self.close(FLOOD, "Too many messages")

    def decode_json(self, data: str | bytes) -> object:
        """Return the decoded and checked message."""
        try:
            message = messages.parse(str(data))
            _check(message)
        except ValueError as error:
            self.message_error = f"The message {error}"
            raise json.JSONDecodeError(str(error), "", 0) from error
        return message

    async def send(
        self, text_data: str | None = None, bytes_data: bytes | None = None, close: object = False
    ) -> None:
        """Send a message. `_watch` closes the socket if this takes too long.

        Raises:
            OSError: The client has disconnected.
        """
        if self._is_closed:
            raise ConnectionAbortedError
        self._sending_since = self._sending_since or time.monotonic()
        try:
            await self.base_send({"type": "websocket.send", "text": text_data})
        except RuntimeError as error:  # what servers say of a socket that was closed meanwhile
            raise ConnectionAbortedError from error
        finally:
            self._sending_since = 0.0

    async def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Close the socket once."""
        if not self._is_closed:
            self._is_closed = True
            with suppress(OSError):
                await super().close(code, reason)

    async def _watch(self) -> None:
        checked_at = time.monotonic()
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            now = time.monotonic()
            if self.credentials and now > checked_at + credentials.CHECK_SECONDS:
                checked_at = now
                if not await self.credentials.is_still_valid():
                    await self.close(UNAUTHORIZED, "Unauthorized")
            if self._sending_since and now > self._sending_since + executor.SEND_SECONDS:
                await self.close(LATER, "Reads too slowly")
            elif not self.operations and now > self._heard_at + IDLE_SECONDS:
                await self.close(IDLE, "Idle")

    def _has_credit(self) -> bool:
        now = time.monotonic()
        earned = (now - self._heard_at) * MESSAGES_PER_SECOND
        self._credit, self._heard_at = min(MESSAGES_BURST, self._credit + earned) - 1, now
        return self._credit >= 0

    def _note_failure(self, task: "asyncio.Task[object]") -> None:
        """Close the socket if its handler failed: no message would be handled any more."""
        if not task.cancelled() and (error := task.exception()):
            if not isinstance(error, OSError):  # which says that the client is gone
                logger.error("a WebSocket failed", exc_info=error)
            self._closing = asyncio.ensure_future(self.close(INTERNAL_ERROR, "Internal error"))


def _check(message: dict[str, Any]) -> None:
    """Raise ValueError for a message that Strawberry's handler would fail on."""
    if not isinstance(message.get("type"), str):
        raise ValueError("must have a `type`, a string")  # noqa: TRY004
    if message["type"] in ("subscribe", "complete"):
        id = message.get("id")
        if not (isinstance(id, str) and 0 < len(id) <= ID_LENGTH_MAX):
            raise ValueError(f"must have an `id` of 1 to {ID_LENGTH_MAX} characters")
    payload = message.get("payload", {})
    if not isinstance(payload, dict):
        raise ValueError("must have a `payload` that is an object")  # noqa: TRY004
    if message["type"] == "subscribe":
        executor.Request.of(payload)
