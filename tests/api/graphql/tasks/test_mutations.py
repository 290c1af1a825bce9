"""Mutations that only GraphQL has: of many tasks, by condition, and control of schedules."""

import pytest

from tasks_app.models import Task, TaskSchedule

pytestmark = pytest.mark.django_db


CREATE_MANY = """mutation M($input: CreateTasksInput!) { createTasks(input: $input) {
    count taskIds tasks { a } errors { code field message } } }"""


def test_many_tasks_are_created_at_once(data):
    rows = [{"a": i, "b": 1} for i in range(1000)]

    made = data(CREATE_MANY, input={"tasks": rows})["createTasks"]

    assert (made["count"], len(made["taskIds"]), made["errors"]) == (1000, 1000, [])
    assert [task["a"] for task in made["tasks"]] == [str(i) for i in range(50)]
    assert Task.objects.count() == 1000


@pytest.mark.parametrize(("policy", "created"), [("REJECT_ALL", 0), ("REJECT_FAILED_ROWS", 2)])
def test_rows_that_cannot_be_are_named(data, policy, created):
    rows = [{"a": 1, "b": 1}, {"a": str(2**63), "b": 1}, {"a": 3, "b": 1, "queue": "nowhere"}]
    rows.append({"a": 4, "b": 1})

    made = data(CREATE_MANY, input={"tasks": rows, "errorPolicy": policy})["createTasks"]

    assert [(error["code"], error["field"]) for error in made["errors"]] == [
        ("OUT_OF_RANGE", ["input", "tasks", "1", "a"]),
        ("UNKNOWN_QUEUE", ["input", "tasks", "2", "queue"]),
    ]
    assert (made["count"], Task.objects.count()) == (created, created)
    assert [id is None for id in made["taskIds"]] == [False, True, True, False][: 2 * created]


def test_list_without_rows_is_refused_by_its_name(data):
    made = data(CREATE_MANY, input={"tasks": []})["createTasks"]

    assert [error["field"] for error in made["errors"]] == [["input", "tasks"]]


def test_creating_many_again_with_a_key_returns_the_same_tasks(data):
    parameters = {"tasks": [{"a": 1, "b": 1}, {"a": 1, "b": 1}], "idempotencyKey": "night-run"}

    first = data(CREATE_MANY, input=parameters)["createTasks"]
    second = data(CREATE_MANY, input=parameters)["createTasks"]

    assert first == second
    assert Task.objects.count() == 2


def mutation(name):
    kind = f"{name[0].upper()}{name[1:]}Input"
    return f"""mutation M($input: {kind}!) {{ {name}(input: $input) {{
        task {{ status run }} errors {{ code field }} }} }}"""


def test_a_task_is_cancelled_and_retried(data, make_task):
    task = make_task()
    parameters = {"id": str(task.pk)}

    cancelled = data(mutation("cancelTask"), input=parameters)["cancelTask"]
    retried = data(mutation("retryTask"), input=parameters)["retryTask"]
    again = data(mutation("retryTask"), input=parameters)["retryTask"]

    assert cancelled == {"task": {"status": "CANCELLED", "run": 1}, "errors": []}
    assert retried == {"task": {"status": "PENDING", "run": 2}, "errors": []}
    assert again["errors"] == [{"code": "NOT_RETRYABLE", "field": ["input", "id"]}]


@pytest.mark.parametrize("name", ["cancelTask", "retryTask"])
def test_what_is_not_there_cannot_be_changed(data, name):
    parameters = {"id": "01a20b5c-2c2b-7ba4-8680-9665549a35b3"}

    payload = data(mutation(name), input=parameters)[name]

    assert payload == {"task": None, "errors": [{"code": "NOT_FOUND", "field": ["input", "id"]}]}


def test_all_that_match_are_cancelled_or_retried(data, make_task):
    for a in (1, 1, 2):
        make_task(a=a)

    def change(name, **parameters):
        kind = f"{name[0].upper()}{name[1:]}Input"
        query = f"mutation M($input: {kind}!) {{ {name}(input: $input) {{ count }} }}"
        return data(query, input={"where": {"a": {"equals": 1}}, **parameters})[name]["count"]

    assert change("cancelTasks", dryRun=True) == 2
    assert not Task.objects.filter(status="CANCELLED").exists()
    assert change("cancelTasks") == 2
    assert change("retryTasks", dryRun=True) == 2
    assert change("retryTasks") == 2
    assert Task.objects.filter(run=2, status="PENDING").count() == 2


