"""Paths without the final slash: the same views, and no redirect."""

import json
from http.client import HTTPConnection

import pytest
from django.test import Client

from tests.support.cluster import running_cluster

QUERY = {"query": "{ __typename }"}
SCHEDULE = {"a": 1, "b": 2, "scheduled_at": "2031-01-01T00:00:00Z", "interval": 60}


@pytest.mark.django_db
@pytest.mark.usefixtures("node")
@pytest.mark.parametrize(
    ("path", "create"), [("/tasks", {"a": 1, "b": 2}), ("/task-schedules", SCHEDULE)]
)
def test_rest_paths_work_without_the_slash(path, create):
    client = Client()

    created = client.post(path, create, content_type="application/json")
    url = created.json()["url"]

    assert created.status_code == 201
    assert url == f"http://testserver{path}/{created.json()['id']}/"
    assert client.get(url.removesuffix("/")).status_code == 200
    assert [each["id"] for each in client.get(path).json()] == [created.json()["id"]]
    assert client.options(path).status_code == 200
    refused = client.delete(path)
    assert (refused.status_code, refused["Allow"]) == (405, "GET, POST, HEAD, OPTIONS")
    if path == "/task-schedules":
        change = client.put(url.removesuffix("/"), SCHEDULE, content_type="application/json")
        assert change.status_code == 200
        assert client.delete(url.removesuffix("/")).status_code == 204


@pytest.mark.django_db
def test_graphql_works_without_the_slash():
    response = Client().post("/graphql", QUERY, content_type="application/json")

    assert (response.status_code, response.json()["data"]) == (200, {"__typename": "Query"})


def test_event_stream_and_websocket_work_without_the_slash(transactional_db):
    from websockets import Subprotocol
    from websockets.sync.client import connect

    with running_cluster() as cluster:
        connection = HTTPConnection("127.0.0.1", cluster.port, timeout=20)
        headers = {"Content-Type": "application/json", "Accept": "text/event-stream"}
        connection.request("POST", "/graphql/stream", json.dumps(QUERY), headers)
        response = connection.getresponse()
        assert (response.status, response.headers["Content-Type"]) == (200, "text/event-stream")
        response.read()
        connection.close()
        address = f"ws://127.0.0.1:{cluster.port}/graphql"
        with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
            socket.send(json.dumps({"type": "connection_init"}))
            assert json.loads(socket.recv(timeout=20)) == {"type": "connection_ack"}
