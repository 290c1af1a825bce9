"""Insecure settings that are refused, closed ports, and messages that Celery ignores."""

import os
import secrets
import subprocess
import sys

import pytest
from django.test import Client
from django_celery_beat.models import PeriodicTask

from project.binding import is_loopback, set_default_api_auth


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.7", False),
        ("example.org", False),
    ],
)
def test_which_addresses_only_this_machine_reaches(host, expected):
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("-m project.web --host 0.0.0.0", {}),
        ("-m project.web", {"UVICORN_HOST": "0.0.0.0"}),
        ("-m project.web --uds /tmp/web.sock", {}),
        ("-m project.web", {"PUBLISHED_AT": "0.0.0.0"}),
        ("manage.py up --host 0.0.0.0", {}),
        ("manage.py up --hos=0.0.0.0", {}),
    ],
)
def test_open_access_is_refused_on_public_addresses(command, said, tmp_path):
    environment = {key: value for key, value in os.environ.items() if key != "API_AUTH"}
    options = [] if "project.web" in command else [f"--state={tmp_path}"]

    ended = subprocess.run(
        [sys.executable, *command.split(), *options],
        env=environment | said,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert ended.returncode == 1
    assert "API_AUTH=token" in ended.stderr
    assert "token create" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, "open"),
        ({"API_AUTH": "token"}, "token"),
        ({"ALLOWED_HOSTS": "cluster.example.org"}, "token"),
        ({"HTTPS": "true"}, "token"),
        ({"HTTPS": "true", "API_AUTH": "open"}, "open"),
    ],
)
def test_a_proxy_on_this_machine_opens_nothing_by_itself(monkeypatch, said, expected):
    for name in ("ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "HTTPS", "API_AUTH"):
        monkeypatch.setenv(name, said.get(name, ""))
    set_default_api_auth("127.0.0.1")

    assert os.environ["API_AUTH"] == expected


def test_django_has_nothing_to_say_of_a_deployment_behind_tls():
    environment = os.environ | {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "HTTPS": "true",
        "API_AUTH": "token",
        "ALLOWED_HOSTS": "cluster.example.org",
    }
    checked = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert checked.returncode == 0, checked.stderr


def test_a_schedule_names_neither_a_task_nor_a_header(db):
    harmless = {"a": 1, "b": 2, "scheduled_at": "2030-01-01T00:00:00Z", "interval": 60}
    for extra in ({}, {"task": "os.system", "headers": {"x": 1}, "routing_key": "x", "kwargs": {}}):
        answer = Client().post(
            "/task-schedules/", harmless | extra, content_type="application/json"
        )
        assert answer.status_code == 201, answer.content

    one, other = PeriodicTask.objects.order_by("pk").values(
        "task", "args", "queue", "exchange", "routing_key", "headers"
    )
    assert one["task"] == other["task"]
    assert "os.system" not in str(other)
    assert (other["queue"], other["routing_key"], other["headers"]) == (
        one["queue"],
        one["routing_key"],
        one["headers"],
    )
