"""Every operation of every API for every role: who may call it."""

from typing import Any

import pytest
from django.test import Client
from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    OperationType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)

from schema import schema
from schema.core.relay import global_id
from tasks_app.models import Task
from tests.access.conftest import bearer
from tests.subscriptions.client import socket
from tests.subscriptions.test_event_stream import next_event, stream
from tests.support.cluster import running_cluster

ANONYMOUS = ["nothing", "wrong", "expired", "revoked"]
ROLES = ["VIEWER", "OPERATOR", "ADMIN"]
ALL = ANONYMOUS + ROLES

UUID = "01900000-0000-7000-8000-000000000000"
FOR_ADMINS = {
    *("apiTokens", "createApiToken", "revokeApiToken"),
    *("webhook", "webhooks", "createWebhook", "updateWebhook", "deleteWebhook"),
    *("rotateWebhookSecret", "testWebhook", "resumeWebhook", "replayWebhook"),
    "injectFault",
}
# They change only what belongs to the user or token.
FOR_VIEWERS = {"saveView", "deleteView"}
SAMPLES = {
    **dict.fromkeys(["ID", "UUID"], UUID),
    **{"String": "x", "Int": 1, "BigInt": "1", "Boolean": True, "DateTime": "2030-01-01T00:00:00Z"},
}
REST = [
    *((method, path) for path in ("/tasks/", "/task-schedules/") for method in ("get", "post")),
    ("get", f"/tasks/{UUID}/"),
    *((method, f"/task-schedules/{UUID}/") for method in ("get", "put", "delete")),
]
ROOTS: dict[OperationType, Any] = {
    OperationType.QUERY: schema._schema.type_map["Query"],
    OperationType.MUTATION: schema._schema.type_map["Mutation"],
    OperationType.SUBSCRIPTION: schema._schema.type_map["Subscription"],
}
OPERATIONS = [(kind, name) for kind, root in ROOTS.items() for name in sorted(root.fields)]


def sample(type):
    """Something of this type, with which one is let in or not."""
    if isinstance(type, GraphQLNonNull):
        return sample(type.of_type)
    if isinstance(type, GraphQLList):
        return [sample(type.of_type)]
    if isinstance(type, GraphQLEnumType):
        return next(iter(type.values))
    if isinstance(type, GraphQLScalarType):
        return SAMPLES[type.name]
    fields = type.fields.items()
    return {name: sample(field.type) for name, field in fields if is_required_input_field(field)}


def request_for(kind, name):
    """A request that asks for this field of the schema, with what it needs."""
    field = ROOTS[kind].fields[name]
    needed = {key: value for key, value in field.args.items() if is_required_argument(value)}
    declared = ", ".join(f"${key}: {value.type}" for key, value in needed.items())
    given = ", ".join(f"{key}: ${key}" for key in needed)
    if name == "taskStatusChanged":
        given = f'where: {{ ids: ["{UUID}"] }}'  # it begins with where that task stands
    asked = name + (f"({given})" if given else "")
    asked += "" if is_leaf_type(get_named_type(field.type)) else " { __typename }"
    return {
        "query": f"{kind.value} Q{f'({declared})' if declared else ''} {{ {asked} }}",
        "variables": {key: sample(value.type) for key, value in needed.items()},
    }


def may(who, kind, name):
    if name in FOR_ADMINS:
        return who == "ADMIN"
    if name in FOR_VIEWERS:
        return who in ROLES
    return who in (("OPERATOR", "ADMIN") if kind == OperationType.MUTATION else ROLES)


def codes(answer):
    return [error.get("extensions", {}).get("code") for error in answer.get("errors", ())]


@pytest.mark.parametrize(("method", "path"), REST)
def test_rest(guarded, secrets, method, path):
    for who in ALL:
        call = getattr(Client(), method)
        answer = call(path, {}, content_type="application/json", headers=bearer(secrets[who]))
        if who in ANONYMOUS:
            assert answer.status_code == 401, who
            assert answer["WWW-Authenticate"] == "Bearer"
        elif who == "VIEWER" and method != "get":
            assert (answer.status_code, list(answer.json())) == (403, ["detail"])
        else:
            assert answer.status_code in (200, 400, 404), who


