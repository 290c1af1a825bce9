"""The client: the generated operations, with the address and the credentials of a cluster."""

import json
from typing import Any, cast

import httpx
from websockets.asyncio.client import ClientConnection
from websockets.typing import Data

from cluster_scheduler_client.generated import GeneratedClient
from cluster_scheduler_client.generated.async_base_client import (
    GraphQLTransportWSMessageType,
    HttpClient,
)
from cluster_scheduler_client.generated.exceptions import GraphQLClientGraphQLMultiError

# Creating 10,000 tasks takes seconds.
TIMEOUT_SECONDS = 30.0


class Client(GeneratedClient):
    """A client of one cluster, to use with `async with`.

    Args:
        url: The address of the cluster.
        token: The secret of an API token. None if the cluster does not require one.
    """

    def __init__(self, url: str = "http://localhost:8000", token: str | None = None) -> None:
        endpoint = url.rstrip("/") + "/graphql/"
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        super().__init__(
            url=endpoint,
            http_client=cast(
                HttpClient, httpx.AsyncClient(headers=headers, timeout=TIMEOUT_SECONDS)
            ),
            ws_url=endpoint.replace("http", "ws", 1),
            ws_connection_init_payload=headers,
        )

    async def _handle_ws_message(
        self,
        message: Data,
        websocket: ClientConnection,
        expected_type: GraphQLTransportWSMessageType | None = None,
    ) -> dict[str, Any] | None:
        """Return the data of a message.

        The generated method ignores the errors of a response, and with them `STREAM_GAP`.

        Raises:
            GraphQLClientGraphQLMultiError: The message contains errors.
        """
        data = await super()._handle_ws_message(message, websocket, expected_type)
        content = json.loads(message)
        if content["type"] == "next" and (errors := content["payload"].get("errors")):
            raise GraphQLClientGraphQLMultiError.from_errors_dicts(errors, data)
        return data
