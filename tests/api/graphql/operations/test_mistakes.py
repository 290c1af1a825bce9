"""Invalid values in GraphQL are refused with a code."""

import base64
import json
import logging
from uuid import UUID

import pytest
from django.db import OperationalError

from tasks_app.models import Task
from tasks_app.services import tasks
from tests.support.working import run_all

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("node")]

A_UUID = UUID("01a21bdc-a1ea-7355-9697-4fe453a0b1c2")

MAX, MIN = 2**63 - 1, -(2**63)


def codes(response):
    return [error.get("extensions", {}).get("code") for error in response.json()["errors"]]


TASKS = "query Q($where: TaskWhere) { tasks(where: $where) { nodes { id } } }"


def nested(depth):
    return {"NOT": nested(depth - 1)} if depth else {}


@pytest.mark.parametrize(
    "where",
    [
        nested(5),
        {"AND": [{}] * 50},
        {"ids": [str(A_UUID)] * 1_001},
        *({"ids": [id]} for id in ("", "x", "\0", "x" * 100_000, "VGFzazox", "é", "💥")),
        {"scheduleId": "\0"},
        {"queue": "\0"},
        {"workerNode": "\0"},
    ],
    ids=lambda where: str(where)[:40],
)
def test_invalid_condition_is_refused(send_query, where):
    response = send_query(TASKS, where=where)

    assert (response.status_code, codes(response)) == (200, ["BAD_USER_INPUT"])
    assert len(response.content) < 1_000


@pytest.mark.parametrize("field", ["queue", "workerNode", "calendar"])
def test_name_that_cannot_exist_is_refused_by_field(send_query, field):
    response = send_query(f"query Q($name: String!) {{ {field}(name: $name) {{ id }} }}", name="\0")

    [error] = response.json()["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "field": ["name"]}


def cursor(text):
    return base64.urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "arguments",
    [
        *("first: -1", "first: 101", "last: -1", "last: 101", "first: 1, last: 1"),
        "first: 2147483647",
        *(
            f"{side}: {json.dumps(text)}"
            for side in ("after", "before")
            for text in (
                *("x", "\0", "é", "=", "A" * 10_000, cursor("x"), cursor("\0|\0|\0")),
                *(cursor("CREATED_AT DESC||x"), cursor("FINISHED_AT DESC||x")),
            )
        ),
        *(
            f"orderBy: {{field: FINISHED_AT}}, after: {json.dumps(cursor(text))}"
            for text in (
                f"CREATED_AT DESC||{A_UUID}",
                f"FINISHED_AT DESC||{A_UUID}",
                f"FINISHED_AT ASC|2030-01-01T00:00:00+00:00|{A_UUID}",
                "FINISHED_AT DESC|2030-01-01T00:00:00+00:00|x",
            )
        ),
    ],
    ids=lambda arguments: arguments[:60],
)
def test_invalid_page_is_refused(send_query, arguments):
    response = send_query(f"{{ tasks({arguments}) {{ nodes {{ id }} }} }}")

    assert (response.status_code, codes(response)) == (200, ["BAD_USER_INPUT"])


@pytest.mark.parametrize(
    "time",
    ["2030-01-01", "2030-01-01T00:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59-14:00"],
)
def test_the_time_in_a_cursor_is_no_trap(send_query, time):
    after = cursor(f"FINISHED_AT DESC|{time}|{A_UUID}")
    page = f'orderBy: {{field: FINISHED_AT}}, after: "{after}"'

    response = send_query(f"{{ tasks({page}) {{ nodes {{ id }} }} }}")

    assert "INTERNAL_ERROR" not in response.content.decode()


def global_id(text):
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "id",
    [
        *("", "x", "\0", "é", "=" * 7, "x" * 100_000, global_id("Task"), global_id("Task:1")),
        *(global_id(f"Task:{A_UUID}:1"), global_id("Task:\0"), global_id(f"\0:{A_UUID}")),
        *(global_id(f"Nothing:{A_UUID}"), global_id(f"{'x' * 50_000}:{A_UUID}")),
    ],
    ids=lambda value: value[:20],
)
@pytest.mark.parametrize(
    "query",
    [
        "query Q($id: ID!) { node(id: $id) { id } }",
        "query Q($id: ID!) { nodes(ids: [$id]) { id } }",
        "query Q($id: ID!) { task(id: $id) { id } }",
        "query Q($id: ID!) { taskSchedule(id: $id) { id } }",
        "mutation M($id: ID!) { cancelTask(input: {id: $id}) { task { id } } }",
        "mutation M($id: ID!) { deleteTaskSchedule(input: {id: $id}) { deletedId } }",
    ],
)
def test_what_is_no_id_is_refused(send_query, query, id):
    response = send_query(query, id=id)

    assert (response.status_code, codes(response)) == (200, ["BAD_USER_INPUT"])
    assert len(response.content) < 1_000


@pytest.mark.parametrize("name", ["task", "taskSchedule"])
def test_an_id_of_nothing_is_null(send_query, name):
    response = send_query(f"query Q($id: ID!) {{ {name}(id: $id) {{ id }} }}", id=str(A_UUID))

    assert response.json()["data"] == {name: None}


@pytest.mark.parametrize("field", ["results(first: 0) { id }", "history(last: 0) { at }"])
def test_a_list_of_none_is_empty(send_query, make_task, field):
    make_task()
    answer = send_query(f"{{ tasks {{ nodes {{ {field} }} }} }}").json()

    assert [list(task.values()) for task in answer["data"]["tasks"]["nodes"]] == [[[]]]


