"""The contract of the REST API, by path and status."""

import json
import re
from uuid import UUID

import pytest
from django.db import OperationalError

from tasks_app.models import ClusterEvent, Task, uuid7
from tasks_app.services import tasks
from tests.support.working import run_only

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("node")]

FIELDS = {
    *("url", "id", "a", "b", "is_scheduled", "status", "failed_message", "celery_task_id"),
    *("created_at", "updated_at"),
}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


@pytest.fixture
def post(client):
    def post(body, content_type="application/json", **headers):
        data = body if isinstance(body, str | bytes) else json.dumps(body)
        return client.post("/tasks/", data, content_type=content_type, headers=headers)

    return post


def run(task, **facts):
    run_only(task)


def test_creating_answers_201_with_the_documented_fields(post):
    response = post({"a": 2, "b": 3})

    task = response.json()
    assert response.status_code == 201
    assert set(task) == FIELDS
    assert task | {"a": 2, "b": 3, "is_scheduled": False, "status": "PENDING"} == task
    assert task | {"failed_message": None, "celery_task_id": None} == task
    assert task["url"] == response["Location"] == f"http://testserver/tasks/{task['id']}/"
    assert TIME.fullmatch(task["created_at"])
    assert Task.objects.get(pk=task["id"]).queue_id == "default"


def test_a_finished_task_shows_its_results_newest_first(client, make_task):
    task = make_task()
    run(task)
    Task.objects.update(status="PENDING", finished_at=None, run=2, a=10)
    run(task)

    shown = client.get(f"/tasks/{task.pk}/").json()

    assert set(shown) == FIELDS | {"results"}
    assert (shown["status"], shown["celery_task_id"]) == ("SUCCESS", "message-1")
    assert [set(result) for result in shown["results"]] == [{"result", "created_at"}] * 2
    assert [result["result"] for result in shown["results"]] == [13, 5]


def test_a_task_of_a_schedule_says_so(client, make_schedule):
    task = make_schedule().task

    assert client.get(f"/tasks/{task.pk}/").json()["is_scheduled"] is True


MAX, MIN = 2**63 - 1, -(2**63)


@pytest.mark.parametrize(
    ("a", "b"),
    [(MAX, 0), (-MAX, 0), (MIN, 0), (MAX, MAX), (MIN, MIN), (MAX, MIN), (2**53 + 1, 0)],
)
def test_numbers_are_exact_in_and_out(client, post, a, b):
    created = post(f'{{"a": {a}, "b": {b}}}').json()
    run(Task.objects.get(pk=created["id"]))

    body = client.get(f"/tasks/{created['id']}/").content.decode()

    assert f'"a":{a},"b":{b}' in body
    assert f'"result":{a + b},' in body


@pytest.mark.parametrize(
    "nonsense", ["1.5", "2.0", "1e3", "true", "null", '"x"', "[1]", "{}", '"\\u0000"']
)
@pytest.mark.parametrize("field", ["a", "b", "priority", "duration_ms", "max_attempts"])
def test_what_is_not_an_integer_is_refused_by_name(post, field, nonsense):
    parameters = {"a": "1", "b": "1"} | {field: nonsense}
    response = post(
        "{" + ", ".join(f'"{name}": {value}' for name, value in parameters.items()) + "}"
    )

    assert (response.status_code, list(response.json())) == (400, [field])
    assert not Task.objects.exists()


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"a": 1}, "b"),
        ({"b": 1}, "a"),
        ({"a": 1, "b": 1, "priority": 10}, "priority"),
        ({"a": 1, "b": 1, "duration_ms": -1}, "duration_ms"),
        ({"a": 1, "b": 1, "queue": "nowhere"}, "queue"),
        ({"a": 1, "b": 1, "queue": "\0"}, "queue"),
        ({"a": 1, "b": 1, "queue": "\ud800"}, "queue"),
        ({"a": 1, "b": 1, "queue": None}, "queue"),
        ({"a": 1, "b": 1, "run_at": "soon"}, "run_at"),
        ({"a": 1, "b": 1, "run_at": "0001-01-01T00:00:00+14:00"}, "run_at"),
        (
            {"a": 1, "b": 1, "run_at": "2030-01-01T00:00Z", "expires_at": "2030-01-01T00:00Z"},
            "expires_at",
        ),
        ([1], "non_field_errors"),
        (5, "non_field_errors"),
    ],
    ids=str,
)
def test_a_refusal_names_the_field(post, parameters, field):
    response = post(parameters)

    assert (response.status_code, list(response.json())) == (400, [field])
    assert (Task.objects.count(), ClusterEvent.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"a": 1, "b": 1}}',
        b'{"a": 1, "b": NaN}',
        b'{"a": 1, "b": Infinity}',
        b'{"a": \x00, "b": 1}',
        b"\xff\xfe",
        b'{"a": "' + b"\xc3\x28" + b'"}',
        b"[" * 100_000,
        b'{"a": 1, "b": ' + b"9" * 4301 + b"}",
        b'{"a": 1, "b": ' + b"9" * 5_000_000 + b"}",
    ],
    ids=lambda body: body[:16].decode(errors="replace"),
)
def test_a_body_that_cannot_be_read_is_refused(post, body):
    response = post(body)

    assert response.status_code == 400
    assert response.json()
    assert not Task.objects.exists()


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "x"])
def test_only_json_and_forms_are_accepted(post, content_type):
    response = post({"a": 1, "b": 1}, content_type=content_type)

    assert response.status_code == 415
    assert "media type" in response.json()["detail"]
    assert not Task.objects.exists()


