"""The browsable API, OPTIONS and the examples of OpenAPI."""

import re

import pytest
import yaml
from django.contrib.auth import get_user_model
from django.test import Client
from rest_framework.test import APIClient

from tasks_app.models import Role, Task, TaskSchedule
from tasks_app.services.access import tokens

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("node")]

# What browsers send.
HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


class Browser:
    """A browser that has a CSRF cookie, if a page has set one."""

    def __init__(self):
        self.client = Client(enforce_csrf_checks=True, headers={"Accept": HTML})

    def __call__(self, method, path, body=None, **options):
        response = getattr(self.client, method)(path, body, **options)
        assert response["Content-Type"] == "text/html; charset=utf-8", response.content
        return response


@pytest.fixture
def browse():
    return Browser()


def hidden_token(page):
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode())[1]


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "application/*"])
def test_json_is_the_default(client, accept):
    headers = {"Accept": accept} if accept else {}

    assert client.get("/tasks/", headers=headers)["Content-Type"] == "application/json"


def test_pages_of_each_url_have_forms(browse, make_task, make_schedule):
    task, schedule = make_task(), make_schedule(a=41)
    forms = {
        "/tasks/": ['id="post-object-form"', 'name="priority"', "filtersModal", 'name="status"'],
        f"/tasks/{task.pk}/": ["&quot;results&quot;"],
        "/task-schedules/": ['id="post-object-form"', 'name="misfire_grace"'],
        f"/task-schedules/{schedule.pk}/": ['id="put-object-form"', 'value="41"', "deleteModal"],
    }
    for path, expected in forms.items():
        page = browse("get", path)
        assert page.status_code == 200
        for text in (*expected, 'data-method="OPTIONS"', "browsable.css"):
            assert text in page.content.decode(), (path, text)


def test_pages_obey_a_strict_policy_and_load_nothing_from_elsewhere(browse, make_schedule):
    make_schedule()
    for path in (
        "/tasks/",
        "/task-schedules/",
        f"/task-schedules/{TaskSchedule.objects.get().pk}/",
    ):
        page = browse("get", path)
        text = page.content.decode()
        assert "script-src 'self'; style-src 'self';" in page["Content-Security-Policy"]
        assert page["Cache-Control"] == "no-store"
        assert not re.findall(r"<style|\sstyle=|\son\w+=|javascript:", text)
        assert not re.findall(r"<script(?! src=\"/static/| type=\"application/json\")", text)
        assert not re.findall(r'(?:src|href|action)="(?:https?:)?//(?!testserver)', text)


@pytest.mark.parametrize("end", ["", "/"])
def test_breadcrumbs_name_each_page_once(browse, make_schedule, end):
    page = browse("get", f"/task-schedules/{make_schedule().pk}{end}").content.decode()

    crumbs = re.search(r'class="breadcrumb">(.*?)</ul>', page, re.DOTALL)[1]
    assert re.findall(r">([^<>]+)</a>", crumbs) == ["Schedule List", "Schedule Detail"]


def test_form_creates_a_task_and_the_page_shows_it(browse):
    token = hidden_token(browse("get", "/tasks/"))

    page = browse(
        "post", "/tasks/", {"a": "2", "b": "3", "queue": "", "csrfmiddlewaretoken": token}
    )

    assert page.status_code == 201
    assert str(Task.objects.get().pk) in page.content.decode()
    assert 'id="post-object-form"' in page.content.decode()


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"a": "x7", "b": "3"}, "A valid integer is required."),
        ({"a": "77", "b": "3", "queue": "nowhere"}, "queue"),
    ],
)
def test_refused_form_keeps_its_values_and_shows_errors(browse, body, error):
    page = browse("post", "/tasks/", body)

    text = page.content.decode()
    assert page.status_code == 400
    assert f'value="{body["a"]}"' in text
    assert error in text
    assert text.count("has-error") == 1


@pytest.mark.parametrize("content_type", ["application/json", "text/plain"])
@pytest.mark.parametrize("body", ["{", "[1]", "5"])
def test_malformed_bodies_have_pages_too(browse, body, content_type):
    page = browse("post", "/tasks/", body, content_type=content_type)

    assert page.status_code in (400, 415)


