"""`TaskWhere.search` in all operations, and `searchSuggestions`."""

import pytest

from tasks_app.models import Queue, Task

pytestmark = pytest.mark.django_db

TASKS = "query Q($where: TaskWhere) { tasks(where: $where) { nodes { a } totalCount } }"
CANCEL = """mutation M($where: TaskWhere!, $dryRun: Boolean!) {
    cancelTasks(input: {where: $where, dryRun: $dryRun}) {
        count errors { code field message } } }"""
SUGGEST = """query Q($text: String!, $cursor: Int, $first: Int! = 25) {
    searchSuggestions(text: $text, cursor: $cursor, first: $first) {
        start end suggestions { text description isComplete } } }"""


@pytest.fixture(autouse=True)
def tasks(make_task):
    Queue.objects.create(name="email")
    make_task(a=1).mark_as_failed("No.")
    make_task(a=2, slots=4)
    make_task(a=3, queue="email", slots=4)


@pytest.fixture
def listed(data):
    def listed(**where):
        page = data(TASKS, where=where)["tasks"]
        assert page["totalCount"] == len(page["nodes"])
        return [int(task["a"]) for task in page["nodes"]]

    return listed


def test_search_combines_with_other_conditions(listed):
    assert listed(search="slots:>2") == [3, 2]
    assert listed(search="slots:>2", queue="email") == [3]
    assert listed(search="") == [3, 2, 1]
    assert listed(NOT={"search": "slots:>2"}) == [1]
    assert listed(OR=[{"search": "queue:email"}, {"search": "status:failed"}]) == [3, 1]


def test_search_counts_tasks(data):
    query = '{ taskCounts(where: {search: "slots:>2"}) { totalCount } }'
    assert data(query)["taskCounts"]["totalCount"] == 2


def test_search_cancels_and_retries_tasks(data):
    where = {"search": "slots:>2 queue:email"}
    assert data(CANCEL, where=where, dryRun=True)["cancelTasks"]["count"] == 1
    assert data(CANCEL, where=where, dryRun=False)["cancelTasks"]["count"] == 1
    assert Task.objects.get(status="CANCELLED").a == 3
    retry = CANCEL.replace("cancelTasks", "retryTasks")
    failed = {"search": "status:failed"}
    assert data(retry, where=failed, dryRun=False)["retryTasks"]["count"] == 1


def test_invalid_search_finds_nothing_and_says_why(graphql):
    [error] = graphql.execute(TASKS, where={"search": "queue:email status:bogus"})["errors"]
    assert "`status:bogus` is not valid" in error["message"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["extensions"]["search"] == {
        **{"start": 19, "end": 24},
        "allowed": ["pending", "running", "success", "failed", "cancelled"],
    }


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize("name", ["cancelTasks", "retryTasks"])
def test_invalid_search_changes_nothing(data, name, dry_run):
    for where in ({"search": "slots:two"}, {"OR": [{}, {"search": "slots:two"}]}):
        payload = data(CANCEL.replace("cancelTasks", name), where=where, dryRun=dry_run)[name]
        assert payload["count"] == 0
        [error] = payload["errors"]
        assert (error["code"], error["field"]) == ("INVALID", ["input", "where", "search"])
        assert "`slots:two` is not valid" in error["message"]
    assert not Task.objects.filter(status="CANCELLED").exists()


def test_number_of_values_is_limited_in_all_searches_together(graphql):
    halves = [{"search": "a:1 " * 26}, {"search": "a:1 " * 26}]
    [error] = graphql.execute(TASKS, where={"AND": halves})["errors"]
    assert "must not have more than 50 values" in error["message"]


def test_suggestions_are_names_that_exist(data):
    found = data(SUGGEST, text="status:failed queue:E")["searchSuggestions"]
    assert found == {
        **{"start": 20, "end": 21},
        "suggestions": [{"text": "email", "description": "Queue", "isComplete": True}],
    }


def test_suggestions_for_all_keys(data, node, make_schedule):
    schedule = make_schedule(labels=["nightly", "eu"])
    expected = {
        "node:": ["node-1@here"],
        "label:": ["eu", "nightly"],
        "label:NI": ["nightly"],
        f"schedule:{schedule.pk.hex[-8:-4]}": [schedule.pk.hex[-8:]],
        "schedule:zz": [],
        "type:": ["scheduled", "one-off"],
    }
    for text, texts in expected.items():
        suggestions = data(SUGGEST, text=text)["searchSuggestions"]["suggestions"]
        assert [each["text"] for each in suggestions] == texts


def test_suggestions_are_for_the_cursor(data):
    found = data(SUGGEST, text="st queue:email", cursor=2, first=1)["searchSuggestions"]
    assert (found["start"], found["end"]) == (0, 2)
    assert [each["text"] for each in found["suggestions"]] == ["status:"]


@pytest.mark.parametrize(
    "arguments",
    [
        *({"text": "a", "cursor": cursor} for cursor in (-1, 2)),
        *({"text": "a", "first": first} for first in (0, 101)),
        {"text": "queue:\0"},
        {"text": "x" * 1_001},
    ],
    ids=["before", "after", "none", "many", "nul", "long"],
)
def test_invalid_arguments_of_suggestions_are_refused(graphql, arguments):
    [error] = graphql.execute(SUGGEST, **arguments)["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
