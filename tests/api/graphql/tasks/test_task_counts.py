"""The query `taskCounts`: the numbers of tasks by status, queue or priority, for any condition."""

import pytest

from tasks_app.models import Queue, Task
from tasks_app.services import tasks
from tasks_app.services.tasks import counts

pytestmark = pytest.mark.django_db

COUNTS = """query Q($where: TaskWhere, $groupBy: TaskCountKey! = STATUS, $first: Int! = 50) {
    taskCounts(where: $where, groupBy: $groupBy, first: $first) {
        groups { status queue priority count } totalCount isLowerBound } }"""


@pytest.fixture
def counted(data):
    """Count tasks; return the numbers by status, queue or priority."""

    def counted(where=None, **arguments):
        shown = data(COUNTS, where=where, **arguments)["taskCounts"]
        assert shown["isLowerBound"] is False
        return {
            next(value for value in key if value is not None): count
            for *key, count in (group.values() for group in shown["groups"])
        }

    return counted


@pytest.fixture
def some_tasks(make_task):
    """Three tasks in `default`, of which one is cancelled, and two in `big`."""
    Queue.objects.create(name="big")
    Queue.objects.create(name="empty")
    tasks.cancel_task(make_task(a=1).pk)
    return [
        make_task(a=2),
        make_task(a=3),
        make_task(a=4, queue="big"),
        make_task(a=5, queue="big"),
    ]


def test_tasks_are_counted_by_status_or_queue(counted, some_tasks):
    assert counted() == {"PENDING": 4, "CANCELLED": 1}
    assert counted(groupBy="QUEUE") == {"default": 3, "big": 2}


def test_tasks_are_counted_by_priority(counted, make_task):
    for priority in (0, 9, 8, 9):
        make_task(a=1, priority=priority)
    assert counted(groupBy="PRIORITY") == {9: 2, 0: 1, 8: 1}


@pytest.mark.parametrize(
    ("where", "by_status"),
    [
        ({"queue": "big"}, {"PENDING": 2}),
        ({"statuses": ["CANCELLED", "SUCCESS"]}, {"CANCELLED": 1}),
        ({"a": {"min": "2", "max": "4"}}, {"PENDING": 3}),
        ({"result": {"min": "1"}}, {}),
        ({"uuidFragment": "abcd"}, {}),
        ({"NOT": {"a": {"equals": "1"}}}, {"PENDING": 4}),
        ({"OR": [{"a": {"equals": "1"}}, {"queue": "big"}]}, {"PENDING": 2, "CANCELLED": 1}),
        ({"OR": []}, {}),
        ({"ids": []}, {}),
        ({"workerNode": "100%"}, {}),
    ],
)
def test_conditions_are_those_of_tasks(counted, data, some_tasks, where, by_status):
    assert counted(where) == by_status
    listed = data("query Q($where: TaskWhere) { tasks(where: $where) { totalCount } }", where=where)
    assert listed["tasks"]["totalCount"] == sum(by_status.values())


def test_largest_groups_come_first_and_are_limited(data, some_tasks):
    shown = data(COUNTS, groupBy="QUEUE", first=1)["taskCounts"]

    assert shown["groups"] == [{"status": None, "queue": "default", "priority": None, "count": 3}]
    assert shown["totalCount"] == 5


def test_counts_of_more_tasks_than_are_counted_are_lower_bounds(data, some_tasks, monkeypatch):
    monkeypatch.setattr(counts, "COUNTED_MAX", 4)
    assert data(COUNTS)["taskCounts"]["isLowerBound"] is True

    Task.objects.filter(status="CANCELLED").delete()
    assert data(COUNTS)["taskCounts"] == {
        "groups": [{"status": "PENDING", "queue": None, "priority": None, "count": 4}],
        "totalCount": 4,
        "isLowerBound": False,
    }


@pytest.mark.parametrize("first", [0, 101, -1])
def test_number_of_groups_is_limited(send_query, first):
    [error] = send_query(COUNTS, first=first).json()["errors"]

    assert error["message"] == "`first` must be between 1 and 100."
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


def test_groups_count_towards_the_cost_of_the_operation(send_query):
    def cost(arguments):
        query = f"{{ taskCounts{arguments} {{ groups {{ count }} }} }}"
        return send_query(query).json()["extensions"]["cost"]["requested"]

    assert cost("") == 1 + 50 * 2
    assert cost("(first: 3)") == 1 + 3 * 2
