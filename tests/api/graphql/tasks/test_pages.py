"""Pages of tasks: order, cursors and counts."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tasks_app.log.cursor import Cursor
from tasks_app.models import ClusterEvent, Task
from tests.support.working import run_only

pytestmark = pytest.mark.django_db

ROW = "id a b status result results { result } schedule { id } workerNode { name }"


@pytest.mark.parametrize("count", [1, 100])
def test_number_of_queries_of_a_page_is_independent_of_its_rows(data, node, make_schedule, count):
    for _ in range(count):
        make_schedule()
    Task.objects.update(status="PENDING", run=1)
    run_only(*Task.objects.all())

    with CaptureQueriesContext(connection) as queries:
        page = data(f"{{ tasks(first: 100) {{ nodes {{ {ROW} }} }} }}")["tasks"]

    assert len(page["nodes"]) == count
    assert page["nodes"][0]["result"] == page["nodes"][0]["results"][0]["result"] == "5"
    assert len(queries) == 4  # tasks, results, schedules, nodes


@pytest.mark.parametrize("count", [1, 20])
def test_number_of_queries_of_a_page_of_schedules_is_independent_of_its_rows(
    data, make_schedule, count
):
    for _ in range(count):
        make_schedule()

    with CaptureQueriesContext(connection) as queries:
        data(
            "{ taskSchedules { nodes { id upcoming task { a queue { name } history { kind } } } } }"
        )

    assert len(queries) == 4  # schedules, tasks, queues, events


@pytest.mark.parametrize("field", ["CREATED_AT", "FINISHED_AT"])
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
def test_pages_fit_together_in_both_directions(data, make_task, node, field, direction):
    run_only(*(make_task(a=a) for a in range(5)))
    order = {"field": field, "direction": direction}
    query = """query Q($o: TaskOrder, $first: Int, $after: String, $last: Int, $before: String) {
        tasks(orderBy: $o, first: $first, after: $after, last: $last, before: $before) {
          edges { cursor node { a } } pageInfo {
          hasNextPage hasPreviousPage startCursor endCursor } } }"""

    def page(**arguments):
        return data(query, o=order, **arguments)["tasks"]

    def numbers(page):
        return [edge["node"]["a"] for edge in page["edges"]]

    whole = page(first=5)
    first = page(first=2)
    second = page(first=2, after=first["pageInfo"]["endCursor"])
    third = page(first=2, after=second["pageInfo"]["endCursor"])
    back = page(last=2, before=third["pageInfo"]["startCursor"])

    assert numbers(first) + numbers(second) + numbers(third) == numbers(whole)
    assert back["edges"] == second["edges"]
    infos = [shown["pageInfo"] for shown in (first, second, third, back)]
    assert [info["hasNextPage"] for info in infos] == [True, True, False, True]
    assert [info["hasPreviousPage"] for info in infos] == [False, True, True, True]


def test_rows_are_counted_only_up_to_a_bound(data, make_task, monkeypatch):
    monkeypatch.setattr("schema.core.pagination.COUNT_MAX", 3)
    query = "{ tasks { totalCount totalCountIsEstimate } }"
    for _ in range(3):
        make_task()
    assert data(query)["tasks"] == {"totalCount": 3, "totalCountIsEstimate": False}

    make_task()
    page = data(query)["tasks"]
    assert page["totalCount"] > 3
    assert page["totalCountIsEstimate"] is True


def test_rows_are_counted_only_if_that_is_asked_for(data, make_task):
    make_task()

    with CaptureQueriesContext(connection) as queries:
        data("{ tasks { nodes { a } } }")

    assert len(queries) == 1


@pytest.mark.django_db(transaction=True)
def test_the_cursor_of_a_page_misses_nothing_that_is_not_in_it(data, make_task):
    before = make_task()
    cursor = Cursor.decode(data("{ tasks { cursor } }")["tasks"]["cursor"])
    after = make_task()

    later = ClusterEvent.objects.filter(xid__gte=cursor.xid)
    seen = {id for event in later for id in event.task_ids}

    assert after.pk in seen
    assert before.pk not in seen
