"""A real receiver in this process, and deliveries from a thread of it."""

import asyncio
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import pytest

from schema import schema
from schema.webhooks import dispatcher
from tasks_app.webhooks import attempts
from tests.api.conftest import GraphQLApi
from tests.subscriptions.conftest import threads  # noqa: F401  a fixture

CHANGES = "subscription { taskStatusChanged { cursor taskId status version } }"
EVENTS = """
    subscription { clusterEvents { __typename
        ... on EventBatch { events { cursor kind message taskIds } }
        ... on StreamGap { cursor } } }
"""


class Received(NamedTuple):
    """A request that reached the receiver."""

    headers: dict[str, str]
    body: str

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def data(self):
        return json.loads(self.body)["data"]


class Receiver:
    """An HTTP server. `answer` says with which status it answers, or None to say nothing."""

    def __init__(self) -> None:
        self.requests: list[Received] = []
        self.answer: Callable[[Received], int | None] = lambda _: 200
        self.headers: dict[str, str] = {}
        self.port = 0
        self._stopped = threading.Event()
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?key=in-the-url"

    @property
    def accepted(self) -> list[Received]:
        return [each for each in self.requests if self.answer(each) == 200]

    def start(self, tls: ssl.SSLContext | None = None) -> None:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                message = self.rfile.read(int(self.headers["content-length"])).decode()
                headers = {name.lower(): value for name, value in self.headers.items()}
                received = Received(headers, message)
                receiver.requests.append(received)
                status = receiver.answer(received)
                if status is None:
                    receiver._stopped.wait()
                    return
                body = f"answered {status}".encode()
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None: ...

        self._stopped.clear()
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        if tls:
            # The thread of each connection does the handshake. A client that does not begin it
            # would hold up the server.
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Close the port; requests that are being answered get no answer."""
        self._stopped.set()
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


@pytest.fixture
def make_receiver(settings) -> Iterator[Callable[[], Receiver]]:
    settings.WEBHOOK_ALLOWED_HOSTS = ["127.0.0.1"]
    made: list[Receiver] = []

    def make() -> Receiver:
        made.append(Receiver())
        made[-1].start()
        return made[-1]

    yield make
    for each in made:
        each.stop()


@pytest.fixture
def resolved(monkeypatch) -> list[str]:
    """The names below `.example` that were resolved. All have the address of this machine."""
    real, found = socket.getaddrinfo, []

    def resolve(host, *args, **options):
        if isinstance(host, str) and host.endswith(".example"):
            found.append(host)
            host = "127.0.0.1"
        return real(host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return found


@pytest.fixture
def receiver(make_receiver):
    return make_receiver()


@contextmanager
def delivering() -> Iterator[None]:
    """Deliver webhooks from a thread of this process, as Beat does."""
    loop = asyncio.new_event_loop()
    running = dispatcher.Dispatcher(schema).run()
    task = loop.create_task(running)

    def run() -> None:
        asyncio.set_event_loop(loop)
        with pytest.raises(asyncio.CancelledError):
            loop.run_until_complete(task)
        others = asyncio.all_tasks(loop)
        for other in others:
            other.cancel()
        loop.run_until_complete(asyncio.gather(*others, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join()


@pytest.fixture
def quick(monkeypatch):
    """Look at the webhooks, and try again, after a moment."""
    monkeypatch.setattr(dispatcher, "PASS_SECONDS", 0.05)
    monkeypatch.setattr(attempts, "DELAYS", (0.05,))


@pytest.fixture
def deliveries(threads, quick):  # noqa: F811
    with delivering():
        yield


@pytest.fixture
def graphql(transactional_db) -> GraphQLApi:
    return GraphQLApi()


@pytest.fixture
def mutate(graphql):
    """The payload of a mutation of webhooks."""

    def mutate(name, selection, **input):
        kind = f"{name[0].upper()}{name[1:]}Input"
        document = (
            f"mutation($input: {kind}!) {{ {name}(input: $input)"
            f" {{ {selection} errors {{ field message code }} }} }}"
        )
        answer = graphql.execute(document, input=input)
        assert "errors" not in answer, answer
        return answer["data"][name]

    return mutate


@pytest.fixture
def make_webhook(mutate):
    """A webhook with its secret, as an administrator creates it."""

    def make(url, document=CHANGES, **input):
        made = mutate(
            "createWebhook", "webhook { id cursor } secret", url=url, document=document, **input
        )
        assert made["errors"] == []
        return made["webhook"]["id"], made["secret"]

    return make


@pytest.fixture
def webhook_of(graphql):
    """What the API says about a webhook."""

    def webhook_of(id):
        query = """query($id: ID!) { webhook(id: $id) { state message attempts cursor
            nextAttemptAt owner deliveries { messageId attempt isTest succeeded status durationMs
            response error } } }"""
        answer = graphql.execute(query, id=id)
        assert "errors" not in answer, answer
        return answer["data"]["webhook"]

    return webhook_of