def test_pages_change_and_delete_schedules(browse, make_schedule):
    path = f"/task-schedules/{make_schedule().pk}/"
    change = {"a": 7, "b": 8, "at": "2031-01-01T00:00:00Z"}

    page = browse("put", path, change, content_type="application/json")
    assert page.status_code == 200
    assert 'value="7"' in page.content.decode()
    refused = browse("put", path, {"a": "x"}, content_type="application/json")
    assert refused.status_code == 400
    assert browse("delete", path).status_code == 200
    assert browse("get", path).status_code == 404
    assert not TaskSchedule.objects.exists()


def test_session_uses_forms_with_its_csrf_token(browse, settings):
    settings.API_AUTH = "token"
    page = browse("get", "/tasks/")
    assert page.status_code == 401
    assert 'href="/login/?next=/tasks/"' in page.content.decode()

    user = get_user_model()._default_manager.create_user("ann", is_superuser=True)
    browse.client.force_login(user)
    page = browse("get", "/tasks/")
    assert "ann" in page.content.decode()
    body = {"a": "2", "b": "3"}
    assert browse.client.post("/tasks/", body).status_code == 403
    created = browse("post", "/tasks/", body | {"csrfmiddlewaretoken": hidden_token(page)})
    assert created.status_code == 201


def test_viewer_sees_pages_without_forms(browse, settings):
    settings.API_AUTH = "token"
    secret = tokens.create_token("reader", Role.VIEWER).secret
    headers = {"Authorization": f"Bearer {secret}"}

    page = browse("get", "/tasks/", headers=headers)

    assert page.status_code == 200
    assert 'id="post-object-form"' not in page.content.decode()
    assert browse("post", "/tasks/", {"a": 1, "b": 2}, headers=headers).status_code == 403


def test_options_describe_the_fields(make_schedule):
    api = APIClient()
    metadata = api.options("/tasks/").data
    fields = metadata["actions"]["POST"]

    assert metadata["parses"] == [
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    ]
    assert metadata["renders"] == ["application/json", "text/html"]
    assert (fields["a"]["required"], fields["a"]["max_value"]) == (True, 2**63 - 1)
    assert (fields["priority"]["required"], fields["priority"]["type"]) == (False, "integer")
    options = api.options("/task-schedules/").data["actions"]["POST"]
    assert [each["value"] for each in options["overlap"]["choices"]] == [
        *("SKIP", "QUEUE_ONE", "CANCEL_RUNNING", "ALLOW"),
    ]
    assert [each["value"] for each in options["catch_up"]["choices"]] == ["LATEST", "ALL", "NONE"]
    assert "cron" in api.options(f"/task-schedules/{make_schedule().pk}/").data["actions"]["PUT"]
    assert "actions" not in api.options(f"/tasks/{Task.objects.get().pk}/").data


@pytest.mark.parametrize("path", ["/tasks/", "/task-schedules/"])
def test_not_allowed_methods_name_the_allowed_ones(path):
    response = APIClient().patch(path)

    assert (response.status_code, response["Allow"]) == (405, "GET, POST, HEAD, OPTIONS")


def test_examples_of_openapi_succeed(client, make_schedule):
    document = yaml.safe_load(client.get("/api/schema/").content)
    count = 0
    for path, operations in document["paths"].items():
        for method in {"post", "put"} & operations.keys():
            content = operations[method]["requestBody"]["content"]
            examples = content["application/json"]["examples"]
            url = path.replace("{id}", str(make_schedule().pk))
            for example in examples.values():
                answer = getattr(client, method)(
                    url, example["value"], content_type="application/json"
                )
                assert answer.status_code in (200, 201), answer.json()
                count += 1
    assert count == 9


def test_openapi_says_that_forms_are_accepted(client):
    document = yaml.safe_load(client.get("/api/schema/").content)

    assert set(document["paths"]["/tasks/"]["post"]["requestBody"]["content"]) == {
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    }
