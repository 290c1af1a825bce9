"""Every document, valid or not, gets a response of the GraphQL specification."""

from typing import Any

import pytest
import schemathesis
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.graphql import nodes

from schema import schema
from tests.fuzz.cases import cases, search
from tests.fuzz.conftest import undone

_TYPES: dict[str, Any] = schema._schema.type_map
ROOTS = [(root, field) for root in ("Query", "Mutation") for field in _TYPES[root].fields]
ACCEPT = {
    "application/json": "application/json; charset=utf-8",
    "application/graphql-response+json": "application/graphql-response+json; charset=utf-8",
}
INT64 = st.integers(-(2**63), 2**63 - 1)
TIMES = st.datetimes(timezones=st.timezones()).map(lambda time: time.isoformat())

schemathesis.graphql.scalar("BigInt", st.one_of(INT64, st.integers()).map(str).map(nodes.String))
schemathesis.graphql.scalar("DateTime", st.one_of(TIMES, st.text()).map(nodes.String))
schemathesis.graphql.scalar("UUID", st.uuids().map(str).map(nodes.String))


@pytest.fixture
def description(app):
    return schemathesis.graphql.from_wsgi("/graphql/", app)


@pytest.mark.parametrize(("root", "field"), ROOTS, ids=lambda name: name)
def test_every_answer_is_well_formed_and_no_mistake_of_ours(description, node, start, root, field):
    operation = description[root][field]
    statuses = []

    def check(case, accept):
        with undone():
            response = case.call(headers={"Accept": accept})
        statuses.append(response.status_code)
        answer = response.json()
        assert response.headers["content-type"] == [ACCEPT[accept]]
        assert response.status_code in (200, 400)
        assert_well_formed(answer)
        if response.status_code == 400:
            assert "data" not in answer

    sent = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode))
    search(
        check,
        sent,
        st.sampled_from(sorted(ACCEPT)),
        count=cases(400, parts=len(ROOTS)),
        start=start,
    )


def assert_well_formed(answer):
    assert set(answer) <= {"data", "errors", "extensions"}
    assert "data" in answer or answer["errors"]
    for error in answer.get("errors", []):
        assert error["message"]
        assert error.get("extensions", {}).get("code") not in (
            "INTERNAL_ERROR",
            "DATABASE_UNAVAILABLE",
        )
