"""People: they log in, and what their browser sends for others is refused."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from websockets.exceptions import InvalidStatus

from tasks_app.models import Task
from tasks_app.services.access import authentication
from tests.subscriptions.client import socket
from tests.subscriptions.test_event_stream import stream
from tests.support.cluster import running_cluster

PASSWORD = "correct horse battery"
TASK = {"a": 1, "b": 2}
MUTATION = {"query": "mutation { createTask(input: { a: 1, b: 2 }) { task { uuid } } }"}
APIS = [("/tasks/", TASK), ("/graphql/", MUTATION)]


@pytest.fixture
def make_user(db):
    def make(**rights):
        users = get_user_model()._default_manager
        return users.create_user("ann", password=PASSWORD, **rights)

    return make


def login(client):
    page = client.get("/login/")
    token = page.cookies["csrftoken"].value
    answer = client.post(
        "/login/?next=/app/tasks",
        {"username": "ann", "password": PASSWORD, "next": "/app/tasks"},
        headers={"X-CSRFToken": token},
    )
    assert (answer.status_code, answer["Location"]) == (302, "/app/tasks")


@pytest.mark.parametrize("path", ["/", "/app/tasks?status=FAILED", "/graphql/"])
def test_who_has_not_logged_in_is_asked_to_and_comes_back(guarded, path):
    answer = Client().get(path, headers={"Accept": "text/html"})

    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/?next=")


@pytest.mark.parametrize(
    ("rights", "status"), [({}, 403), ({"is_staff": True}, 201), ({"is_superuser": True}, 201)]
)
def test_a_session_may_what_its_user_may(guarded, make_user, rights, status):
    make_user(**rights)
    client = Client(enforce_csrf_checks=True)
    login(client)

    headers = {"X-CSRFToken": client.cookies["csrftoken"].value}
    answer = client.post("/tasks/", TASK, content_type="application/json", headers=headers)

    assert answer.status_code == status
    assert client.get("/tasks/").status_code == 200


@pytest.mark.parametrize(("path", "body"), APIS)
@pytest.mark.parametrize("mode", ["token", "open"])
def test_a_session_changes_nothing_without_the_csrf_token(
    guarded, make_user, settings, path, body, mode
):
    settings.API_AUTH = mode
    make_user(is_superuser=True)
    client = Client(enforce_csrf_checks=True)
    client.force_login(get_user_model()._default_manager.get())

    for headers in {}, {"Authorization": "Basic YWxhZGRpbjpvcGVuc2VzYW1l"}:
        answer = client.post(path, body, content_type="application/json", headers=headers)

        assert answer.status_code == 403
    assert not Task.objects.exists()


@pytest.mark.parametrize("key", ["a" * 32, "aaaaaaaa\0", "é" * 32, "'; --------"])
def test_cookie_without_a_session_is_anonymous(guarded, key):
    client = Client()
    client.cookies["sessionid"] = key

    assert client.get("/tasks/").status_code == 401
    assert authentication.session_user(key) is None


def test_client_is_anonymous_after_logout(guarded, make_user):
    make_user()
    client = Client(enforce_csrf_checks=True)
    login(client)
    client.post("/logout/", headers={"X-CSRFToken": client.cookies["csrftoken"].value})

    assert client.get("/tasks/").status_code == 401


@pytest.fixture
def server(transactional_db):
    with running_cluster(API_AUTH="token") as cluster:
        yield cluster


def test_sockets_and_streams_know_the_session_and_no_other_site_can_use_it(server, make_user):
    make_user(is_superuser=True)
    client = Client()
    client.force_login(get_user_model()._default_manager.get())
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    home, foreign = f"http://127.0.0.1:{server.port}", "https://evil.example"

    with socket(server, origin=home, additional_headers={"Cookie": cookie}) as ours:
        ours.subscribe("{ viewer { name } }")
        assert ours.data() == {"name": "ann"}
    with (
        pytest.raises(InvalidStatus, match="403"),
        socket(server, origin=foreign, additional_headers={"Cookie": cookie}),
    ):
        pass
    for origin, status in ((home, 200), (foreign, 401), (None, 403)):
        headers = {"Cookie": cookie} | ({"Origin": origin} if origin else {})
        with stream(server, MUTATION, **headers) as response:
            assert response.status == status
            response.read()
    assert Task.objects.count() == 1
