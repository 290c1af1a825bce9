"""Limits of GraphQL: documents and values that are made to be expensive."""

import sys
from contextlib import contextmanager

import pytest
from graphql import get_introspection_query, parse

from schema import schema
from schema.core.relay import global_id
from schema.execution import cost, parsing
from tasks_app.models import uuid7

pytestmark = pytest.mark.django_db

MAX, MIN = 2**63 - 1, -(2**63)
# A tenth of a second's work, at least.
CALLS_MAX = 150_000


@contextmanager
def counting_calls():
    """Counts the calls of Python functions, which are the same on a slow machine and a fast one."""
    calls = []

    def note(frame, event, argument):
        if event == "call":
            calls.append(frame.f_code.co_name)
            assert len(calls) < CALLS_MAX  # also ends what would go on for years

    sys.setprofile(note)
    try:
        yield calls
    finally:
        sys.setprofile(None)
    assert len(calls) < CALLS_MAX


def fan_out(count):
    """Each fragment twice in the one before: two to the power of the count, written out."""
    fragments = [f"fragment f{n} on Task {{ id ...f{n + 1} ...f{n + 1} }}" for n in range(count)]
    return "{ tasks { nodes { ...f0 } } } " + " ".join(
        [*fragments, f"fragment f{count} on Task {{ id }}"]
    )


def alias_nest(depth):
    selection = "id"
    for _ in range(depth):
        selection = " ".join(f"{name}: schedule {{ task {{ {selection} }} }}" for name in "xy")
    return f"{{ tasks {{ nodes {{ {selection} }} }} }}"


def chain(count):
    fragments = [
        f"fragment f{n} on Task {{ {'... {' * 90} ...f{n + 1} {'}' * 90} }}" for n in range(count)
    ]
    return "{ tasks { nodes { ...f0 } } } " + " ".join(
        [*fragments, f"fragment f{count} on Task {{ id }}"]
    )


HEAVY = {
    "fragments of fragments, 20": fan_out(20),
    "fragments of fragments, 60": fan_out(60),
    "fragments in a row": chain(6),
    "aliases in aliases": alias_nest(6),
    "many aliases": "{" + " ".join(f"q{n}: queues {{ name }}" for n in range(300)) + "}",
    "many fields": "{" + " ".join(f"f{n}" for n in range(900)) + "}",
    "a field again and again": "{" + "queues { name } " * 300 + "}",
    "a field again and again, few enough": "{" + "queues { name } " * 240 + "}",
    "a field of few in a field of few": "{" + f"tasks {{ {'nodes { id } ' * 15} }}" * 15 + "}",
    "a field in many inline fragments": "{" + "... { queues { name } } " * 150 + "}",
    "a field in many fragments": "{ tasks { nodes {"
    + " ".join(f"...f{n}" for n in range(150))
    + "} } }"
    + " ".join(f"fragment f{n} on Task {{ queue {{ name }} }}" for n in range(150)),
    "a field again and again where nobody reads it": "{ queues { name } } fragment f on Queue {"
    + "name " * 900
    + "}",
    "many spreads": "{ queues {" + "...f " * 900 + "} } fragment f on Queue { name }",
    "cycles in cycles": "{ tasks { nodes { ...f0 } } }"
    + " ".join(
        f"fragment f{n} on Task {{ {' '.join(f'...f{m}' for m in range(20))} }}" for n in range(40)
    ),
    "deep": "{ tasks { nodes {" + "schedule { task {" * 10 + "id" + "} }" * 10 + "} } }",
    "very deep": "{" + "a {" * 600 + "a" + "}" * 600 + "}",
    "a deep condition": f"{{ tasks(where: {'{NOT: ' * 150}{{}}{'}' * 150}) {{ nodes {{ id }} }} }}",
    "a condition too deep for us": (
        f"{{ tasks(where: {'{NOT: ' * 12}{{}}{'}' * 12}) {{ nodes {{ id }} }} }}"
    ),
    "a deep list": f"{{ tasks(where: {'[' * 600}{']' * 600}) {{ nodes {{ id }} }} }}",
    "large pages in large pages": (
        "{ tasks(first: 100) { nodes { results(first: 100) { id run } } } }"
    ),
    "large pages in pages of a variable size": (
        "query Q($n: Int!) { tasks(first: 100) { nodes { results(first: 100) { id run }"
        " schedule { ticks(first: $n) { nodes { at } } } } } }"
    ),
    "many words": "{" + "__typename " * 50_000 + "}",
}


@pytest.mark.parametrize("query", HEAVY.values(), ids=HEAVY.keys())
def test_a_heavy_document_is_refused_before_it_costs_anything(
    send_query, query, django_assert_num_queries
):
    accept = {"Accept": "application/graphql-response+json"}

    with django_assert_num_queries(0), counting_calls():
        response = send_query(query, headers=accept, n=1)

    assert response.status_code == 400
    assert "data" not in response.json()
    for error in response.json()["errors"]:
        assert error["message"].startswith(("The operation asks for too much", "Syntax Error"))


def test_a_cycle_of_fragments_is_named(send_query):
    query = "{ tasks { nodes { ...a } } } fragment a on Task { ...b } fragment b on Task { ...a }"

    [error] = send_query(query).json()["errors"]

    assert error["message"] == "Cannot spread fragment 'a' within itself via 'b'."


