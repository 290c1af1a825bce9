"""Pages of other origins use the APIs as `CORS_ALLOWED_ORIGINS` permits."""

import json
from contextlib import closing
from http.client import HTTPConnection

import pytest
from django.test import Client
from websockets.exceptions import InvalidStatus

from tasks_app.models import Role, Task
from tests.access.conftest import bearer
from tests.subscriptions.client import socket
from tests.support.cluster import running_cluster

FRIEND, STRANGE = "https://app.example.org", "https://evil.example"
PATHS = ["/graphql/", "/graphql/stream/", "/tasks/", "/task-schedules/", "/graphql", "/tasks"]


@pytest.fixture
def server(transactional_db):
    with running_cluster(API_AUTH="token", CORS_ALLOWED_ORIGINS=FRIEND) as cluster:
        yield cluster


def send(server, method, path, origin, body=None, **headers):
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        connection.request(method, path, body, {"Origin": origin, **headers})
        response = connection.getresponse()
        return response, response.read().decode()


def preflight(server, path, origin, headers="authorization,content-type"):
    request = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": headers,
    }
    return send(server, "OPTIONS", path, origin, **request)[0]


def test_preflight_is_answered_for_allowed_origins_only(server):
    for path in PATHS:
        response = preflight(server, path, FRIEND)
        assert response.status == 200, path
        assert response.headers["Access-Control-Allow-Origin"] == FRIEND
        assert "POST" in response.headers["Access-Control-Allow-Methods"]
        allowed = response.headers["Access-Control-Allow-Headers"].lower()
        assert {"authorization", "content-type"} <= set(allowed.replace(" ", "").split(","))
        assert "Origin" in response.headers["Vary"].title()
        assert "Access-Control-Allow-Credentials" not in response.headers

        assert "Access-Control-Allow-Origin" not in preflight(server, path, STRANGE).headers
    for path in ("/admin/", "/metrics", "/login/"):
        assert "Access-Control-Allow-Origin" not in preflight(server, path, FRIEND).headers


def test_page_of_an_allowed_origin_uses_the_apis(server, make_token):
    token = bearer(make_token(Role.OPERATOR).secret)
    as_json = {"Content-Type": "application/json", **token}
    query = json.dumps({"query": "{ __typename }"})
    stream = {**as_json, "Accept": "text/event-stream"}
    for origin, expected in ((FRIEND, FRIEND), (STRANGE, None)):
        for response, text in (
            send(server, "POST", "/graphql/", origin, query, **as_json),
            send(server, "POST", "/graphql/stream/", origin, query, **stream),
            send(server, "GET", "/task-schedules/", origin, **token),
            send(server, "POST", "/tasks/", origin, '{"a": 1, "b": 2}', **as_json),
        ):
            assert response.status in (200, 201), text
            assert response.headers["Access-Control-Allow-Origin"] == expected
    assert Task.objects.count() == 2


def test_refusals_can_be_read_by_the_page(server):
    for path, accept in (
        ("/graphql/", "*/*"),
        ("/graphql", "*/*"),
        ("/graphql/stream/", "text/event-stream"),
    ):
        headers = {"Content-Type": "application/json", "Accept": accept}
        for credentials in ({}, bearer("wrong")):
            response, text = send(server, "POST", path, FRIEND, "{}", **headers, **credentials)
            assert response.status == 401
            assert response.headers["Access-Control-Allow-Origin"] == FRIEND
            assert json.loads(text)["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.fixture
def cookie(db, django_user_model):
    """The session of an administrator in a browser, as a header."""
    client = Client()
    client.force_login(django_user_model.objects.create_superuser("ann"))
    return {"Cookie": f"sessionid={client.cookies['sessionid'].value}"}


def test_page_of_an_allowed_origin_cannot_use_a_session(server, cookie):
    with socket(server, origin=FRIEND, init=False, additional_headers=cookie) as client:
        client.send("connection_init")
        assert client.close_code() == 4403
    query = json.dumps({"query": "{ __typename }"})
    headers = {"Accept": "text/event-stream", "Content-Type": "application/json", **cookie}
    for method, path in (("POST", "/"), ("GET", "/?query={__typename}")):
        body = query if method == "POST" else None
        assert (
            send(server, method, f"/graphql/stream{path}", FRIEND, body, **headers)[0].status == 401
        )
    assert send(server, "POST", "/graphql/", FRIEND, query, **headers)[0].status == 403
    assert send(server, "POST", "/tasks/", FRIEND, '{"a": 1, "b": 2}', **headers)[0].status == 403
    assert not Task.objects.exists()


@pytest.mark.parametrize("own", ["same origin", "behind a proxy"])
def test_own_page_uses_its_session(server, cookie, own):
    page = {"origin": f"http://127.0.0.1:{server.port}", "additional_headers": cookie}
    if own == "behind a proxy":
        headers = {**cookie, "Sec-Fetch-Site": "same-origin"}
        page = {"origin": "https://cluster.example.org", "additional_headers": headers}
    with socket(server, **page) as client:
        client.subscribe("{ viewer { name } }")
        assert client.data() == {"name": "ann"}


def test_trusted_origin_may_use_a_session(transactional_db, cookie):
    with (
        running_cluster(API_AUTH="token", CSRF_TRUSTED_ORIGINS=FRIEND) as cluster,
        socket(cluster, origin=FRIEND, additional_headers=cookie) as client,
    ):
        client.subscribe("{ viewer { name } }")
        assert client.data() == {"name": "ann"}


def test_allowed_origin_opens_a_web_socket(server, make_token):
    token = bearer(make_token().secret)
    with socket(server, origin=FRIEND, additional_headers=token) as client:
        client.subscribe("{ __typename }")
        assert client.data() == "Query"
    with pytest.raises(InvalidStatus, match="403"), socket(server, origin=STRANGE):
        pass
