"""Automatic Persisted Queries, and trusted documents."""

import hashlib
import json
import subprocess
from collections import OrderedDict
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest
from django.core.exceptions import ImproperlyConfigured

from clients.generate import TYPESCRIPT, typescript_packages
from schema.execution import documents
from tasks_app.log import pages
from tests import node
from tests.node.program import Program
from tests.subscriptions.client import socket
from tests.support.cluster import running_cluster

QUERY = "query Q($n: Boolean!) { __typename @include(if: $n) }"
TRUSTED = "query Trusted { cluster { cursor } }"
RESPONSE_TYPE = "application/graphql-response+json"


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def persisted(hash, **message):
    return {**message, "extensions": {"persistedQuery": {"version": 1, "sha256Hash": hash}}}


def send(server, message, *, method="POST", path="/graphql/", accept="application/json"):
    """Status, media type and response."""
    body: str | None = json.dumps(message)
    query = ""
    if method == "GET":
        parameters = {k: v if k == "query" else json.dumps(v) for k, v in message.items()}
        body, query = None, f"?{urlencode(parameters)}"
    headers = {"Accept": accept, **({"Content-Type": "application/json"} if body else {})}
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        connection.request(method, path + query, body, headers)
        response = connection.getresponse()
        return response.status, response.read().decode()


def code(text):
    [error] = json.loads(text)["errors"]
    return error["extensions"]["code"]


@pytest.fixture(scope="module")
def server(django_db_setup):
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="module")
def trusting_server(django_db_setup, tmp_path_factory):
    """A server with a manifest as graphql-codegen writes it, with SHA-1 as its default hash."""
    path = tmp_path_factory.mktemp("manifest") / "persisted-documents.json"
    path.write_text(json.dumps({hashlib.sha1(TRUSTED.encode()).hexdigest(): TRUSTED}))
    with running_cluster(GRAPHQL_TRUSTED_DOCUMENTS=str(path)) as cluster:
        yield cluster


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_registered_document_is_executed_by_its_hash(server, method):
    query = f"{QUERY} # {method}"
    variables = {"n": True}
    by_hash = persisted(sha256(query), variables=variables)

    for accept, expected in (("application/json", 200), (RESPONSE_TYPE, 400)):
        status, text = send(server, by_hash, method=method, accept=accept)
        assert (status, json.loads(text)["errors"]) == (
            expected,
            [
                {
                    "message": "PersistedQueryNotFound",
                    "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"},
                }
            ],
        )
    status, text = send(server, {**by_hash, "query": query}, method=method)
    assert json.loads(text)["data"] == {"__typename": "Query"}
    for method in ("GET", "POST"):
        status, text = send(server, by_hash, method=method)
        assert (status, json.loads(text)["data"]) == (200, {"__typename": "Query"})


def test_link_of_apollo_client_sends_the_text_once(server):
    program = Program("apollo-persisted.mjs", server.url + "/graphql/", "2")
    try:
        lines = [program.next("request", "response") for _ in range(5)]
    finally:
        program.kill()

    by_hash = {"method": "GET", "hasText": False}
    with_text = {"method": "POST", "hasText": True}
    data = {"viewer": {"__typename": "Viewer", "name": None}}
    assert lines == [by_hash, with_text, data, by_hash, data]


