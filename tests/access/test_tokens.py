"""API tokens: made, kept and revoked."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from tasks_app.models import ApiToken, ClusterEvent, Task
from tasks_app.models.token import Role
from tasks_app.services.access import authentication, tokens
from tests.access.conftest import bearer
from tests.subscriptions.client import socket
from tests.subscriptions.test_event_stream import stream
from tests.support.cluster import running_cluster
from tests.support.waiting import eventually

CREATE = """
    mutation M($input: CreateApiTokenInput!) {
        createApiToken(input: $input) {
            secret apiToken { uuid name role hint createdBy } errors { code field }
        }
    }
"""
REVOKE = """
    mutation M($uuid: UUID!) {
        revokeApiToken(input: {uuid: $uuid}) { apiToken { revokedAt } errors { code field } }
    }
"""


def ask(query, secret, **variables):
    answer = Client().post(
        "/graphql/",
        {"query": query, "variables": variables},
        content_type="application/json",
        headers=bearer(secret),
    )
    return answer.json()


def test_a_secret_is_shown_once_and_only_its_hash_is_kept(guarded, make_token):
    admin = make_token(Role.ADMIN, name="root")

    parameters = {"name": "a dashboard", "role": "VIEWER"}
    made = ask(CREATE, admin.secret, input=parameters)["data"]["createApiToken"]

    secret = made["secret"]
    assert made["apiToken"] == parameters | {
        "uuid": made["apiToken"]["uuid"],
        "hint": secret[:8],
        "createdBy": "root",
    }
    assert ask("{ viewer { name role } }", secret)["data"]["viewer"] == parameters
    for token, is_admin in (secret, False), (admin.secret, True):
        [can_inject] = ask("{ viewer { canInjectFaults } }", token)["data"]["viewer"].values()
        assert can_inject is is_admin
    rows = str(list(ApiToken.objects.values())) + str(list(ClusterEvent.objects.values()))
    assert secret not in rows
    assert secret not in str(ask("{ apiTokens { name hint } }", admin.secret))


@pytest.mark.parametrize(
    ("parameters", "field"),
    [({"name": ""}, "name"), ({"expiresAt": "2020-01-01T00:00:00Z"}, "expiresAt")],
)
def test_what_cannot_be_is_refused_by_its_field(guarded, make_token, parameters, field):
    admin = make_token(Role.ADMIN)

    given = {"name": "a dashboard", "role": "VIEWER"} | parameters
    payload = ask(CREATE, admin.secret, input=given)["data"]["createApiToken"]

    assert (payload["secret"], payload["errors"][0]["field"]) == (None, ["input", field])
    assert ApiToken.objects.count() == 1


def test_revoked_token_is_refused(guarded, make_token, monkeypatch):
    monkeypatch.setattr(authentication, "KNOWN_FOR", timedelta(0))
    admin, other = make_token(Role.ADMIN), make_token()

    payload = ask(REVOKE, admin.secret, uuid=str(other.token.pk))["data"]["revokeApiToken"]

    assert payload["apiToken"]["revokedAt"]
    assert Client().get("/tasks/", headers=bearer(other.secret)).status_code == 401
    assert ask(REVOKE, admin.secret, uuid=str(other.token.pk))["data"]["revokeApiToken"] == payload


def test_a_token_is_not_looked_up_again_for_a_while(guarded, make_token):
    headers = bearer(make_token().secret)
    Client().get("/metrics", headers=headers)
    ApiToken.objects.all().delete()

    assert Client().get("/api/schema/", headers=headers).status_code == 200


def test_cached_token_is_refused_after_it_expires(guarded):
    expires_at = timezone.now() + timedelta(seconds=1)
    headers = bearer(tokens.create_token("short", Role.VIEWER, expires_at=expires_at).secret)
    assert Client().get("/tasks/", headers=headers).status_code == 200

    eventually(lambda: Client().get("/tasks/", headers=headers).status_code == 401, seconds=5)


def test_a_login_of_another_kind_is_for_the_proxy_that_asked_for_it(guarded, settings):
    headers = {"Authorization": "Basic YWxhZGRpbjpvcGVuc2VzYW1l"}
    assert Client().get("/tasks/", headers=headers).status_code == 401

    settings.API_AUTH = "open"
    assert Client().get("/tasks/", headers=headers).status_code == 200


def test_why_a_token_was_made_is_in_the_log_beside_what_it_is(guarded, make_token):
    headers = bearer(make_token(Role.ADMIN).secret) | {"X-Request-Reason": "ticket 7"}
    body = {"query": CREATE, "variables": {"input": {"name": "new", "role": "VIEWER"}}}
    Client().post("/graphql/", body, content_type="application/json", headers=headers)

    message = ClusterEvent.objects.latest("id").message
    assert message.startswith("new (VIEWER, cst_")
    assert message.endswith("…): ticket 7")


def test_a_token_that_lasts_too_long_is_refused(guarded):
    with pytest.raises(CommandError, match="days"):
        call_command("token", "create", "eternal", "--days", "99999999")


def test_tokens_are_made_listed_and_revoked_on_the_command_line(guarded, capsys):
    call_command("token", "create", "a script", "--role", "OPERATOR", "--days", "1")
    secret = capsys.readouterr().out.strip()
    created = Client().post(
        "/tasks/", {"a": 1, "b": 2}, content_type="application/json", headers=bearer(secret)
    )
    assert created.status_code == 201
    token = ApiToken.objects.get()
    assert token.expires_at

    call_command("token", "list", stdout=(listed := StringIO()))
    assert f"{token.pk} {secret[:8]}… OPERATOR" in listed.getvalue()
    assert secret not in listed.getvalue()
    call_command("token", "revoke", str(token.pk))
    assert ApiToken.objects.get().revoked_at


def test_what_a_token_does_is_in_the_log_with_its_id_and_the_reason(guarded, make_token):
    made = make_token(Role.OPERATOR, name="nightly")
    headers = bearer(made.secret) | {"X-Request-Reason": "ticket 7"}
    Client().post("/tasks/", {"a": 1, "b": 2}, content_type="application/json", headers=headers)
    Client().post(
        "/graphql/",
        {"query": 'mutation { pauseQueue(input: { name: "default" }) { errors { code } } }'},
        content_type="application/json",
        headers=headers,
    )
    id = Task.objects.get().pk
    cancel = f'mutation {{ cancelTask(input: {{ id: "{id}" }}) {{ errors {{ code }} }} }}'
    Client().post("/graphql/", {"query": cancel}, content_type="application/json", headers=headers)

    lines = ClusterEvent.objects.exclude(kind="TOKEN_CREATED").order_by("id")
    assert list(lines.values_list("kind", "actor", "token_id", "message")) == [
        ("TASK_CREATED", "nightly", made.token.pk, "ticket 7"),
        ("QUEUE_PAUSED", "nightly", made.token.pk, "ticket 7"),
        ("TASK_CANCELLED", "nightly", made.token.pk, "Cancelled: ticket 7"),
    ]


@pytest.mark.slow
def test_a_connection_ends_soon_after_its_token_was_revoked(transactional_db, make_token):
    made = make_token(Role.VIEWER)
    follow = {"query": "subscription { taskStatusChanged { version } }"}
    with (
        running_cluster(API_AUTH="token") as server,
        socket(server, init=False) as client,
        stream(server, follow, **bearer(made.secret)) as response,
    ):
        client.init(**bearer(made.secret))
        client.follow()
        client.ping()
        assert response.status == 200

        tokens.revoke_token(made.token.pk)

        def is_closed():
            try:
                client.ping()
            except Exception:  # noqa: BLE001  closed
                return True

        eventually(is_closed, seconds=60)
        assert client.close_code() == 4401
        assert b"next" not in response.read()  # it ends
