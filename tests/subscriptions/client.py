"""A client of graphql-transport-ws that hides nothing."""

import json
from contextlib import contextmanager

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tasks_app.log import pages
from tests.support.waiting import TIMEOUT_FACTOR

TIMEOUT_SECONDS = 20 * TIMEOUT_FACTOR


class Socket:
    def __init__(self, connection):
        self._connection = connection

    @property
    def port(self):
        return self._connection.local_address[1]

    def send(self, type, **rest):
        self.send_raw(json.dumps({"type": type, **rest}))

    def send_raw(self, frame):
        self._connection.send(frame)

    def receive(self, *, seconds=TIMEOUT_SECONDS):
        """The next message. Raises TimeoutError, or ConnectionClosed."""
        return json.loads(self._connection.recv(timeout=seconds))

    def init(self, **payload):
        self.send("connection_init", **({"payload": payload} if payload else {}))
        assert self.receive() == {"type": "connection_ack"}

    def subscribe(self, query, *, id="1", **variables):
        self.send("subscribe", id=id, payload={"query": query, "variables": variables})

    def follow(self, *, id="1"):
        """The version of each task that changes from now on."""
        query = "subscription S($after: String) { taskStatusChanged(after: $after) { version } }"
        self.subscribe(query, id=id, after=pages.head().encode())

    def answer(self, *, id="1"):
        """The payload of the next message, which must be an answer to this operation."""
        message = self.receive()
        assert (message["type"], message["id"]) == ("next", id), message
        return message["payload"]

    def data(self, *, id="1"):
        answer = self.answer(id=id)
        assert "errors" not in answer, answer
        [value] = answer["data"].values()
        return value

    def ping(self):
        self.send("ping")
        assert self.receive() == {"type": "pong"}

    def vanish(self):
        self._connection.close_socket()

    def close_code(self):
        """The code with which the server closes, whatever it sends before."""
        try:
            while True:
                self.receive()
        except ConnectionClosed as closed:
            return closed.rcvd and closed.rcvd.code


@contextmanager
def socket(server, *, path="/graphql/", protocol="graphql-transport-ws", init=True, **options):
    url = f"ws://127.0.0.1:{server.port}{path}"
    protocols = [protocol] if protocol else None
    options = {"compression": None, "close_timeout": 1, "max_size": None} | options
    with connect(url, subprotocols=protocols, **options) as connection:
        client = Socket(connection)
        if init:
            client.init()
        yield client
