"""Protections of WebSockets and event streams."""

from tests.mutants.protection import Protection

WEBSOCKET = "schema/transport/websocket.py"
EVENT_STREAM = "schema/transport/sse.py"
IN_SOCKET = (
    "tests/subscriptions/sockets/test_socket.py",
    "tests/subscriptions/sockets/test_slowness.py",
)
IN_HANDSHAKE = ("tests/subscriptions/sockets/test_handshake.py",)
IN_ACCESS = ("tests/access",)

PROTECTIONS = (
    Protection(
        "event streams end when their process stops",
        "project/web.py",
        "        sse.stop()\n",
        "",
        ("tests/durability/test_apis.py",),
    ),
    Protection(
        "origin of a WebSocket",
        WEBSOCKET,
        "allowed_origins=settings.TRUSTED_ORIGINS,",
        'allowed_origins=["*"],',
        (*IN_HANDSHAKE, *IN_ACCESS),
    ),
    Protection(
        "origin of an event stream",
        EVENT_STREAM,
        'request.method == "POST" and not _has_origin(request)',
        "False",
        ("tests/subscriptions/test_event_stream.py", *IN_ACCESS),
    ),
    Protection(
        "sessions of pages of other origins",
        "schema/transport/credentials.py",
        ' if _is_own_page(headers) else ""\n',
        "\n",
        ("tests/access/test_cors.py",),
    ),
    Protection(
        "changes that were left out are counted",
        "schema/execution/broadcast.py",
        "coalesced=counts[key] - 1",
        "coalesced=0",
        ("tests/subscriptions/sockets/test_slowness.py",),
    ),
    Protection(
        "connections are checked again",
        WEBSOCKET,
        "if not await self.credentials.is_still_valid():",
        "if False:",
        (*IN_ACCESS, *IN_SOCKET),
    ),
    Protection(
        "operations of a socket",
        WEBSOCKET,
        "max_subscriptions_per_connection=OPERATIONS_MAX,",
        "max_subscriptions_per_connection=None,",
        IN_SOCKET,
    ),
    Protection(
        "one subprotocol",
        WEBSOCKET,
        "subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],",
        'subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL, "graphql-ws"],',
        ("tests/subscriptions/sockets/test_legacy_protocol.py",),
    ),
    Protection(
        "connections that end free their place",
        "schema/execution/executor.py",
        "        _connections -= 1\n",
        "        pass\n",
        ("tests/subscriptions/sockets/test_lost_clients.py",),
    ),
    Protection(
        "persisted operations count before their hash is looked up",
        WEBSOCKET,
        "            await self.view.credentials.count_operation()\n"
        "            query = documents.resolve(operation.query, extensions)\n",
        "            query = documents.resolve(operation.query, extensions)\n"
        "            await self.view.credentials.count_operation()\n",
        ("tests/access/test_limits.py",),
    ),
    Protection(
        "flood of messages",
        WEBSOCKET,
        "        if self._has_credit():\n",
        "        if True:\n",
        IN_SOCKET,
    ),
    Protection(
        "idle sockets",
        WEBSOCKET,
        "elif not self.operations and now > self._heard_at + IDLE_SECONDS:",
        "elif False:",
        IN_SOCKET,
    ),
    Protection(
        "clients that read too slowly",
        WEBSOCKET,
        "if self._sending_since and now > self._sending_since + executor.SEND_SECONDS:",
        "if False:",
        IN_SOCKET,
    ),
    Protection(
        "client that leaves early is no error",
        WEBSOCKET,
        "if not isinstance(error, OSError):",
        "if True:",
        ("tests/subscriptions/sockets/test_slowness.py",),
    ),
)
