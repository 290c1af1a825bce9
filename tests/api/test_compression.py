"""Compression: as the client accepts it, never of small responses, and never late."""

import gzip
import json
import zlib
from contextlib import closing
from http.client import HTTPConnection

import brotli
import pytest
import zstandard

from tests.support.cluster import running_cluster

DECODERS = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda body: zstandard.ZstdDecompressor().decompressobj().decompress(body),
    None: bytes,
}
INTROSPECTION = json.dumps({"query": "{ __schema { types { name description } } }"})


@pytest.fixture(scope="module")
def server(django_db_setup, tmp_path_factory):
    static = tmp_path_factory.mktemp("static")
    (static / "large.css").write_text("p { color: black }\n" * 1_000)
    with running_cluster(STATIC_ROOT=str(static)) as cluster:
        yield cluster


@pytest.fixture
def get(server, transactional_db):
    """Send a request with `Accept-Encoding`; return the response and its decoded body."""

    def get(path, encoding=None, *, method="GET", body=None, **headers):
        headers = {"Content-Type": "application/json", **headers}
        if encoding is not None:
            headers["Accept-Encoding"] = encoding
        with closing(HTTPConnection("127.0.0.1", server.port, timeout=20)) as connection:
            # http.client would add `Accept-Encoding: identity`.
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body and body.encode())
            response = connection.getresponse()
            content = response.read()
        return response, content and DECODERS[response.headers["Content-Encoding"]](content)

    return get


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("gzip", "gzip"),
        ("br", "br"),
        ("gzip, deflate, br", "br"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("identity", None),
        ("nonsense;q=much", None),
        ("", None),
        (None, None),
    ],
)
@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
def test_graphql_response_has_the_best_accepted_encoding(get, accepted, expected, accept):
    post = {"method": "POST", "body": INTROSPECTION, "Accept": accept}
    plain = get("/graphql/", **post)[1]
    response, body = get("/graphql/", accepted, **post)

    assert (response.status, response.headers["Content-Encoding"]) == (200, expected)
    assert body == plain
    assert response.headers["Content-Type"].startswith(accept)
    assert {each.strip() for each in response.headers["Vary"].split(",")} >= {
        "Accept",
        "Accept-Encoding",
    }


@pytest.mark.parametrize("path", ["/tasks/", "/api/schema/", "/static/large.css", "/metrics"])
def test_responses_of_other_paths_are_compressed(get, make_task, path):
    for _ in range(10):
        make_task()
    response, body = get(path, "gzip")
    assert response.headers["Content-Encoding"] == "gzip"
    assert len(body) > 1_000


def test_small_response_is_sent_as_it_is(get):
    body = json.dumps({"query": "{ __typename }"})
    response, content = get("/graphql/", "gzip, br, zstd", method="POST", body=body)
    assert response.headers["Content-Encoding"] is None
    assert response.headers["Content-Length"] == str(len(content))


def test_tag_holds_for_every_encoding(get, make_task):
    for _ in range(10):
        make_task()
    for path in ("/tasks/", "/static/large.css"):
        compressed, _ = get(path, "gzip")
        # The tag of a compressed file is weak: its bytes are others than those of the file.
        assert compressed.headers["ETag"].startswith('W/"'), path
        for accepted in ("gzip", "br", None):
            tag = {"If-None-Match": compressed.headers["ETag"]}
            response, body = get(path, accepted, **tag)
            assert (response.status, body) == (304, b""), path
            assert "Accept-Encoding" in response.headers["Vary"], path


def test_tag_of_a_file_that_is_not_compressed_stays_strong(get):
    assert get("/static/large.css")[0].headers["ETag"].startswith('"')


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [("gzip", "gzip"), ("gzip, br, zstd", "zstd"), ("br", None), ("identity", None)],
)
def test_compressed_event_is_received_at_once(
    server, transactional_db, make_task, accepted, expected
):
    decompress = {
        "gzip": zlib.decompressobj(31).decompress,
        "zstd": zstandard.ZstdDecompressor().decompressobj().decompress,
        None: bytes,
    }[expected]
    body = {"query": "subscription { taskStatusChanged { task { uuid } } }"}
    headers = {
        "Accept": "text/event-stream",
        "Accept-Encoding": accepted,
        "Content-Type": "application/json",
    }
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=20)) as connection:
        connection.request("POST", "/graphql/stream/", json.dumps(body), headers)
        response = connection.getresponse()
        assert response.headers["Content-Encoding"] == expected
        text = b""
        while b"id: " not in text:  # the subscription has started
            text += decompress(response.read1(65536))
        for _ in range(3):
            # Nothing follows the event that could push it out.
            uuid = str(make_task().pk).encode()
            while uuid not in text:
                text += decompress(response.read1(65536))
