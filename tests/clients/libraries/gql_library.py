"""gql, over HTTP and WebSocket. It validates documents against the schema that it has fetched."""

from gql import Client, GraphQLRequest
from gql.transport.exceptions import TransportError, TransportQueryError
from gql.transport.httpx import HTTPXTransport
from gql.transport.websockets import WebsocketsTransport

ERRORS = (TransportError, OSError)


class Connection:
    def __init__(self, url, token):
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        http = HTTPXTransport(url, headers=self._headers, timeout=60)
        self._client = Client(transport=http, fetch_schema_from_transport=bool(token))

    def execute(self, query, **variables):
        try:
            return self._client.execute(GraphQLRequest(query, variable_values=variables))
        except TransportQueryError as error:
            return error.errors[0]["extensions"]["code"]

    def follow(self, query, **variables):
        url = self._url.replace("http", "ws", 1)
        socket = Client(transport=WebsocketsTransport(url, init_payload=self._headers))
        yield from socket.subscribe(GraphQLRequest(query, variable_values=variables))
