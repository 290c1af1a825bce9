"""GraphQL over HTTP: the requests that it accepts, and the errors for others."""

import json
import subprocess
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest

from tests import node
from tests.support.cluster import running_cluster

RESPONSE_TYPE = "application/graphql-response+json"
QUERY = json.dumps({"query": "{ __typename }"})


class Server:
    def __init__(self, cluster):
        self.url = f"{cluster.url}/graphql/"
        self._port = cluster.port

    def send(
        self, method, body=None, *, query="", content_type="application/json", accept="*/*", host=""
    ):
        connection = HTTPConnection("127.0.0.1", self._port, timeout=10)
        headers = {"Accept": accept, **({"Content-Type": content_type} if content_type else {})}
        headers |= {"Host": host} if host else {}
        try:
            connection.request(method, f"/graphql/{query}", body, headers)
            response = connection.getresponse()
            return response.status, response.headers, response.read().decode()
        finally:
            connection.close()

    def get(self, *, accept="application/json", **parameters):
        return self.send("GET", query=f"?{urlencode(parameters)}", accept=accept)

    def post(self, body, **options):
        return self.send("POST", body, **options)


@pytest.fixture(scope="module")
def server(django_db_setup):
    """A web process. No test of this module gets as far as to write something."""
    with running_cluster() as cluster:
        yield Server(cluster)


@pytest.fixture(scope="module")
def closed_server(django_db_setup):
    with running_cluster(GRAPHQL_IDE="false", GRAPHQL_INTROSPECTION="false") as cluster:
        yield Server(cluster)


def test_the_audits_of_graphql_http_find_nothing(server):
    audit = [*node.command("audit.mjs"), server.url]
    run = subprocess.run(audit, check=True, capture_output=True, text=True, timeout=60)

    audits = [json.loads(line) for line in run.stdout.splitlines()]
    assert [audit for audit in audits if audit["status"] != "ok"] == []
    assert len(audits) == 61


def error_code(headers, text, *, content_type="application/json"):
    """The code of a response with one short GraphQL error."""
    assert headers["Content-Type"] == f"{content_type}; charset=utf-8"
    assert "Accept" in headers["Vary"]
    answer = json.loads(text)
    [error] = answer["errors"]
    assert list(answer) == ["errors"]
    assert 0 < len(error["message"]) < 200
    return error["extensions"]["code"]


@pytest.mark.parametrize(
    "body",
    [
        *("", "{", "5", "null", '"x"', "[]", f"[{QUERY}]", f"[{QUERY}, {QUERY}]", "[" * 100_000),
        *(
            "{}",
            '{"query": null}',
            '{"query": ""}',
            '{"query": 5}',
            '{"query": ["{ __typename }"]}',
        ),
        *(
            f'{{"query": "{{ __typename }}", "{name}": {value}}}'
            for name in ("variables", "extensions")
            for value in ("[]", "5", '"x"')
        ),
        *(
            f'{{"query": "{{ __typename }}", "operationName": {value}}}'
            for value in ('"Q"', '""', "5", "[]", "{}", "true", '"\\ud800"')
        ),
        '{"query": "{ __typename }", "variables": {"text": "\\ud800"}}',
        '{"query": "{ __typename }", "variables": {"\\udfff": 1}}',
        f'{{"query": "{{ __typename }}", "variables": {{"n": {"9" * 5000}}}}}',
        f'{{"query": "{{ __typename }}", "variables": {{"list": [{"1," * 20_000}1]}}}}',
        f'{{"query": "{{ __typename }}", "variables": {{"deep": {"[" * 150 + "]" * 150}}}}}',
        '{"query": "query A { __typename } query B { __typename }", "operationName": "C"}',
        '{"query": "fragment F on Task { id }"}',
        b"\xff\xfe",
        b'{"query": "{ __typename }", "operationName": "\xc3\x28"}',
    ],
    ids=lambda body: f"{body[:60]!r}",
)
def test_a_body_that_cannot_be_used_is_refused(server, body):
    status, headers, text = server.post(body)

    assert (status, error_code(headers, text)) == (400, "BAD_REQUEST")


def test_large_body_is_refused(server):
    status, headers, text = server.post(b" " * 5_000_000)

    assert (status, error_code(headers, text)) == (413, "PAYLOAD_TOO_LARGE")


def test_transport_error_has_the_accepted_media_type(server):
    status, headers, text = server.post("{", accept=RESPONSE_TYPE)

    assert (status, error_code(headers, text, content_type=RESPONSE_TYPE)) == (400, "BAD_REQUEST")


def test_unknown_host_is_refused_with_a_graphql_error(server):
    status, _, text = server.send("POST", QUERY, host="elsewhere.example")

    assert (status, json.loads(text)["errors"][0]["extensions"]["code"]) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    "content_type",
    [
        *("text/plain", "text/html", "application/x-www-form-urlencoded", "application/graphql"),
        *("multipart/form-data; boundary=x", "application/", "x", ""),
    ],
)
def test_only_json_is_accepted(server, content_type):
    status, headers, text = server.post(QUERY, content_type=content_type)

    assert (status, error_code(headers, text)) == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
def test_only_get_and_post_answer(server, method):
    status, headers, text = server.send(method, QUERY)

    assert (status, headers["Allow"]) == (405, "GET, POST")
    if method != "HEAD":
        assert error_code(headers, text) == "METHOD_NOT_ALLOWED"


def test_a_query_may_come_by_get(server):
    query = "query Q($n: Boolean!) { __typename @include(if: $n) }"
    status, _, text = server.get(query=query, variables='{"n": true}', operationName="Q")

    assert (status, json.loads(text)["data"]) == (200, {"__typename": "Query"})


