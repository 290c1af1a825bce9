"""Django REST framework's test client, as it is: its requests are multipart forms."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from tasks_app.models import Role
from tasks_app.services.access import tokens

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(settings):
    settings.API_AUTH = "token"
    return APIClient()


@pytest.fixture
def authenticated(api):
    token = tokens.create_token("library", Role.OPERATOR).secret
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return api


def test_token_is_required(api):
    for response in (api.get("/tasks/"), api.post("/tasks/", {"a": 1, "b": 2})):
        assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")


def test_objects_are_created_read_changed_and_deleted(authenticated):
    task = authenticated.post("/tasks/", {"a": 1, "b": 2}).data
    assert authenticated.get(task["url"]).data["id"] == task["id"]

    rule = {"scheduled_at": "2031-01-01T00:00:00Z", "interval": 60}
    schedule = authenticated.post("/task-schedules/", {"a": 1, "b": 2, **rule}).data
    changed = authenticated.put(schedule["url"], {"a": 7, "b": 2, **rule}).data
    assert changed["task"]["a"] == 7
    assert authenticated.delete(schedule["url"]).status_code == 204


def test_pages_are_linked(authenticated):
    for a in range(5):
        authenticated.post("/tasks/", {"a": a, "b": 0})
    found, url = [], "/tasks/?limit=2"
    while url:
        response = authenticated.get(url)
        found += [task["a"] for task in response.data]
        link = re.search(r"<(.*?)>", response.get("Link", ""))
        url = link[1] if link else ""
    assert found == [4, 3, 2, 1, 0]


def test_file_is_refused(authenticated):
    response = authenticated.post("/tasks/", {"a": SimpleUploadedFile("a", b"2"), "b": 1})
    assert (response.status_code, list(response.data)) == (400, ["a"])
