"""Every request, valid or not, gets a response that the OpenAPI description has."""

import re

import pytest
import schemathesis
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from tests.fuzz.cases import cases, search
from tests.fuzz.conftest import undone

OPERATIONS = [
    ("GET", "/tasks/"),
    ("POST", "/tasks/"),
    ("GET", "/tasks/{id}/"),
    ("GET", "/task-schedules/"),
    ("POST", "/task-schedules/"),
    ("GET", "/task-schedules/{id}/"),
    ("PUT", "/task-schedules/{id}/"),
    ("DELETE", "/task-schedules/{id}/"),
]
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]


LENIENT = [checks.negative_data_rejection]


def is_lenient(case):
    """Return whether a value is accepted that the description does not name, as DRF does.

    Numbers can be strings of digits, and blank fields and parameters count as absent, as browsers
    send them.
    """
    body = case.body if isinstance(case.body, dict) else {}
    values = [*body.values(), *(case.query or {}).values()]
    return any(
        isinstance(value, str) and re.fullmatch(r"\s*|\s*[+-]?\d+(\.0*)?\s*", value)
        for value in values
    )


@pytest.fixture
def description(app):
    """Without authentication: access is open here, and tests/access tests it."""
    document = schemathesis.openapi.from_wsgi("/api/schema/", app).raw_schema
    for path in document["paths"].values():
        for operation in path.values():
            operation.pop("security")
    schema = schemathesis.openapi.from_dict(document)
    schema.app = app
    return schema


def test_each_operation_is_tried(description):
    found = {(it.ok().method.upper(), it.ok().path) for it in description.get_all_operations()}
    assert found == set(OPERATIONS)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_answer_is_one_that_the_description_names(
    description, start, make_task, make_schedule, method, path
):
    operation = description[path][method]
    task, schedule = make_task(), make_schedule()
    task.mark_as_successfull(5)
    there = schedule.pk if "schedules" in path else task.pk
    statuses = []

    def check(case, is_there):
        if is_there and "id" in (case.path_parameters or {}):
            case.path_parameters["id"] = str(there)
        with undone():
            response = case.call()
        statuses.append(response.status_code)
        checks = [check for check in CHECKS if check not in LENIENT or not is_lenient(case)]
        case.validate_response(response, checks=checks)

    sent = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode))
    search(
        check,
        sent,
        st.sampled_from([True, True, False]),
        count=cases(400, parts=len(OPERATIONS)),
        start=start,
    )
