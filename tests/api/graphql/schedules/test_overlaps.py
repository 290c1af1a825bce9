"""Overlapping runs over GraphQL: configured, triggered, and found by their schedule."""

import pytest

from schema.core.relay import global_id
from tasks_app.models import Task
from tasks_app.services import schedules

pytestmark = pytest.mark.django_db

CREATE = """mutation ($input: CreateTaskScheduleInput!) { createTaskSchedule(input: $input) {
    taskSchedule { overlap maxConcurrentRuns } errors { field code } } }"""
UPDATE = CREATE.replace("create", "update").replace("Create", "Update")
TRIGGER = """mutation ($id: ID!) { triggerTaskSchedule(input: { id: $id }) {
    task { uuid isOverlapping } errors { code } } }"""
TICKS = """query ($id: ID!) { taskSchedule(id: $id) { task { uuid isOverlapping scheduledFor }
    ticks { nodes { nominalAt task { uuid isOverlapping scheduledFor schedule { id } } } } } }"""
PARAMETERS = {"a": "1", "b": "2", "recurrence": {"cron": {"expression": "0 0 1 1 *"}}}


@pytest.fixture
def allowing(make_schedule):
    """A schedule of which two runs may be active, and a third one is refused."""
    return make_schedule(overlap="ALLOW", max_concurrent_runs=2)


def test_maximum_is_set_changed_and_checked(data, make_schedule):
    def create(**options):
        return data(CREATE, input=PARAMETERS | {"overlap": "ALLOW"} | options)["createTaskSchedule"]

    def update(**changes):
        id = str(make_schedule().pk)
        return data(UPDATE, input={"id": id} | changes)["updateTaskSchedule"]

    assert create()["taskSchedule"] == {"overlap": "ALLOW", "maxConcurrentRuns": 10}
    assert create(maxConcurrentRuns=100)["taskSchedule"]["maxConcurrentRuns"] == 100
    refused = {"field": ["input", "maxConcurrentRuns"], "code": "OUT_OF_RANGE"}
    assert create(maxConcurrentRuns=1)["errors"] == [refused]
    changed = {"overlap": "ALLOW", "maxConcurrentRuns": 3}
    assert update(**changed)["taskSchedule"] == changed
    assert update(maxConcurrentRuns=101)["errors"] == [refused]


def test_overlapping_runs_are_linked_to_their_schedule(data, allowing):
    id = global_id("TaskSchedule", allowing.pk)

    own, other = (data(TRIGGER, id=id)["triggerTaskSchedule"]["task"] for _ in range(2))
    assert data(TRIGGER, id=id)["triggerTaskSchedule"]["errors"] == [{"code": "NOT_TRIGGERABLE"}]

    found = data(TICKS, id=id)["taskSchedule"]
    newest, oldest = found["ticks"]["nodes"]
    of_schedule = {"schedule": {"id": id}}
    assert own == {"uuid": str(allowing.task.pk), "isOverlapping": False}
    assert oldest["task"] == own | of_schedule | {"scheduledFor": None}
    assert other["isOverlapping"]
    assert newest["task"] == other | of_schedule | {"scheduledFor": newest["nominalAt"]}


@pytest.mark.parametrize(
    "where",
    ["scheduleId: $id", "scheduled: true", 'search: "type:scheduled"', 'search: "label:nightly"'],
)
def test_tasks_of_overlapping_runs_are_found_by_their_schedule(
    data, make_schedule, make_task, where
):
    make_task()
    schedule = make_schedule(overlap="ALLOW", labels=["nightly"])
    tasks = [schedules.trigger_schedule(schedule.pk) for _ in range(3)]
    where = where.replace("$id", f'"{schedule.pk}"')

    found = data(f"{{ tasks(where: {{ {where} }}) {{ nodes {{ uuid }} }} }}")["tasks"]["nodes"]

    assert {task["uuid"] for task in found} == {str(task.pk) for task in tasks}
    assert len(found) == 3


def test_links_survive_the_deletion_of_tasks_and_schedules(data, allowing):
    id = global_id("TaskSchedule", allowing.pk)
    schedules.trigger_schedule(allowing.pk)
    first = schedules.trigger_schedule(allowing.pk)
    Task.objects.filter(pk=first.pk).update(status="CANCELLED", finished_at=first.created_at)
    second = schedules.trigger_schedule(allowing.pk)
    Task.objects.filter(pk=first.pk).delete()

    ticks = data(TICKS, id=id)["taskSchedule"]["ticks"]["nodes"]
    assert [tick["task"] and tick["task"]["uuid"] for tick in ticks] == [
        *(str(second.pk), None, str(allowing.task.pk))
    ]

    schedules.delete_schedule(allowing.pk)
    query = "query ($id: ID!) { task(id: $id) { isOverlapping scheduledFor schedule { id } } }"
    assert data(query, id=str(second.pk))["task"] == {
        **{"isOverlapping": True, "scheduledFor": None, "schedule": None}
    }