def test_cancelled_tasks_are_restored(data, make_task):
    task = make_task()
    cancel = """mutation { cancelTasks(input: {where: {}}) {
        count pendingCount restorableEvents errors { code } } }"""
    restore = """mutation M($input: RestoreTasksInput!) { restoreTasks(input: $input) {
        count errors { code field } } }"""

    cancelled = data(cancel)["cancelTasks"]
    events = cancelled.pop("restorableEvents")
    assert cancelled == {"count": 1, "pendingCount": 1, "errors": []}
    counted = data(restore, input={"events": events, "dryRun": True})["restoreTasks"]
    refused = data(restore, input={"events": [*events, "nothing"]})["restoreTasks"]
    assert Task.objects.get(pk=task.pk).status == "CANCELLED"
    restored = data(restore, input={"events": events})["restoreTasks"]

    assert counted == restored == {"count": 1, "errors": []}
    error = {"code": "INVALID", "field": ["input", "events", "1"]}
    assert refused == {"count": 0, "errors": [error]}
    assert Task.objects.get(pk=task.pk).status == "PENDING"


def test_a_schedule_is_controlled(data, make_schedule):
    schedule = make_schedule(interval=60)
    id = str(schedule.pk)

    def change(name, returns, **parameters):
        kind = f"{name[0].upper()}{name[1:]}Input"
        query = f"""mutation M($input: {kind}!) {{ {name}(input: $input) {{
            {returns} errors {{ code field }} }} }}"""
        return data(query, input={"id": id, **parameters})[name]

    shown = "taskSchedule { paused pauseNote recurrence { interval } maxRuns upcoming(count: 2) }"
    paused = change("pauseTaskSchedule", shown, note="for the night")["taskSchedule"]
    assert (paused["paused"], paused["pauseNote"], paused["upcoming"]) == (
        True,
        "for the night",
        [],
    )
    triggered = change("triggerTaskSchedule", "task { status run }")
    assert triggered["task"] == {"status": "PENDING", "run": 1}
    assert change("triggerTaskSchedule", "task { run }")["errors"] == [
        {"code": "NOT_TRIGGERABLE", "field": ["input", "id"]}
    ]
    resumed = change("resumeTaskSchedule", shown)["taskSchedule"]
    assert (resumed["paused"], len(resumed["upcoming"])) == (False, 2)
    changed = change("updateTaskSchedule", shown, maxRuns=5)["taskSchedule"]
    assert (changed["recurrence"]["interval"], changed["maxRuns"]) == (60, 5)
    caught_up = change("updateTaskSchedule", "taskSchedule { catchUp }", catchUp="ALL")
    assert caught_up["taskSchedule"] == {"catchUp": "ALL"}
    assert TaskSchedule.objects.get().catch_up == "ALL"
    assert change("updateTaskSchedule", shown, maxRuns=None)["taskSchedule"]["maxRuns"] is None
    ticks = data(
        """query Q($id: ID!) { taskSchedule(id: $id) { firedCount skippedCount missedCount
             ticks { totalCount nodes { outcome reason run } } } }""",
        id=id,
    )["taskSchedule"]
    assert (ticks["firedCount"], ticks["ticks"]["totalCount"]) == (1, 1)
    assert ticks["ticks"]["nodes"][0]["outcome"] == "FIRED"


def test_scheduled_times_are_previewed_without_a_schedule(data):
    query = """query Q($input: NewScheduleInput!) {
        schedulePreview(input: $input, count: 3) { text ticks { at } errors { field } } }"""
    parameters = {"a": 1, "b": 1, "scheduledAt": "2100-01-01T00:00:00Z"}
    parameters["recurrence"] = {"interval": 60}

    preview = data(query, input=parameters)["schedulePreview"]
    refused = data(query, input=parameters | {"recurrence": {"interval": 0}})["schedulePreview"]

    assert preview["text"] == "Every minute"
    assert [tick["at"] for tick in preview["ticks"]] == [
        f"2100-01-01T00:0{minute}:00+00:00" for minute in range(3)
    ]
    path = ["input", "recurrence", "interval"]
    assert refused == {"ticks": [], "text": "", "errors": [{"field": path}]}
    assert not TaskSchedule.objects.exists()