@pytest.mark.parametrize(("kind", "name"), OPERATIONS)
def test_graphql(guarded, secrets, kind, name):
    """Subscriptions have other transports. HTTP answers with their names."""
    for who in ALL:
        answer = Client().post(
            "/graphql/",
            request_for(kind, name),
            content_type="application/json",
            headers=bearer(secrets[who]),
        )
        if who in ANONYMOUS:
            assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer"), who
            assert codes(answer.json()) == ["UNAUTHENTICATED"], who
        elif kind != OperationType.SUBSCRIPTION:
            assert ("FORBIDDEN" in codes(answer.json())) is not may(who, kind, name), who


def test_what_a_fragment_or_an_alias_hides_is_found(guarded, secrets):
    query = "{ a: viewer { name } ...F } fragment F on Query { ... { x: apiTokens { name } } }"
    answer = Client().post(
        "/graphql/",
        {"query": query},
        content_type="application/json",
        headers=bearer(secrets["OPERATOR"]),
    )

    assert codes(answer.json()) == ["FORBIDDEN"]


def test_tokens_are_no_nodes(guarded, secrets, make_token):
    id = global_id("ApiToken", make_token().token.pk)
    answer = Client().post(
        "/graphql/",
        {"query": "query Q($id: ID!) { node(id: $id) { id } }", "variables": {"id": id}},
        content_type="application/json",
        headers=bearer(secrets["VIEWER"]),
    )

    assert "no type" in answer.json()["errors"][0]["message"]


def test_webhooks_are_nodes_for_administrators_only(guarded, secrets):
    id = global_id("Webhook", UUID)
    request = {"query": "query Q($id: ID!) { node(id: $id) { id } }", "variables": {"id": id}}
    for who in ROLES:
        answer = Client().post(
            "/graphql/", request, content_type="application/json", headers=bearer(secrets[who])
        )
        assert ("FORBIDDEN" in codes(answer.json())) is (who != "ADMIN"), who


@pytest.mark.parametrize("path", ["/metrics"])
def test_metrics_require_the_role_viewer(guarded, secrets, path):
    for who in ALL:
        status = Client().get(path, headers=bearer(secrets[who])).status_code
        assert status == (401 if who in ANONYMOUS else 200), who


@pytest.mark.parametrize("path", ["/healthz/", "/readyz/"])
def test_health_is_reported_without_authentication(guarded, secrets, path):
    assert {Client().get(path, headers=bearer(secrets[who])).status_code for who in ALL} == {200}


@pytest.fixture(scope="module")
def server(django_db_setup):
    limits = {"API_RATE": "", "API_FAILURE_RATE": ""}
    with running_cluster(API_AUTH="token", **limits) as cluster:
        yield cluster


@pytest.fixture
def task(transactional_db):
    return Task.objects.create(pk=UUID, a=1, b=2, queue_id="default")


@pytest.mark.parametrize("who", ANONYMOUS)
def test_websocket_of_an_anonymous_client_is_closed(server, task, secrets, who):
    with socket(server, init=False) as client:
        client.send("connection_init", payload=bearer(secrets[who]))
        assert client.close_code() == 4403


@pytest.mark.parametrize("who", ROLES)
def test_websocket(server, task, secrets, who):
    for kind, name in OPERATIONS:
        with socket(server, init=False) as client:
            client.init(**bearer(secrets[who]))
            client.send("subscribe", id="1", payload=request_for(kind, name))
            said = client.receive()
        payload = said["payload"]
        errors = payload if said["type"] == "error" else payload.get("errors", ())
        assert ("FORBIDDEN" in codes({"errors": errors})) is not may(who, kind, name), name


@pytest.mark.parametrize("who", ALL)
def test_event_stream(server, task, secrets, who):
    for kind, name in OPERATIONS:
        with stream(server, request_for(kind, name), **bearer(secrets[who])) as response:
            if who in ANONYMOUS:
                assert response.status == 401, name
            else:
                _, payload = next_event(response)
                assert ("FORBIDDEN" in codes(payload)) is not may(who, kind, name), name