@pytest.mark.parametrize("field", ["results(first: $n) { id }", "history(last: $n) { at }"])
@pytest.mark.parametrize("n", [-1, 101])
def test_no_list_is_longer_than_allowed(send_query, make_task, field, n):
    make_task()
    response = send_query(f"query Q($n: Int!) {{ tasks {{ nodes {{ {field} }} }} }}", n=n)

    assert (response.status_code, codes(response)) == (200, ["BAD_USER_INPUT"])


@pytest.mark.parametrize("field", ["results(first: $n) { id }", "history(last: $n) { at }"])
def test_a_variable_that_is_null_is_the_clients_mistake(send_query, make_task, field):
    make_task()
    response = send_query(f"query Q($n: Int = 1) {{ tasks {{ nodes {{ {field} }} }} }}", n=None)

    [error] = response.json()["errors"]
    assert "$n" in error["message"]


CREATE = """mutation M($a: BigInt!, $b: BigInt!) {
    createTask(input: {a: $a, b: $b}) { task { uuid a b } errors { field code } } }"""


@pytest.mark.parametrize(("a", "b"), [(MAX, MAX), (MIN, MIN), (MAX, MIN), (2**53 + 1, 1), (0, -1)])
@pytest.mark.parametrize("write", [int, str])
def test_big_numbers_are_strings_and_exact(send_query, write, a, b):
    send_query(CREATE, a=write(a), b=write(b)).json()["data"]["createTask"]["task"]
    run_all()

    query = (
        "query Q($sum: BigInt) { tasks(where: {result: {equals: $sum}}) { nodes { a b result } } }"
    )
    [task] = send_query(query, sum=write(a + b)).json()["data"]["tasks"]["nodes"]

    assert task == {"a": str(a), "b": str(b), "result": str(a + b)}


def test_big_numbers_may_be_written_into_the_document(send_query):
    query = f'mutation {{ createTask(input: {{a: {MIN}, b: "{MAX}"}}) {{ task {{ a b }} }} }}'

    assert send_query(query).json()["data"]["createTask"]["task"] == {"a": str(MIN), "b": str(MAX)}


@pytest.mark.parametrize("number", [MAX + 1, MIN - 1, 10**400, "9" * 4_300])
def test_numbers_that_cannot_be_stored_are_refused(send_query, number):
    payload = send_query(CREATE, a=number, b=1).json()["data"]["createTask"]

    assert payload == {"task": None, "errors": [{"field": ["input", "a"], "code": "OUT_OF_RANGE"}]}


@pytest.mark.parametrize(
    "number",
    [
        1.5,
        True,
        "",
        "x",
        "1.5",
        "1e3",
        "0x1",
        " 1",
        "1_000",
        "\N{FULLWIDTH DIGIT NINE}",
        [1],
        {},
        "9" * 5_000,
    ],
)
def test_what_is_not_an_integer_is_refused(send_query, number):
    response = send_query(CREATE, a=number, b=1)

    assert response.status_code == 200
    [error] = response.json()["errors"]
    assert "$a" in error["message"]
    assert len(error["message"]) < 500
    assert not Task.objects.exists()


def failing(error):
    def fail(*args):
        raise error

    return fail


def test_what_goes_wrong_inside_stays_inside(send_query, monkeypatch, caplog):
    monkeypatch.setattr(tasks, "create_task", failing(RuntimeError("the secret")))

    response = send_query(CREATE, a=1, b=1)

    [error] = response.json()["errors"]
    assert (error["message"], error["path"]) == ("Internal error.", ["createTask"])
    assert "secret" not in response.content.decode()
    [record] = caplog.records
    assert (record.levelno, record.getMessage()) == (logging.ERROR, "M at ['createTask']")
    assert str(record.exc_info[1]) == "the secret"


def test_without_a_database_the_error_asks_to_try_again(send_query, monkeypatch):
    monkeypatch.setattr(tasks, "create_task", failing(OperationalError("host=secret")))

    response = send_query(CREATE, a=1, b=1)

    assert codes(response) == ["DATABASE_UNAVAILABLE"]
    assert "secret" not in response.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "{",
        "query Q { nothing }",
        'query Q { task(id: "x") { id } }',
        "{" + "__typename " * 600 + "}",
    ],
)
def test_a_mistake_of_the_client_is_no_news(send_query, query, caplog):
    caplog.set_level(logging.INFO)

    errors = send_query(query).json()["errors"]

    assert errors
    assert [record.levelno for record in caplog.records] == [logging.INFO] * len(errors)
    assert not any(record.exc_info for record in caplog.records)


@pytest.mark.parametrize(
    "query",
    [
        '{ tasks(where: { createdAt: { start: "" } }) { nodes { id } } }',
        "{ tasks(where: { createdAt: { start: 5 } }) { nodes { id } } }",
        '{ tasks(where: { a: { min: "x" } }) { nodes { id } } }',
        "{ tasks(where: { a: { min: 1.5 } }) { nodes { id } } }",
        'mutation { revokeApiToken(input: { uuid: "x" }) { errors { code } } }',
        "mutation { revokeApiToken(input: { uuid: 5 }) { errors { code } } }",
    ],
)
def test_a_wrong_value_in_the_document_is_the_clients_mistake(send_query, query):
    response = send_query(query)

    [error] = response.json()["errors"]
    assert (response.status_code, codes(response)) == (200, ["GRAPHQL_VALIDATION_FAILED"])
    assert error["message"].startswith("Expected value of type ")
