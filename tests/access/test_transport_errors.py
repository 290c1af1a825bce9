"""Errors of the transport of GraphQL, each in the media type that the client accepts."""

import pytest
from django.db import OperationalError
from django.test import Client
from redis import Redis

from tasks_app.services.access import authentication
from tests.access.conftest import bearer

QUERY = {"query": "{ __typename }"}
CODES = {
    400: "BAD_REQUEST",
    401: "UNAUTHENTICATED",
    405: "METHOD_NOT_ALLOWED",
    413: "PAYLOAD_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    429: "RATE_LIMITED",
    503: "DATABASE_UNAVAILABLE",
}


def unavailable(*_, **__):
    raise OperationalError("gone")


@pytest.mark.parametrize("path", ["/graphql/", "/graphql"])
@pytest.mark.parametrize(
    "media_type", ["application/json", "application/graphql-response+json"], ids=["old", "new"]
)
@pytest.mark.parametrize("status", CODES)
def test_error_has_a_code_in_the_accepted_media_type(
    guarded, settings, monkeypatch, make_token, status, media_type, path
):
    Redis.from_url(settings.REDIS_URL).flushdb()
    client = Client(headers={"Accept": media_type, **bearer(make_token().secret)})

    def post(body=QUERY, content_type="application/json", **headers):
        return client.post(path, body, content_type=content_type, headers=headers)

    match status:
        case 400:
            response = post("{")
        case 401:
            response = post(Authorization="Bearer wrong")
        case 405:
            response = client.put(path, QUERY, content_type="application/json")
            assert response["Allow"] == "GET, POST"
        case 413:
            response = post(" " * 1_000_001)
        case 415:
            response = post("query", "text/plain")
        case 429:
            settings.API_RATE = "1/minute"
            assert post().status_code == 200
            response = post()
            assert int(response["Retry-After"]) > 0
        case 503:
            monkeypatch.setattr(authentication, "authenticate", unavailable)
            response = post()
            assert int(response["Retry-After"]) > 0

    assert (response.status_code, response["Content-Type"]) == (
        status,
        f"{media_type}; charset=utf-8",
    )
    [error] = response.json()["errors"]
    assert error["extensions"]["code"] == CODES[status]
    assert error["message"]
