"""The log read backwards, and the tasks of its events."""

import base64

import pytest

from tasks_app.services import schedules, tasks

# What is not committed is not in the log yet.
pytestmark = pytest.mark.django_db(transaction=True)

PAGE = """
query Log($before: String, $count: Int!, $kinds: [ClusterEventKind!]) {
  clusterEvents(before: $before, count: $count, kinds: $kinds) {
    cursor caughtUp
    events { cursor kind taskCount tasks(first: 2) { a b queue { name } } }
  }
}
"""


def firsts(page):
    return [line["tasks"][0]["a"] for line in page["events"]]


def test_the_last_lines_come_in_order_and_lead_to_those_before(data, make_task):
    for a in range(7):
        make_task(a=a)

    page = data(PAGE, count=3)["clusterEvents"]
    assert firsts(page) == ["4", "5", "6"]
    assert page["caughtUp"]
    older = data(PAGE, count=3, before=page["events"][0]["cursor"])["clusterEvents"]
    assert firsts(older) == ["1", "2", "3"]
    oldest = data(PAGE, count=3, before=older["events"][0]["cursor"])["clusterEvents"]
    assert firsts(oldest) == ["0"]


def test_lines_of_some_kinds_only(data, make_task, make_schedule):
    make_task(a=1)
    schedule = make_schedule()
    schedules.pause_schedule(schedule.pk)
    make_task(a=2)

    kinds = ["SCHEDULE_PAUSED", "SCHEDULE_CREATED"]
    page = data(PAGE, count=10, kinds=kinds)["clusterEvents"]
    assert [line["kind"] for line in page["events"]] == ["SCHEDULE_CREATED", "SCHEDULE_PAUSED"]
    assert data(PAGE, count=10, kinds=[])["clusterEvents"]["events"] == []


def test_event_of_many_tasks_has_their_count_and_the_first(data, django_assert_max_num_queries):
    tasks.create_tasks([tasks.NewTask(a=a, b=0) for a in range(30)])
    tasks.create_tasks([tasks.NewTask(a=a, b=0) for a in range(100, 103)])

    with django_assert_max_num_queries(6):
        page = data(PAGE, count=10)["clusterEvents"]
    assert [line["taskCount"] for line in page["events"]] == [30, 3]
    assert [[task["a"] for task in line["tasks"]] for line in page["events"]] == [
        ["0", "1"],
        ["100", "101"],
    ]


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ("count: 0", "count"),
        ("count: 101", "count"),
        ('before: "nonsense"', "before"),
        (f'before: "{base64.b64encode(b"-1:1").decode()}"', "before"),
    ],
)
def test_what_cannot_be_is_refused_by_name(graphql, arguments, name):
    errors = graphql.execute(f"{{ clusterEvents({arguments}) {{ cursor }} }}")["errors"]
    assert f"`{name}`" in errors[0]["message"]


def test_event_returns_at_most_ten_tasks(graphql, make_task):
    make_task()
    query = "{ clusterEvents { events { tasks(first: 11) { a } } } }"
    errors = graphql.execute(query)["errors"]
    assert "`first`" in errors[0]["message"]
