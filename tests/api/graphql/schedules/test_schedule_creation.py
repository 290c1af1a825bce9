"""The mutation that creates many schedules."""

import pytest

from tasks_app.models import TaskSchedule

pytestmark = pytest.mark.django_db

CREATE = """mutation M($input: CreateTaskSchedulesInput!, $first: Int = 50) {
    createTaskSchedules(input: $input) {
        taskScheduleIds taskSchedules(first: $first) { id task { a } recurrence { text } }
        errors { code field message } } }"""


def row(number, **recurrence):
    recurrence = recurrence or {"cron": {"expression": f"{number} 9 * * *"}}
    return {"a": number, "b": 1, "recurrence": recurrence}


@pytest.fixture
def create(data):
    def create(rows, *, first=50, **rest):
        variables = {"input": {"taskSchedules": rows, **rest}, "first": first}
        return data(CREATE, **variables)["createTaskSchedules"]

    return create


def test_many_schedules_are_created_at_once(create):
    made = create([row(number) for number in range(3)], first=2)

    assert (len(made["taskScheduleIds"]), made["errors"]) == (3, [])
    assert [each["task"]["a"] for each in made["taskSchedules"]] == ["0", "1"]
    assert made["taskSchedules"][0]["id"] == made["taskScheduleIds"][0]
    assert made["taskSchedules"][1]["recurrence"]["text"] == "At 09:01 every day, UTC"
    assert TaskSchedule.objects.count() == 3


def test_invalid_rows_are_named_by_their_paths_and_nothing_is_created(create):
    rows = [row(1), row(2, interval=0), row(3, cron={"expression": "x"}), row(4) | {"priority": 10}]

    made = create(rows)

    assert [error["field"][1:] for error in made["errors"]] == [
        ["taskSchedules", "1", "recurrence", "interval"],
        ["taskSchedules", "1", "scheduledAt"],
        ["taskSchedules", "2", "recurrence", "cron", "expression"],
        ["taskSchedules", "3", "priority"],
    ]
    assert (made["taskScheduleIds"], made["taskSchedules"]) == ([], [])
    assert not TaskSchedule.objects.exists()


def test_list_without_rows_is_refused_by_its_name(create):
    assert [error["field"] for error in create([])["errors"]] == [["input", "taskSchedules"]]


def test_creating_many_again_with_a_key_returns_the_same_schedules(create):
    rows = [row(1), row(1)]

    assert create(rows, idempotencyKey="nightly") == create(rows, idempotencyKey="nightly")
    assert TaskSchedule.objects.count() == 2