def test_a_repeated_request_answers_the_first_task(post):
    first = post({"a": 2, "b": 3}, **{"Idempotency-Key": "order-7"})
    second = post({"a": 2, "b": 3}, **{"Idempotency-Key": "order-7"})

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert Task.objects.count() == 1


def test_a_key_that_stands_for_another_task_is_refused(post):
    post({"a": 2, "b": 3}, **{"Idempotency-Key": "order-7"})

    response = post({"a": 2, "b": 4}, **{"Idempotency-Key": "order-7"})

    assert (response.status_code, list(response.json())) == (422, ["Idempotency-Key"])
    assert Task.objects.count() == 1


def test_the_list_is_a_plain_array_newest_first(client, make_task):
    made = [str(make_task(a=i).pk) for i in range(3)]

    response = client.get("/tasks/")

    assert [task["id"] for task in response.json()] == made[::-1]
    assert set(response.json()[0]) == FIELDS
    assert "Link" not in response


@pytest.mark.parametrize("count", [1, 30])
def test_a_list_takes_one_query_and_a_task_two(client, make_task, count, django_assert_num_queries):
    for _ in range(count):
        run(task := make_task())

    with django_assert_num_queries(1):
        client.get("/tasks/")
    with django_assert_num_queries(2):
        client.get(f"/tasks/{task.pk}/")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        *(
            (f"limit={limit}", "limit")
            for limit in ("0", "1001", "-1", "x", "", "1.0", "²", "9" * 5000)
        ),
        *((f"cursor={cursor}", "cursor") for cursor in ("x", "%00", "1" * 33)),
    ],
)
def test_a_page_that_cannot_be_is_refused(client, query, field):
    response = client.get(f"/tasks/?{query}")

    assert (response.status_code, list(response.json())) == (400, [field])


@pytest.mark.parametrize("id", [uuid7(), UUID(int=0), "x", "1", "%00", "..%2f"])
def test_a_task_that_is_not_there(client, id):
    response = client.get(f"/tasks/{id}/")

    assert response.status_code == 404
    assert response["Content-Type"] == "application/json"


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_nothing_else_answers(client, make_task, method):
    task = make_task()

    for path in ("/tasks/", f"/tasks/{task.pk}/"):
        response = getattr(client, method)(path, "{}", content_type="application/json")
        assert response.status_code == 405
    assert (
        client.post(f"/tasks/{task.pk}/", "{}", content_type="application/json").status_code == 405
    )


def test_without_a_database_the_answer_has_retry_after(post, monkeypatch):
    def away(new):
        raise OperationalError("gone")

    monkeypatch.setattr(tasks, "create_task", away)

    response = post({"a": 1, "b": 1})

    assert (response.status_code, response["Retry-After"]) == (503, "5")


def test_the_description_is_complete_and_valid(client):
    import yaml
    from drf_spectacular.validation import validate_schema

    document = yaml.safe_load(client.get("/api/schema/").content)

    validate_schema(document)
    paths = {path: set(item) for path, item in document["paths"].items()}
    assert paths == {
        "/tasks/": {"get", "post"},
        "/tasks/{id}/": {"get"},
        "/task-schedules/": {"get", "post"},
        "/task-schedules/{id}/": {"get", "put", "delete"},
    }
    assert set(document["paths"]["/tasks/"]["post"]["responses"]) == {
        "201",
        "400",
        "401",
        "403",
        "415",
        "422",
        "429",
        "503",
    }
    assert set(document["components"]["schemas"]["Task"]["properties"]) == FIELDS


def test_its_page_loads_nothing_from_elsewhere(client):
    page = client.get("/api/docs/").content.decode()

    assert "/static/drf_spectacular_sidecar/swagger-ui-dist/" in page
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