@pytest.mark.parametrize(
    "parameters",
    [
        {"query": ""},
        {"variables": "{}"},
        *({"query": "{ __typename }", "variables": text} for text in ("{", "5", "[]", "[" * 5000)),
        {"query": "{ __typename }", "extensions": "5"},
    ],
    ids=str,
)
def test_get_takes_nothing_but_queries(server, parameters):
    status, headers, text = server.get(**parameters)

    assert (status, error_code(headers, text)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    "parameters",
    [
        {"query": "mutation { __typename }"},
        {"query": "query A { __typename } mutation B { __typename }", "operationName": "B"},
    ],
    ids=str,
)
def test_mutation_by_get_is_not_allowed(server, parameters):
    status, headers, text = server.get(**parameters)

    assert (status, headers["Allow"]) == (405, "POST")
    assert error_code(headers, text) == "METHOD_NOT_ALLOWED"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_subscription_error_names_the_transports(server, method):
    subscription = "subscription { __typename }"
    if method == "GET":
        status, headers, text = server.get(query=subscription, accept=RESPONSE_TYPE)
    else:
        body = json.dumps({"query": subscription})
        status, headers, text = server.post(body, accept=f"{RESPONSE_TYPE}, text/event-stream")

    code = error_code(headers, text, content_type=RESPONSE_TYPE)
    assert (status, code) == (400, "SUBSCRIPTION_TRANSPORT_REQUIRED")
    assert "graphql-transport-ws" in text
    assert "/graphql/stream/" in text


@pytest.mark.parametrize(("accept", "status"), [("application/json", 200), (RESPONSE_TYPE, 400)])
@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        ("{", {}, "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("query A { __typename } query B { __typename }", {}, "BAD_REQUEST"),
        ("query Q($n: Int!) { tasks(first: $n) { nodes { id } } }", {}, "BAD_USER_INPUT"),
        ("query Q($n: Int) { tasks(first: $n) { nodes { id } } }", {"n": "x"}, "BAD_USER_INPUT"),
        (
            "{ tasks { nodes { history { task: at } } pageInfo { x } } }",
            {},
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "query Q($n: Int) { tasks(first: $n) { nodes { history { at } } } }",
            {"n": 100},
            "QUERY_TOO_COMPLEX",
        ),
    ],
    ids=range(7),
)
def test_error_in_a_document_has_a_code(server, query, variables, code, accept, status):
    body = json.dumps({"query": query, "variables": variables})
    actual, headers, text = server.post(body, accept=accept)

    assert actual == status
    assert error_code(headers, text, content_type=accept) == code


@pytest.mark.parametrize("accept", [RESPONSE_TYPE, f"application/json;q=0.1, {RESPONSE_TYPE};q=1"])
@pytest.mark.parametrize(
    "query",
    [
        *("{", "{ nothing }", "query A { __typename } query B { __typename }"),
        "query Q($n: Int!) { __typename @include(if: true) }",
    ],
)
def test_a_document_that_cannot_be_run_is_refused(server, query, accept):
    status, headers, text = server.post(json.dumps({"query": query}), accept=accept)

    assert (status, headers["Content-Type"]) == (400, f"{RESPONSE_TYPE}; charset=utf-8")
    answer = json.loads(text)
    assert answer["errors"]
    assert "data" not in answer


def test_a_client_of_the_older_kind_is_answered_200(server):
    status, headers, text = server.post('{"query": "{ nothing }"}', accept="application/json")

    assert (status, headers["Content-Type"]) == (200, "application/json; charset=utf-8")
    assert "Accept" in headers["Vary"].split(", ")
    assert "data" not in json.loads(text)


def test_of_several_operations_the_named_one_runs(server):
    query = "query A { a: __typename } query B { b: __typename }"
    _, _, text = server.post(json.dumps({"query": query, "operationName": "B"}))

    assert json.loads(text)["data"] == {"b": "Query"}


def test_a_browser_is_shown_graphiql(server):
    status, headers, text = server.get(accept="text/html,application/xhtml+xml,*/*;q=0.8")

    assert (status, headers["Content-Type"].split(";")[0]) == (200, "text/html")
    assert "graphiql" in text.lower()


def test_unless_that_is_switched_off(closed_server):
    status, headers, text = closed_server.get(accept="text/html")

    assert (status, error_code(headers, text)) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    "query",
    [
        *("{ tassks { nodes { id } } }", "{ tasks(fist: 1) { nodes { id } } }"),
        *("{ tasks { nodes { ... on Tassk { id } } } }", "{ tasks(where: {statuses: [SUCESS]}) }"),
        '{ tasks(where: {quue: "x"}) { nodes { id } } }',
        "query Q($where: TassksWhere) { tasks(where: $where) { nodes { id } } }",
    ],
)
def test_suggestions_are_switched_off_with_introspection(server, closed_server, query):
    body = json.dumps({"query": query})

    assert "Did you mean" in server.post(body)[2]
    assert '"errors"' in closed_server.post(body)[2]
    assert "Did you mean" not in closed_server.post(body)[2]


def test_nor_does_the_value_of_a_variable_bring_suggestions(server, closed_server):
    query = "query Q($where: TaskWhere) { tasks(where: $where) { nodes { id } } }"
    body = json.dumps({"query": query, "variables": {"where": {"quue": "x"}}})

    assert "Did you mean" in server.post(body)[2]
    assert "Did you mean" not in closed_server.post(body)[2]


@pytest.mark.parametrize(
    "query", ["{ __schema { types { name } } }", '{ __type(name: "Task") { name } }']
)
def test_introspection_can_be_switched_off(server, closed_server, query):
    body = json.dumps({"query": query})

    assert json.loads(server.post(body)[2])["data"]
    assert "data" not in json.loads(closed_server.post(body)[2])
