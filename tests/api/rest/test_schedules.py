"""The contract of /task-schedules/, verb by verb."""

import json
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from tasks_app.models import Task, TaskSchedule, uuid7
from tasks_app.services import schedules
from tests.support.working import run_only

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("node")]

FIELDS = {"url", "id", "task", "scheduled_at", "interval", "created_at", "updated_at"}
TASK_FIELDS = {
    *("url", "id", "a", "b", "is_scheduled", "status", "failed_message", "celery_task_id"),
    *("created_at", "updated_at"),
}
PARAMETERS = {"a": 2, "b": 3, "scheduled_at": "2031-01-01T00:00:00Z", "interval": 60}


@pytest.fixture
def ask(client):
    def ask(method, path, body=None, **headers):
        return client.generic(
            method, path, json.dumps(body), content_type="application/json", headers=headers
        )

    return ask


@pytest.fixture
def post(ask):
    return lambda body, **headers: ask("POST", "/task-schedules/", body, **headers)


def test_creating_answers_201_with_the_documented_fields(post):
    response = post(PARAMETERS)

    schedule = response.json()
    assert response.status_code == 201
    assert set(schedule) == FIELDS
    assert schedule["url"] == response["Location"]
    assert schedule["url"] == f"http://testserver/task-schedules/{schedule['id']}/"
    assert (schedule["scheduled_at"], schedule["interval"]) == ("2031-01-01T00:00:00Z", 60)
    task = schedule["task"]
    assert set(task) == TASK_FIELDS
    assert task | {"a": 2, "b": 3, "is_scheduled": True, "status": "PENDING"} == task
    assert task["url"] == f"http://testserver/tasks/{task['id']}/"
    assert TaskSchedule.objects.get(pk=schedule["id"]).task.pk == Task.objects.get().pk


@pytest.mark.parametrize("time", ["2031-01-01T00:00:00", "2031-01-01T02:00:00+02:00"])
def test_a_time_without_zone_is_utc(post, time):
    assert (
        post(PARAMETERS | {"scheduled_at": time}).json()["scheduled_at"] == "2031-01-01T00:00:00Z"
    )


def test_everything_a_schedule_can_be_asked_for(post):
    parameters = {
        **{"overlap": "QUEUE_ONE", "misfire_grace": 5, "ends_at": "2032-01-01T00:00:00Z"},
        "catch_up": "ALL",
        **{"max_runs": 7, "jitter": 9, "priority": 8, "duration_ms": 50, "max_attempts": 1},
        **{"fail_attempts": 1, "retry_backoff_ms": 20, "max_concurrent_runs": 4},
        **{"concurrency_key": "k", "concurrency_limit": 2},
    }

    schedule = TaskSchedule.objects.get(pk=post(PARAMETERS | parameters).json()["id"])

    assert (schedule.overlap, schedule.misfire_grace) == ("QUEUE_ONE", 5)
    assert (schedule.catch_up, schedule.max_concurrent_runs) == ("ALL", 4)
    assert (schedule.max_runs, schedule.jitter) == (7, 9)
    assert schedule.ends_at.isoformat() == "2032-01-01T00:00:00+00:00"
    task = schedule.task
    assert (task.priority, task.duration_ms, task.max_attempts) == (8, 50, 1)
    assert (task.fail_attempts, task.retry_backoff_ms) == (1, 20)
    assert (task.concurrency_key, task.concurrency_limit) == ("k", 2)


def test_its_task_shows_the_results_of_its_runs(client, post):
    schedule = post(PARAMETERS).json()
    task = schedules.trigger_schedule(schedule["id"])
    run_only(task)

    shown = client.get(schedule["task"]["url"]).json()

    assert (shown["status"], shown["is_scheduled"]) == ("SUCCESS", True)
    assert [result["result"] for result in shown["results"]] == [5]


def test_retrieving_answers_the_same(client, post):
    created = post(PARAMETERS).json()

    response = client.get(created["url"])

    assert (response.status_code, response.json()) == (200, created)


def test_putting_moves_it_and_leaves_no_orphan(ask, post):
    neighbor, created = post(PARAMETERS).json(), post(PARAMETERS | {"overlap": "QUEUE_ONE"}).json()
    change = {"a": 7, "b": 8, "scheduled_at": "2031-02-01T00:00:00Z", "interval": 61}

    response = ask("PUT", created["url"], change)

    changed = response.json()
    assert response.status_code == 200
    assert (changed["scheduled_at"], changed["interval"]) == ("2031-02-01T00:00:00Z", 61)
    assert (changed["task"]["a"], changed["task"]["b"]) == (7, 8)
    assert (changed["id"], changed["task"]["id"]) == (created["id"], created["task"]["id"])
    assert TaskSchedule.objects.get(pk=created["id"]).overlap == "QUEUE_ONE"
    assert ask("GET", neighbor["url"]).json() == neighbor
    assert ask("PUT", neighbor["url"], change).status_code == 200
    assert list(IntervalSchedule.objects.values_list("every", flat=True)) == [61]
    assert PeriodicTask.objects.count() == 2