def test_each_fragment_is_weighed_once(monkeypatch):
    weighed = []
    weigh_one = cost._CostAnalyzer._weigh_one
    monkeypatch.setattr(
        cost._CostAnalyzer,
        "_weigh_one",
        lambda self, node: weighed.append(node) or weigh_one(self, node),
    )

    with counting_calls():
        cost.measure_costs(parse(fan_out(60)))

    # `tasks`, `nodes`, a spread, 60 times a field and two spreads, and a field.
    assert len(weighed) == 3 + 60 * 3 + 1


def test_three_times_the_document_is_at_most_three_times_the_work():
    def calls(query):
        with counting_calls() as calls:
            schema.execute_sync(query)
        return len(calls)

    # Names of the same length, which no cache knows yet.
    assert calls(fan_out(60).replace("f", "g")) < 3.5 * calls(fan_out(20).replace("f", "h"))


IDS = ", ".join(f'"{global_id("Task", uuid7())}"' for _ in range(2))


@pytest.mark.parametrize(
    ("query", "cost"),
    [
        ("{ __typename }", 1),
        ("{ tasks { nodes { id } } }", 1 + 50 * 2),
        ("{ tasks(first: 7) { nodes { id } } }", 1 + 7 * 2),
        ("query Q($n: Int) { tasks(first: $n) { nodes { id } } }", 1 + 3 * 2),
        ("query Q($n: Int) { tasks(last: $n) { nodes { id } } }", 1 + 3 * 2),
        ("query Q($n: Int = 5) { tasks(first: $n) { nodes { id } } }", 1 + 3 * 2),
        ("query Q($m: Int = 5) { tasks(first: $m) { nodes { id } } }", 1 + 5 * 2),
        ("query Q($m: Int) { tasks(first: $m) { nodes { id } } }", 1 + 50 * 2),
        ("query Q($m: Int = null) { tasks(first: $m) { nodes { id } } }", 1 + 50 * 2),
        ("query Q($n: Int, $m: Int) { tasks(first: $m, last: $n) { nodes { id } } }", 1 + 3 * 2),
        (
            """query Q($n: Int) { tasks { nodes { ...f } } }
            fragment f on Task { results(first: $n) { id } }""",
            1 + 50 * (1 + 1 + 3),
        ),
        ("{ nodes(ids: []) { id } }", 1 + 1),
        (f"query Q($ids: [ID!]! = [{IDS}]) {{ nodes(ids: $ids) {{ id }} }}", 1 + 2),
        ("{ tasks(first: 7) { nodes { ...f } } } fragment f on Task { id a }", 1 + 7 * 3),
        ("query A { __typename } query B { x: __typename y: __typename }", 2),
        (get_introspection_query(), 0),
    ],
)
def test_a_document_costs_what_it_may_answer(client, query, cost):
    body = {"query": query, "variables": {"n": 3}}
    if "query B" in query:
        body["operationName"] = "B"

    answer = client.post("/graphql/", body, content_type="application/json").json()

    assert answer["extensions"]["cost"] == {"requested": cost, "limit": 10_000}


LARGE = "query($n: Int%s) { tasks(first: $n) { nodes { history { at } } } }"


def test_cost_counts_the_values_of_variables(send_query):
    assert send_query(LARGE % "", n=1).json()["extensions"]["cost"]["requested"] == 1 + 1 + 1 + 100

    for refused in (send_query(LARGE % "", n=100), send_query(LARGE % " = 100")):
        [error] = refused.json()["errors"]
        assert error["message"].startswith("The operation asks for too much: cost")
        assert error["extensions"]["code"] == "QUERY_TOO_COMPLEX"


@pytest.mark.parametrize("n", ["x", 1.5, True, [1], {}, 10**30, -1, 101])
def test_a_size_that_is_not_valid_is_refused(send_query, n):
    answer = send_query(LARGE % "", n=n).json()

    assert answer["errors"]
    assert not answer.get("data")


@pytest.mark.parametrize("n", ["x", "5", 1.5, [1], {}])
def test_wrong_type_of_a_size_is_named(send_query, n):
    [error] = send_query(LARGE % "", n=n).json()["errors"]

    assert error["message"].startswith("Variable '$n' has invalid value: Int cannot represent")
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


def test_everything_that_graphiql_asks_for_is_allowed(send_query):
    query = get_introspection_query(
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
    )

    assert send_query(query).json()["data"]["__schema"]["queryType"]["name"] == "Query"


def test_a_document_is_read_once_whatever_its_variables(send_query):
    query = f"query Q{uuid7().hex}($n: Int) {{ tasks(first: $n) {{ nodes {{ id }} }} }}"
    before = parsing.read.cache_info()

    for n in range(50):
        assert "errors" not in send_query(query, n=n).json()

    after = parsing.read.cache_info()
    assert (after.misses - before.misses, after.hits - before.hits) == (1, 49)


TASKS = "query Q($where: TaskWhere) { tasks(where: $where) { nodes { id } } }"


def nested(depth):
    return {"NOT": nested(depth - 1)} if depth else {}


@pytest.mark.parametrize(
    "where",
    [{"ids": ["x"] * 20_000}, nested(150), {"AND": [nested(30)]}],
    ids=["long", "very deep", "deep"],
)
def test_values_too_long_or_too_deep_are_not_even_read(send_query, where):
    with counting_calls():
        response = send_query(TASKS, where=where)

    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
