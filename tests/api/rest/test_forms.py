"""Form bodies, and what DRF's own test client sends by default."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from tasks_app.models import Role, Task, TaskSchedule
from tasks_app.services.access import tokens

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("node")]

FORM = "application/x-www-form-urlencoded"
INTERVAL = {"scheduled_at": "2031-01-01T00:00:00Z", "interval": "60"}
MAX = 2**63 - 1


@pytest.fixture
def api():
    return APIClient()


@pytest.fixture
def post_form(client):
    def post_form(body, path="/tasks/", **headers):
        return client.post(path, body, content_type=FORM, headers=headers)

    return post_form


def test_client_of_drf_creates_a_task_by_its_default_format(api):
    response = api.post("/tasks/", {"a": MAX, "b": -2, "priority": 9})

    assert response.status_code == 201
    task = Task.objects.get(pk=response.data["id"])
    assert (task.a, task.b, task.priority, task.duration_ms) == (MAX, -2, 9, 0)


def test_url_encoded_form_creates_a_task_and_blank_fields_have_defaults(post_form):
    response = post_form("a=+2&b=3.0&priority=&queue=&run_at=&slots=2")

    assert response.status_code == 201
    task = Task.objects.get()
    assert (task.a, task.b, task.priority, task.slots) == (2, 3, 5, 2)
    assert (task.queue_id, task.run_at) == ("default", None)


@pytest.mark.parametrize("format", ["json", "multipart"])
@pytest.mark.parametrize("number", [str(MAX), str(-MAX - 1), "007", "+5", " 5 "])
def test_numeric_strings_are_exact(api, number, format):
    response = api.post("/tasks/", {"a": number, "b": "0"}, format=format)

    assert (response.status_code, response.json()["a"]) == (201, int(number))


@pytest.mark.parametrize("format", ["json", "multipart"])
@pytest.mark.parametrize(
    "text", ["", "x", "1.5", "1e3", "1_000", "0x10", "٣", "NaN", str(2**63), "9" * 5000, "true"]
)
def test_other_strings_are_refused_by_field(api, text, format):
    response = api.post("/tasks/", {"a": text, "b": "1"}, format=format)

    assert (response.status_code, list(response.json())) == (400, ["a"])


@pytest.mark.parametrize(
    "recurrence", [INTERVAL, {"cron": "0 9 * * *"}, {"at": "2031-01-01T00:00"}]
)
def test_forms_create_and_change_schedules(api, recurrence):
    blank = dict.fromkeys(("scheduled_at", "interval", "cron", "at", "max_runs"), "")

    created = api.post("/task-schedules/", blank | {"a": "1", "b": "2"} | recurrence)
    changed = api.put(created.data["url"], blank | {"a": "7", "b": "2"} | recurrence)

    assert (created.status_code, changed.status_code) == (201, 200)
    assert changed.json()["task"]["a"] == 7
    assert TaskSchedule.objects.get().max_runs is None


def test_form_without_recurrence_is_refused_by_field(api):
    response = api.post("/task-schedules/", {"a": "1", "b": "2", "cron": "", "at": ""})

    assert response.status_code == 400
    assert sorted(response.json()) == ["interval", "scheduled_at"]


def test_file_is_not_a_number(api):
    response = api.post("/tasks/", {"a": SimpleUploadedFile("a", b"2"), "b": "1"})

    assert (response.status_code, list(response.json())) == (400, ["a"])


@pytest.mark.parametrize("with_session", [False, True])
@pytest.mark.parametrize("content_type", [FORM, None])
def test_form_that_is_too_large_is_refused_and_not_cut(
    django_user_model, settings, content_type, with_session
):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    client = APIClient()
    if with_session:  # Then the form is parsed already, for its CSRF token.
        client.force_login(django_user_model._default_manager.create_user("ann", is_superuser=True))

    fields = {"a": "1", "x": SimpleUploadedFile("x", b"x" * 1000), "b": "2"}
    body = "a=1&x=" + "x" * 1000 + "&b=2" if content_type else fields
    response = client.post("/tasks/", body, content_type=content_type)

    assert (response.status_code, list(response.json())) == (400, ["detail"])
    assert not Task.objects.exists()


@pytest.mark.parametrize(
    "body", ["a=1&b=2&" + "c=1&" * 2000, "a=%00&b=1", "a=%ff&b=1"], ids=["many", "nul", "latin"]
)
def test_malformed_forms_are_refused(post_form, body):
    response = post_form(body)

    assert response.status_code == 400
    assert not Task.objects.exists()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 201),
        ({"Origin": "http://testserver"}, 201),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}, 201),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
    ids=str,
)
@pytest.mark.parametrize("content_type", [FORM, "application/json"])
def test_forms_of_other_sites_are_refused(client, headers, status, content_type):
    body = "a=1&b=2" if content_type == FORM else json.dumps({"a": 1, "b": 2})

    response = client.post("/tasks/", body, content_type=content_type, headers=headers)

    # A browser asks before it sends JSON to another site, and the API does not permit it.
    assert response.status_code == (status if content_type == FORM else 201)


def test_trusted_origin_and_token_may_send_forms(post_form, settings):
    foreign = {"Origin": "https://app.example", "Sec-Fetch-Site": "cross-site"}
    token = tokens.create_token("script", Role.OPERATOR).secret

    assert post_form("a=1&b=2", **foreign, Authorization=f"Bearer {token}").status_code == 201
    settings.CSRF_TRUSTED_ORIGINS = ["https://app.example"]
    assert post_form("a=1&b=2", **foreign).status_code == 201


def test_session_needs_the_csrf_token_in_the_form(django_user_model, settings):
    settings.API_AUTH = "token"
    user = django_user_model._default_manager.create_user("ann", is_superuser=True)
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(user)
    client.get("/login/")
    client.get("/", headers={"Accept": "text/html"})
    body = {"a": "1", "b": "2"}

    assert client.post("/tasks/", body).status_code == 403
    assert "csrftoken" in client.cookies
    token = client.cookies["csrftoken"].value
    assert client.post("/tasks/", body | {"csrfmiddlewaretoken": token}).status_code == 201