def test_response_by_get_is_kept_while_it_is_current(server, transactional_db, make_task):
    def get(query, **headers):
        path = f"/graphql/?{urlencode({'query': query})}"
        with closing(HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
            connection.request("GET", path, headers={"Accept": "application/json", **headers})
            response = connection.getresponse()
            return response.status, response.headers, response.read()

    query = "{ tasks { nodes { uuid } } }"
    status, headers, _ = get(query)
    assert (status, headers["Cache-Control"]) == (200, "private, no-cache")
    known = {"If-None-Match": headers["ETag"]}
    status, again, body = get(query, **known)
    assert (status, again["ETag"], body) == (304, headers["ETag"], b"")
    assert "Accept" in again["Vary"]

    make_task()
    status, changed, _ = get(query, **known)
    assert (status, changed["ETag"] == headers["ETag"]) == (200, False)
    for wrong in ("{ nothing }", "{ tasks(first: -1) { nodes { uuid } } }", "mutation { x }", ""):
        _, headers, _ = get(wrong)
        assert (headers["Cache-Control"], headers["ETag"]) == ("no-store", None)


def test_hash_by_get_is_executed_whatever_the_client_accepts(server):
    by_hash = persisted(sha256("{ viewer { role } }"))
    send(server, {**by_hash, "query": "{ viewer { role } }"})

    for accept in ("*/*", "text/html"):
        status, text = send(server, by_hash, method="GET", accept=accept)
        assert (status, list(json.loads(text)["data"])) == (200, ["viewer"])


def test_hash_must_match_the_text(server):
    status, text = send(server, persisted(sha256("{ a }"), query="{ __typename }"))

    assert (status, code(text)) == (400, "BAD_REQUEST")
    _, text = send(server, persisted(sha256("{ a }")))
    assert code(text) == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize("value", [5, [], {}, {"sha256Hash": 5}, "x"])
def test_malformed_extension_is_refused(server, value):
    status, text = send(server, {"extensions": {"persistedQuery": value}})

    assert (status, code(text)) == (400, "BAD_REQUEST")


def test_mutation_cannot_be_sent_by_get(server):
    mutation = "mutation { __typename }"
    send(server, persisted(sha256(mutation), query=mutation))

    assert send(server, persisted(sha256(mutation)), method="GET")[0] == 405


def test_event_stream_takes_a_hash(server):
    query = "{ streamed: __typename }"
    options = {"path": "/graphql/stream/", "accept": "text/event-stream"}
    status, text = send(server, persisted(sha256(query)), method="GET", **options)
    assert (status, code(text)) == (400, "PERSISTED_QUERY_NOT_FOUND")

    send(server, persisted(sha256(query), query=query))

    status, text = send(server, persisted(sha256(query)), method="GET", **options)
    assert (status, '{"streamed":"Query"}' in text) == (200, True)


def test_web_socket_takes_a_hash(server, transactional_db, make_task):
    query = "subscription Hashed($after: String) { taskStatusChanged(after: $after) { version } }"
    rest = {"variables": {"after": pages.head().encode()}}
    with socket(server) as client:
        # As Apollo's link does it: first the hash alone, then once with the text.
        client.send("subscribe", id="1", payload=persisted(sha256(query)))
        refusal = client.receive()
        assert (refusal["type"], refusal["id"]) == ("error", "1")
        [error] = refusal["payload"]
        assert error["message"] == "PersistedQueryNotFound"
        assert error["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"

        client.send("subscribe", id="1", payload=persisted(sha256(query), query=query, **rest))
        client.send("subscribe", id="2", payload=persisted(sha256(query), query="", **rest))
        make_task()
        answers = [client.receive() for _ in "12"]
        assert {answer["id"] for answer in answers} == {"1", "2"}
        assert all(answer["payload"]["data"]["taskStatusChanged"] for answer in answers)


@pytest.mark.parametrize("value", [5, {}, {"sha256Hash": 5}, {"sha256Hash": "0", "query": "x"}])
def test_web_socket_refuses_a_malformed_hash_by_operation(server, transactional_db, value):
    payload = {"query": "{ __typename }", "extensions": {"persistedQuery": value}}
    with socket(server) as client:
        client.send("subscribe", id="1", payload=payload)
        [error] = client.receive()["payload"]
        assert error["extensions"]["code"] == "BAD_REQUEST"
        assert "`extensions.persistedQuery.sha256Hash`" in error["message"]
        client.ping()


def test_web_socket_registers_nothing_before_it_is_acknowledged(server, transactional_db):
    query = "{ anonymous: __typename }"
    with socket(server, init=False) as client:
        client.send("subscribe", id="1", payload=persisted(sha256(query), query=query))
        assert client.close_code() == 4401
    assert code(send(server, persisted(sha256(query)))[1]) == "PERSISTED_QUERY_NOT_FOUND"


def test_number_of_registered_documents_is_bounded(monkeypatch):
    monkeypatch.setattr(documents, "DOCUMENTS_MAX", 2)
    monkeypatch.setattr(documents, "_registered", OrderedDict())
    texts = [f"{{ a{n} }}" for n in range(3)]
    for text in texts:
        documents.resolve(text, persisted(sha256(text))["extensions"])

    assert list(documents._registered.values()) == texts[1:]


def test_trusted_document_is_executed(trusting_server):
    hash = hashlib.sha1(TRUSTED.encode()).hexdigest()
    for message in (persisted(hash), {"query": TRUSTED}, persisted(hash, query=TRUSTED)):
        for method in ("GET", "POST"):
            status, text = send(trusting_server, message, method=method)
            assert (status, list(json.loads(text)["data"])) == (200, ["cluster"])


def test_other_documents_are_refused(trusting_server, transactional_db):
    other = "{ __typename }"
    for message in ({"query": other}, persisted(sha256(other), query=other)):
        for path, accept in (
            ("/graphql/", "application/json"),
            ("/graphql/stream/", "text/event-stream"),
        ):
            status, text = send(trusting_server, message, path=path, accept=accept)
            assert (status, code(text)) == (400, "DOCUMENT_NOT_TRUSTED")
    _, text = send(trusting_server, persisted(sha256(other)))
    assert code(text) == "PERSISTED_QUERY_NOT_FOUND"
    with socket(trusting_server) as client:
        client.subscribe(other)
        message = client.receive()
        assert message["type"] == "error"
        assert message["payload"][0]["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"
        client.send(
            "subscribe", id="2", payload=persisted(hashlib.sha1(TRUSTED.encode()).hexdigest())
        )
        assert list(client.answer(id="2")["data"]) == ["cluster"]


@pytest.mark.slow
def test_manifest_of_graphql_codegen_is_trusted(django_db_setup, tmp_path):
    node.need_node()
    typescript_packages()
    (tmp_path / "node_modules").symlink_to(TYPESCRIPT / "node_modules")
    (tmp_path / "operations.ts").write_text(
        'import { graphql } from "./gql";\n'
        f"export const Trusted = graphql(`{TRUSTED}`);\n"
        "export const Page = graphql(`\n"
        "  query Page($n: Int) { tasks(first: $n) { nodes { id } } }`);\n"
    )
    config = {
        "schema": str(TYPESCRIPT.parents[1] / "schema" / "schema.graphql"),
        "documents": "operations.ts",
        "generates": {
            "gql/": {"preset": "client", "presetConfig": {"persistedDocuments": True}},
        },
    }
    (tmp_path / "codegen.json").write_text(json.dumps(config))
    codegen = [TYPESCRIPT / "node_modules" / ".bin" / "graphql-codegen", "-c", "codegen.json"]
    subprocess.run(codegen, cwd=tmp_path, check=True, timeout=120)
    manifest = tmp_path / "gql" / "persisted-documents.json"
    hashes = {text.split()[1].partition("(")[0]: id for id, text in read(manifest).items()}

    with running_cluster(GRAPHQL_TRUSTED_DOCUMENTS=str(manifest)) as cluster:
        for name, field in (("Trusted", "cluster"), ("Page", "tasks")):
            status, text = send(cluster, persisted(hashes[name], variables={"n": 1}), method="GET")
            assert (status, list(json.loads(text)["data"])) == (200, [field])
        _, text = send(cluster, {"query": "{ __typename }"})
        assert code(text) == "DOCUMENT_NOT_TRUSTED"


def read(manifest):
    return json.loads(manifest.read_text())


@pytest.mark.parametrize("text", ["", "[]", '{"x": 5}'])
def test_manifest_that_is_not_valid_stops_the_start(tmp_path, text):
    path = tmp_path / "manifest.json"
    path.write_text(text)
    with pytest.raises(ImproperlyConfigured, match="GRAPHQL_TRUSTED_DOCUMENTS"):
        documents._load(str(path))
