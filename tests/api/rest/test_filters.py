"""Filters of lists, with pages."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tasks_app.models import Queue, Task, TaskSchedule
from tasks_app.models.base import uuid7_floor
from tasks_app.services import tasks
from tests.support.working import claim_only

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("node")]


@pytest.fixture
def listed(client):
    """The IDs of the filtered list, newest first."""

    def listed(path="/tasks/", **query):
        response = client.get(f"{path}?{urlencode(query)}")
        assert response.status_code == 200, response.json()
        return [each["id"] for each in response.json()]

    return listed


def ids(*rows):
    return [str(row.pk) for row in rows]


def test_status_filters_by_what_responses_show(listed, make_task):
    failed, cancelled, running, pending, done = (make_task() for _ in range(5))
    failed.mark_as_failed("no")
    done.mark_as_successfull(5)
    tasks.cancel_task(cancelled.pk)
    claim_only(running)

    assert listed(status="FAILED") == ids(cancelled, failed)
    assert listed(status="PENDING") == ids(pending, running)
    assert listed(status="SUCCESS") == ids(done)
    assert len(listed(status="", queue="", created_after="")) == 5


def test_queue_and_status_are_combined(listed, make_task):
    Queue.objects.create(name="email")
    make_task().mark_as_failed("no")
    email, other = make_task(queue="email"), make_task(queue="email")
    email.mark_as_failed("no")

    assert listed(queue="email", status="FAILED") == ids(email)
    assert listed(queue="email") == ids(other, email)
    assert listed(queue="nowhere") == []


def test_search_language(client, listed, make_task):
    Queue.objects.create(name="email")
    make_task()
    wide, email = make_task(slots=4), make_task(queue="email", slots=4)

    assert listed(search="slots:>2") == ids(email, wide)
    assert listed(search="slots:>2", queue="email") == ids(email)
    response = client.get("/tasks/?search=slots:two")
    assert response.status_code == 400
    assert "`slots:two` is not valid" in response.json()["search"][0]


def at(row, **shift):
    """Set the time of creation, in the ID too."""
    time = row.created_at + timedelta(**shift)
    id = uuid7_floor(time)
    Task.objects.filter(pk=row.pk).update(id=id, created_at=time)
    return Task.objects.get(pk=id)


def test_times_of_creation(listed, make_task):
    old, middle, new = at(make_task(), days=-2), at(make_task(), days=-1), make_task()
    after, before = middle.created_at.isoformat(), new.created_at.isoformat()

    assert listed(created_after=after) == ids(new, middle)
    assert listed(created_before=before) == ids(middle, old)
    assert listed(created_after=after, created_before=before) == ids(middle)
    assert listed(created_after=after.replace("+00:00", "")) == ids(new, middle)


@pytest.mark.parametrize(
    ("time", "found"),
    [
        *((f"{year}-01-01T00:00:00+14:00", 1) for year in ("0001", "1900", "1969", "1970")),
        ("9999-12-31T23:59:59-14:00", 0),
        *((f"2020-01-01T00:00:00{offset}", 1) for offset in ("+20:01", "-23:59")),
        *((f"2100-01-01T00:00:00{offset}", 0) for offset in ("+20:01", "-23:59")),
    ],
)
def test_times_at_the_ends_of_the_calendar(listed, make_task, time, found):
    make_task()

    assert len(listed(created_after=time)) == found
    assert len(listed(created_before=time)) == 1 - found


def test_schedules_are_filtered(listed, make_schedule):
    Queue.objects.create(name="email")
    first, second = make_schedule(), make_schedule(queue="email")
    path = "/task-schedules/"

    assert listed(path, queue="email") == ids(second)
    assert listed(path, created_after=second.created_at.isoformat()) == ids(second)
    assert listed(path, created_before=second.created_at.isoformat()) == ids(first)


def test_pages_of_a_filtered_list_keep_the_filter(client, make_task):
    made = [make_task() for _ in range(6)]
    for number, task in enumerate(made[::2]):
        tasks.cancel_task(task.pk) if number % 2 else task.mark_as_failed("no")

    url, found = "/tasks/?status=FAILED&limit=2", []
    while url:
        response = client.get(url)
        found += [task["id"] for task in response.json()]
        link = re.search(r"http://testserver([^>]*)", response.get("Link", ""))
        url = link[1] if link else ""

    assert found == ids(*reversed(made[::2]))


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("state=FAILED", ["state"]),
        ("Status=FAILED&page=2&limit=5", ["Status", "page"]),
        ("status=RUNNING", ["status"]),
        ("status=failed", ["status"]),
        ("created_after=yesterday", ["created_after"]),
        ("created_before=2030-13-01", ["created_before"]),
        ("queue=%00", ["queue"]),
        ("search=nonsense", ["search"]),
        ("search=a:%00", ["search"]),
    ],
)
def test_unknown_parameters_and_values_are_refused_by_name(client, query, fields):
    response = client.get(f"/tasks/?{query}")

    assert (response.status_code, sorted(response.json())) == (400, fields)


def test_unknown_parameter_of_schedules_names_the_known_ones(client):
    response = client.get("/task-schedules/?status=FAILED")

    assert response.status_code == 400
    [message] = response.json()["status"]
    assert "created_after, created_before, cursor, format, label, limit, queue." in message


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("status=SUCCESS", "task_status"),
        ("status=PENDING&cursor=" + "f" * 32, "task_status"),
        ("created_after=2030-01-01T00:00", "tasks_app_task_pkey"),
        ("created_before=2000-01-01T00:00", "tasks_app_task_pkey"),
    ],
)
def test_an_index_serves_the_filter(client, query, index):
    # The planner decides by the statistics, which need rows that do not match.
    now = timezone.now()
    others = {"a": 1, "b": 1, "queue_id": "default", "status": "FAILED", "finished_at": now}
    Task.objects.bulk_create(Task(**others) for _ in range(200))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tasks_app_task")
    with CaptureQueriesContext(connection) as queries:
        client.get(f"/tasks/?{query}")
    [sql] = [each["sql"] for each in queries if "LIMIT" in each["sql"]]
    with connection.cursor() as cursor:
        for other in ("seqscan", "bitmapscan", "sort"):  # Few rows would make them cheaper.
            cursor.execute(f"SET LOCAL enable_{other} = off")
        cursor.execute("EXPLAIN " + sql.replace("%", "%%"))
        plan = "\n".join(row for (row,) in cursor)

    assert f"using {index}" in plan
    assert "Index Cond" in plan


def test_filters_are_in_openapi(client):
    import yaml

    document = yaml.safe_load(client.get("/api/schema/").content)
    parameters = {
        path: {each["name"]: each for each in document["paths"][path]["get"]["parameters"]}
        for path in ("/tasks/", "/task-schedules/")
    }

    paging = {"cursor", "limit", "If-None-Match", "created_after", "created_before", "queue"}
    assert set(parameters["/tasks/"]) == paging | {"status", "search"}
    assert set(parameters["/task-schedules/"]) == paging | {"label"}
    assert parameters["/tasks/"]["status"]["schema"]["enum"] == ["FAILED", "PENDING", "SUCCESS"]
    assert parameters["/tasks/"]["created_after"]["schema"]["format"] == "date-time"
    assert all(each["description"] for each in parameters["/tasks/"].values())
    assert [each["in"] for each in document["paths"]["/tasks/"]["post"]["parameters"]] == ["header"]


def test_schedules_are_filtered_by_labels(client, listed, make_schedule):
    nightly = make_schedule(labels=["nightly"])
    both = make_schedule(labels=["billing", "nightly"])
    make_schedule()

    assert listed("/task-schedules/", label="nightly") == ids(both, nightly)
    assert listed("/task-schedules/", label="night") == []
    repeated = client.get("/task-schedules/?label=nightly&label=billing").json()
    assert [each["id"] for each in repeated] == ids(both)
    assert len(listed("/task-schedules/", label="")) == 3
    for query in ("label=%00", "label=%00&label=nightly"):
        refused = client.get(f"/task-schedules/?{query}")
        assert (refused.status_code, list(refused.json())) == (400, ["label"])


def test_list_of_schedules_takes_two_queries(client, make_schedule, django_assert_num_queries):
    make_schedule()

    with django_assert_num_queries(2):
        client.get("/task-schedules/?queue=default")
    assert TaskSchedule.objects.count() == 1
