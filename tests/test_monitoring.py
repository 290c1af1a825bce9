"""What looks after the system from outside: is it ready, and what do its logs say."""

import json
import logging

import pytest
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client, RequestFactory

from project.logs import JsonLines, RequestId, WithRequestId
from project.settings import LOGGING
from tasks_app import dispatch


@pytest.fixture
def broker_away(monkeypatch):
    def unavailable():
        raise dispatch.BrokerUnavailableError

    monkeypatch.setattr(dispatch, "check_broker", unavailable)


@pytest.fixture
def database_away(monkeypatch):
    def away(*args, **kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "cursor", away)


def ready():
    response = Client().get("/readyz/")
    return response.status_code, response.json()


@pytest.mark.django_db
def test_it_is_ready():
    assert ready() == (200, {"database": "ok", "broker": "ok"})


@pytest.mark.django_db
def test_it_is_ready_without_the_broker(broker_away):
    assert ready() == (200, {"database": "ok", "broker": "away"})


@pytest.mark.django_db
def test_it_is_not_ready_without_the_database(database_away):
    assert ready() == (503, {"database": "away", "broker": "ok"})
    assert Client().get("/metrics").status_code == 503


@pytest.mark.parametrize("given", ["order-7", "a/b:c.d+e=f"])
def test_a_request_keeps_its_id(given):
    response = Client().get("/healthz/", headers={"X-Request-ID": given})

    assert response.headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "a b", "é", "x" * 129])
def test_a_request_without_a_fit_id_gets_one(given):
    ids = {
        Client().get("/healthz/", headers={"X-Request-ID": given}).headers["X-Request-ID"]
        for _ in range(2)
    }

    assert len(ids) == 2
    assert all(len(id) == 32 for id in ids)


def test_a_line_of_json_has_the_ids_of_its_request_and_what_was_given_with_it():
    lines = []

    def answer(request):
        about = {"node": "node-1", "task_ids": ["x"]}
        record = logging.makeLogRecord(
            {"name": "tests", "levelname": "INFO", "msg": "ran %d", "args": (2,)} | about
        )
        WithRequestId().filter(record)
        lines.append(json.loads(JsonLines().format(record)))
        return HttpResponse()

    RequestId(answer)(RequestFactory().get("/", headers={"X-Request-ID": "order-7"}))

    [line] = lines
    assert line.pop("time").endswith("+00:00")
    assert line == {
        **{"level": "INFO", "logger": "tests", "message": "ran 2"},
        **{"node": "node-1", "task_ids": ["x"], "request_id": "order-7"},
    }


def test_both_formats_are_there():
    formatters = LOGGING["formatters"]
    assert isinstance(formatters, dict)
    assert set(formatters) == {"json", "line"}
