"""Tasks are found by the beginning or the end of their UUID."""

from uuid import UUID

import pytest

from tasks_app.models import Task

pytestmark = pytest.mark.django_db

FIRST = "01a21a6d-c2c7-7038-a29e-d4b5a570ee06"
SECOND = "01a21a6d-c2c7-7038-a29e-d4b5a570aa06"
THIRD = "01b00000-0000-7000-8000-a570ee06a21a"


@pytest.fixture
def tasks(make_task):
    """Three tasks whose `a` is 1, 2 and 3."""
    for a, uuid in enumerate((FIRST, SECOND, THIRD), start=1):
        Task.objects.filter(pk=make_task(a=a).pk).update(id=UUID(uuid))


@pytest.fixture
def found(data):
    def found(where):
        query = "query Q($where: TaskWhere) { tasks(where: $where) { nodes { a } totalCount } }"
        page = data(query, where=where)["tasks"]
        assert page["totalCount"] == len(page["nodes"])
        return sorted(int(task["a"]) for task in page["nodes"])

    return found


@pytest.mark.parametrize(
    ("fragment", "matches"),
    [
        ("01a21a6d", [1, 2]),
        ("01a2", [1, 2]),
        ("01A21A6D-C2C7-7038", [1, 2]),
        ("a570ee06", [1]),
        ("0000-7000-8000-a570ee06a21a", [3]),
        ("00007000-8000a570ee06a21a", [3]),
        (FIRST, [1]),
        (SECOND.replace("-", ""), [2]),
        ("a21a", [3]),  # the beginning of none, and in the middle of two
        ("ffff", []),
    ],
)
def test_uuid_fragment_matches_beginning_and_end(found, tasks, fragment, matches):
    assert found({"uuidFragment": fragment}) == matches


def test_uuid_fragment_combines_with_other_conditions(found, tasks):
    assert found({"uuidFragment": "01a2", "a": {"equals": 2}}) == [2]
    assert found({"OR": [{"uuidFragment": "a570ee06"}, {"a": {"equals": 3}}]}) == [1, 3]
    assert found({"NOT": {"uuidFragment": "01a2"}}) == [3]


def test_bulk_mutation_takes_uuid_fragment(data, tasks):
    mutation = "mutation M($where: TaskWhere!) { cancelTasks(input: {where: $where}) { count } }"
    assert data(mutation, where={"uuidFragment": "a570ee06"})["cancelTasks"]["count"] == 1
    assert Task.objects.get(status="CANCELLED").a == 1


def test_only_recent_tasks_are_compared_by_their_end(found, tasks, monkeypatch):
    monkeypatch.setattr("tasks_app.search.indexed.RECENT_MAX", 2)
    # By UUID the third is the newest, and the first the one after it.
    assert found({"uuidFragment": "a570ee06"}) == [1]
    assert found({"uuidFragment": "a570aa06"}) == []
    assert found({"uuidFragment": "01a21a6d-c2c7-7038-a29e-d4b5a570aa"}) == [2]


@pytest.mark.parametrize("fragment", ["", "a57", "xyz0", "a570 ee06", "%%%%", "0" * 33, "🙂🙂🙂🙂"])
def test_invalid_uuid_fragment_is_refused(graphql, fragment):
    query = "query Q($f: String) { tasks(where: {uuidFragment: $f}) { nodes { a } } }"
    [error] = graphql.execute(query, f=fragment)["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "`uuidFragment` must be 4 to 32 hexadecimal digits" in error["message"]