@pytest.mark.parametrize("field", ["a", "b", "scheduled_at", "interval"])
def test_putting_says_all_of_it(ask, post, field):
    created = post(PARAMETERS).json()
    change = {name: value for name, value in PARAMETERS.items() if name != field}

    response = ask("PUT", created["url"], change)

    assert (response.status_code, list(response.json())) == (400, [field])


def test_deleting_leaves_nothing(ask, post):
    created = post(PARAMETERS).json()

    response = ask("DELETE", created["url"])

    assert (response.status_code, response.content) == (204, b"")
    for model in (TaskSchedule, Task, PeriodicTask, IntervalSchedule):
        assert not model.objects.exists()
    assert ask("DELETE", created["url"]).status_code == 404
    assert ask("GET", created["task"]["url"]).status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(
            ("interval", value)
            for value in (0, -1, 316_224_001, 2**31, 1.5, 60.0, "x", None, True, [60], 10**400)
        ),
        *(
            ("scheduled_at", value)
            for value in (
                *("soon", None, 5, "", "2031-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00"),
                *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00"),
            )
        ),
        ("a", 2**63),
        ("b", "2.5"),
        ("queue", "nowhere"),
        ("overlap", "BOTH"),
        ("max_concurrent_runs", 1),
        ("max_concurrent_runs", 101),
        ("max_concurrent_runs", None),
        ("catch_up", "MOST"),
        ("misfire_grace", 0),
        ("max_runs", 0),
        ("jitter", 60),
        ("ends_at", "2030-12-31T23:59:59Z"),
        ("ends_at", "0001-01-01T00:00:00"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_refusal_names_the_field(ask, post, field, value):
    response = post(PARAMETERS | {field: value})

    assert (response.status_code, list(response.json())) == (400, [field])
    assert not TaskSchedule.objects.exists()
    assert not PeriodicTask.objects.exists()


def test_a_repeated_request_answers_the_first_schedule(post):
    first = post(PARAMETERS, **{"Idempotency-Key": "k"})
    second = post(PARAMETERS, **{"Idempotency-Key": "k"})
    other = post(PARAMETERS | {"a": 9}, **{"Idempotency-Key": "k"})

    assert (first.status_code, second.status_code, other.status_code) == (201, 201, 422)
    assert first.json() == second.json()
    assert list(other.json()) == ["Idempotency-Key"]
    assert TaskSchedule.objects.count() == 1


def test_each_page_links_to_the_next_newest_first(client, make_schedule):
    made = [str(make_schedule().pk) for _ in range(3)]

    first = client.get("/task-schedules/?limit=2")
    link = re.fullmatch(r'<http://testserver(/task-schedules/\?.*)>; rel="next"', first["Link"])
    second = client.get(link[1])

    assert [schedule["id"] for schedule in first.json()] == made[:0:-1]
    assert [schedule["id"] for schedule in second.json()] == made[:1]
    assert "Link" not in second


@pytest.mark.parametrize("count", [1, 30])
def test_a_list_and_a_schedule_take_two_queries(
    client, make_schedule, count, django_assert_num_queries
):
    for _ in range(count):
        schedule = make_schedule()

    with django_assert_num_queries(2):
        client.get("/task-schedules/")
    with django_assert_num_queries(2):
        client.get(f"/task-schedules/{schedule.pk}/")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_schedule_that_is_not_there(ask, method):
    response = ask(method, f"/task-schedules/{uuid7()}/", PARAMETERS)

    assert response.status_code == 404
    assert list(response.json()) == ["detail"]


def test_nothing_else_answers(ask, make_schedule):
    one = f"/task-schedules/{make_schedule().pk}/"

    for method, path in [
        *(("PUT", "/task-schedules/"), ("PATCH", "/task-schedules/"), ("PATCH", one)),
        *(("DELETE", "/task-schedules/"), ("POST", one)),
    ]:
        assert ask(method, path, PARAMETERS).status_code == 405


def test_a_start_in_the_past_is_answered_as_it_came(post):
    began = (timezone.now() - timedelta(days=9)).replace(microsecond=0)

    created = post(PARAMETERS | {"scheduled_at": began.isoformat()}).json()

    assert created["scheduled_at"] == began.isoformat().replace("+00:00", "Z")
    assert TaskSchedule.objects.get().next_run_at > timezone.now()
