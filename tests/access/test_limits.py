"""How much may be asked, and how often one may guess."""

import os
import subprocess
import sys

import pytest
from django.test import Client
from redis import Redis

from tasks_app.models import Role
from tests.access.conftest import bearer
from tests.api.graphql.operations.test_persisted_documents import persisted, sha256
from tests.engines import valkey
from tests.subscriptions.client import socket
from tests.support.cluster import running_cluster

GUESS = {"username": "admin", "password": "admin"}


@pytest.fixture(autouse=True)
def nothing_is_counted_yet(settings):
    Redis.from_url(settings.REDIS_URL).flushdb()


def test_request_over_the_limit_is_refused_until_the_next_window(guarded, settings, make_token):
    settings.API_RATE = "3/minute"
    one, other = make_token(), make_token()

    answers = [Client().get("/tasks/", headers=bearer(one.secret)) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[3]["Retry-After"]) <= 60
    assert "Too many" in answers[3].json()["detail"]
    assert Client().get("/tasks/", headers=bearer(other.secret)).status_code == 200
    assert Client().get("/healthz/").status_code == 200


def test_graphql_request_beyond_the_limit_gets_a_graphql_error(guarded, settings, make_token):
    settings.API_RATE = "1/minute"
    headers = bearer(make_token().secret)

    answers = [Client().get("/graphql/?query={__typename}", headers=headers) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 429]
    [error] = answers[1].json()["errors"]
    assert error["extensions"]["code"] == "RATE_LIMITED"
    assert error["extensions"]["retryAfter"] == int(answers[1]["Retry-After"])


def test_failed_authentication_is_limited_for_its_client_only(guarded, settings, make_token):
    settings.API_FAILURE_RATE = "3/minute"
    made = make_token()

    statuses = [Client().get("/tasks/", headers=bearer(f"cst_{n}")).status_code for n in range(5)]

    assert statuses == [401, 401, 401, 429, 429]
    assert Client().get("/tasks/", headers=bearer(made.secret)).status_code == 200
    assert Client().post("/login/", GUESS).status_code == 200


@pytest.mark.parametrize("page", ["/login/", "/admin/login/"])
def test_passwords_are_guessed_no_faster(guarded, settings, page):
    settings.API_FAILURE_RATE = "3/minute"

    statuses = [Client().post(page, GUESS).status_code for _ in range(4)]

    assert statuses == [200, 200, 200, 429]


def test_no_other_site_can_use_up_the_tries_of_an_address(guarded, settings):
    settings.API_FAILURE_RATE = "3/minute"

    foreign = Client(enforce_csrf_checks=True)
    statuses = [foreign.post("/login/", GUESS).status_code for _ in range(4)]

    assert statuses == [403] * 4
    assert Client().post("/login/", GUESS).status_code == 200


@pytest.mark.parametrize("name", ["API_RATE", "API_FAILURE_RATE"])
def test_a_rate_that_is_none_is_refused_at_the_start(name):
    started = subprocess.run(
        [sys.executable, "manage.py", "check"],
        env=os.environ | {name: "6000"},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert started.returncode != 0
    assert f"{name} is like 600/minute" in started.stderr


def test_without_valkey_requests_are_not_limited(guarded, settings, make_token):
    settings.API_RATE = "1/minute"
    headers = bearer(make_token().secret)
    assert valkey is not None
    valkey.pause()
    try:
        statuses = [Client().get("/tasks/", headers=headers).status_code for _ in range(3)]
    finally:
        valkey.resume()

    assert statuses == [200, 200, 200]


def test_web_processes_count_together_and_sockets_too(transactional_db, make_token):
    made = make_token(Role.VIEWER)
    limited = {"API_AUTH": "token", "API_RATE": "5/minute"}
    with (
        running_cluster(**limited) as one,
        running_cluster(**limited) as other,
        socket(one, init=False) as client,
        socket(other, init=False) as second,
    ):
        client.init(**bearer(made.secret))
        for id in ("1", "2"):
            client.subscribe("{ viewer { name } }", id=id)
            assert client.data(id=id) == {"name": "somebody"}
            assert client.receive()["type"] == "complete"
        second.init(**bearer(made.secret))
        second.subscribe("{ viewer { name } }")
        assert second.data() == {"name": "somebody"}

        client.subscribe("{ viewer { name } }", id="3")
        error = client.receive()
        assert error["type"] == "error"
        assert error["payload"][0]["extensions"]["code"] == "RATE_LIMITED"


def test_hashes_of_documents_count_over_a_socket(transactional_db, make_token):
    known, unknown = "{ viewer { role } }", "{ viewer { name } }"
    limited = {"API_AUTH": "token", "API_RATE": "3/minute"}
    with running_cluster(**limited) as server, socket(server, init=False) as client:
        client.init(**bearer(make_token().secret))
        client.send("subscribe", id="1", payload=persisted(sha256(known), query=known))
        assert client.data() == {"role": "VIEWER"}
        assert client.receive()["type"] == "complete"

        codes = []
        for hash in (unknown, unknown, known):
            client.send("subscribe", id="2", payload=persisted(sha256(hash)))
            [error] = client.receive()["payload"]
            codes.append(error["extensions"]["code"])
    assert codes == ["PERSISTED_QUERY_NOT_FOUND", "RATE_LIMITED", "RATE_LIMITED"]
