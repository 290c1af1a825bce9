"""Tokens that are limited to one task, one schedule or one queue, at every API."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client

from schema.core.relay import global_id
from tasks_app import backfilling
from tasks_app.log import pages
from tasks_app.models import ApiToken, Queue, Role, Scope, ScopeKind, Task
from tasks_app.services import schedules, tasks
from tasks_app.services.access import tokens
from tests.access.conftest import bearer
from tests.access.test_tokens import ask
from tests.backfill.conftest import hourly, make_backfill  # noqa: F401  fixtures
from tests.subscriptions.client import socket
from tests.subscriptions.test_event_stream import next_event, stream
from tests.support.cluster import running_cluster

CHANGES = """subscription S($after: String) {
    taskStatusChanged(after: $after) { taskId version task { queue { name } } }
}"""


@pytest.fixture
def objects(make_task, make_schedule):
    Queue.objects.create(name="mine")
    schedule = make_schedule()
    return {
        "TASK": make_task(a=1),
        "SCHEDULE": Task.objects.get(schedule=schedule),
        "QUEUE": make_task(a=3, queue="mine"),
        "other": make_task(a=4),
    }


def make(kind, objects, role=Role.OPERATOR):
    keys = {
        "TASK": str(objects["TASK"].pk),
        "SCHEDULE": str(objects["SCHEDULE"].schedule_id),
        "QUEUE": "mine",
    }
    return tokens.create_token("page", role, scope=Scope(ScopeKind(kind), keys[kind])).secret


@pytest.mark.parametrize("kind", ScopeKind.names)
def test_graphql_returns_only_what_is_in_scope(guarded, objects, kind):
    secret, inside = make(kind, objects), objects[kind]
    query = """query Q($in: ID!, $out: ID!) {
        in: task(id: $in) { uuid queue { name } history { kind } } out: task(id: $out) { uuid }
        tasks { totalCount nodes { uuid } } viewer { scope { kind } }
        taskSchedules { totalCount } queues { name } taskCounts { totalCount }
    }"""
    ids = {"in": str(inside.pk), "out": str(objects["other"].pk)}

    data = ask(query, secret, **ids)["data"]

    assert (data["in"]["uuid"], data["out"]) == (str(inside.pk), None)
    assert data["tasks"] == {"totalCount": 1, "nodes": [{"uuid": str(inside.pk)}]}
    assert data["taskCounts"]["totalCount"] == 1
    assert data["viewer"]["scope"]["kind"] == kind
    assert data["taskSchedules"]["totalCount"] == (kind == "SCHEDULE")
    assert data["queues"] == ([{"name": "mine"}] if kind == "QUEUE" else [])


@pytest.mark.parametrize("kind", ScopeKind.names)
@pytest.mark.parametrize(
    "query",
    [
        "{ cluster { __typename } }",
        "{ workerNodes { id } }",
        "{ clusterEvents(count: 1) { events { kind } } }",
        "{ apiTokens { name } }",
        '{ node(id: "x") { id } }',
        "{ tasks { nodes { pending { __typename } } } }",
        "{ tasks { nodes { workerNode { host } } } }",
        "{ tasks { nodes { ...F } } } fragment F on Task { q: queue { pendingGroups { slots } } }",
        "mutation { createTask(input: {a: 1, b: 2}) { task { id } } }",
        "mutation { cancelTasks(input: {where: {}}) { count } }",
        'mutation { createApiToken(input: {name: "x", role: ADMIN}) { secret } }',
    ],
)
def test_everything_else_is_forbidden(guarded, objects, kind, query):
    answer = ask(query, make(kind, objects))

    assert "data" not in answer
    assert [error.get("extensions", {}).get("code") for error in answer["errors"]] == ["FORBIDDEN"]
    assert Task.objects.count() == 4


@pytest.mark.parametrize("kind", ScopeKind.names)
def test_operator_controls_only_what_is_in_scope(guarded, objects, kind):
    secret, inside = make(kind, objects), objects[kind]
    cancel = "mutation M($id: ID!) { cancelTask(input: {id: $id}) { errors { code } } }"

    def codes(task):
        payload = ask(cancel, secret, id=str(task.pk))["data"]["cancelTask"]
        return [error["code"] for error in payload["errors"]]

    assert codes(objects["other"]) == ["NOT_FOUND"]
    assert codes(inside) == []
    assert Task.objects.get(pk=inside.pk).status == "CANCELLED"
    assert Task.objects.get(pk=objects["other"].pk).status == "PENDING"
    refused = ask(cancel, make(kind, objects, Role.VIEWER), id=str(inside.pk))
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize("kind", ScopeKind.names)
def test_schedules_and_queues_are_controlled_only_in_scope(guarded, objects, kind):
    secret = make(kind, objects)
    schedule = str(objects["SCHEDULE"].schedule_id)
    pause = "mutation M($id: ID!) { pauseTaskSchedule(input: {id: $id}) { errors { code } } }"
    queue = "mutation M($name: String!) { pauseQueue(input: {name: $name}) { errors { code } } }"
    missing = [{"code": "NOT_FOUND"}]

    def errors(query, **variables):
        [payload] = ask(query, secret, **variables)["data"].values()
        return payload["errors"]

    assert errors(pause, id=schedule) == ([] if kind == "SCHEDULE" else missing)
    assert errors(queue, name="mine") == ([] if kind == "QUEUE" else missing)
    assert errors(queue, name="default") == missing


@pytest.mark.parametrize("kind", ScopeKind.names)
def test_rest_returns_only_what_is_in_scope(guarded, objects, kind):
    client, headers = Client(), bearer(make(kind, objects))
    inside, other = objects[kind], objects["other"]
    schedule = f"/task-schedules/{objects['SCHEDULE'].schedule_id}/"

    def status(path):
        return client.get(path, headers=headers).status_code

    assert len(client.get("/tasks/", headers=headers).json()) == 1
    assert status("/tasks") == status("/task-schedules") == 200
    assert (status(f"/tasks/{inside.pk}/"), status(f"/tasks/{other.pk}/")) == (200, 404)
    listed = client.get("/task-schedules/", headers=headers).json()
    assert len(listed) == (kind == "SCHEDULE")
    assert status(schedule) == (200 if kind == "SCHEDULE" else 404)
    answers = [
        client.get("/metrics", headers=headers),
        client.post("/tasks/", {"a": 1, "b": 1}, "application/json", headers=headers),
        client.delete(schedule, headers=headers),
    ]
    assert [answer.status_code for answer in answers] == [403] * 3
    assert all("limited to" in answer.json()["detail"] for answer in answers)


@pytest.mark.parametrize("kind", ScopeKind.names)
def test_subscriptions_return_only_what_is_in_scope(transactional_db, objects, kind):
    secret, inside = make(kind, objects, Role.VIEWER), objects[kind]
    after = pages.head().encode()
    body = {"query": CHANGES, "variables": {"after": after}}
    with (
        running_cluster(API_AUTH="token") as server,
        socket(server, init=False) as client,
        stream(server, body, **bearer(secret)) as response,
    ):
        client.init(**bearer(secret))
        client.subscribe("subscription { clusterEvents { __typename } }", id="2")
        assert client.receive()["payload"][0]["extensions"]["code"] == "FORBIDDEN"
        client.subscribe(CHANGES, after=after)
        tasks.cancel_task(objects["other"].pk)
        tasks.cancel_task(inside.pk)

        for change in (client.data(), next_event(response)[1]["data"]["taskStatusChanged"]):
            assert change["taskId"] == global_id("Task", inside.pk)
            assert change["version"] == inside.version + 1


def test_token_of_a_schedule_reaches_its_backfills_and_overlapping_runs(
    guarded,
    make_schedule,
    make_backfill,  # noqa: F811
):
    schedule = make_schedule(overlap="ALLOW")
    mine, other = make_backfill(schedule=schedule), make_backfill()
    backfilling.advance(10)
    schedules.trigger_schedule(schedule.pk)
    overlapping = schedules.trigger_schedule(schedule.pk)
    scope = Scope(ScopeKind.SCHEDULE, str(schedule.pk))
    secret = tokens.create_token("page", Role.VIEWER, scope=scope).secret
    query = """query Q($mine: ID!, $other: ID!, $task: ID!) {
        mine: backfill(id: $mine) { state counts { active } runs { nodes { task { uuid } } } }
        other: backfill(id: $other) { state }
        backfills { nodes { uuid } }
        tasks { totalCount nodes { scheduledFor backfill { uuid } } }
        task(id: $task) { isOverlapping }
    }"""
    ids = {"mine": str(mine.pk), "other": str(other.pk), "task": str(overlapping.pk)}

    data = ask(query, secret, **ids)["data"]

    active = data["mine"]["counts"]["active"]
    assert sum(run["task"] is not None for run in data["mine"]["runs"]["nodes"]) == active > 0
    assert data["other"] is None
    assert data["backfills"]["nodes"] == [{"uuid": str(mine.pk)}]
    assert data["tasks"]["totalCount"] == active + 2
    assert data["task"] == {"isOverlapping": True}
    cancel = "mutation M($id: ID!) { cancelBackfill(input: {id: $id}) { errors { code } } }"
    assert ask(cancel, secret, id=str(mine.pk))["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_subscription_of_a_schedules_token_has_its_overlapping_runs(
    transactional_db, make_schedule, make_task
):
    schedule = make_schedule(overlap="ALLOW")
    schedules.trigger_schedule(schedule.pk)
    scope = Scope(ScopeKind.SCHEDULE, str(schedule.pk))
    secret = tokens.create_token("page", Role.VIEWER, scope=scope).secret
    after = pages.head().encode()
    with running_cluster(API_AUTH="token") as server, socket(server, init=False) as client:
        client.init(**bearer(secret))
        client.subscribe(CHANGES, after=after)
        make_task()
        overlapping = schedules.trigger_schedule(schedule.pk)
        assert client.data()["taskId"] == global_id("Task", overlapping.pk)


def test_scope_must_exist_and_excludes_the_role_admin(guarded, make_task):
    with pytest.raises(ValidationError) as refusal:
        tokens.create_token("page", Role.ADMIN, scope=Scope(ScopeKind.QUEUE, "nowhere"))

    assert set(refusal.value.message_dict) == {"role", "scope"}
    with pytest.raises(CommandError, match="scope: Does not identify"):
        call_command("token", "create", "page", "--queue", "nowhere")


def test_api_and_command_line_make_scoped_tokens(guarded, make_token, make_task, capsys):
    task, admin = make_task(), make_token(Role.ADMIN).secret
    create = """mutation M($scope: TokenScopeInput) {
        createApiToken(input: {name: "page", role: VIEWER, scope: $scope}) {
            secret apiToken { scope { kind key } } errors { field code }
        }
    }"""

    made = ask(create, admin, scope={"taskId": global_id("Task", task.pk)})["data"]
    refused = ask(create, admin, scope={"queue": "nowhere"})["data"]["createApiToken"]
    call_command("token", "create", "page", "--task", str(task.pk))

    scope = {"kind": "TASK", "key": str(task.pk)}
    assert made["createApiToken"]["apiToken"]["scope"] == scope
    assert refused["errors"] == [{"field": ["input", "scope"], "code": "NOT_FOUND"}]
    secret = capsys.readouterr().out.strip()
    assert ask("{ viewer { scope { kind key } } }", secret)["data"]["viewer"]["scope"] == scope
    assert ApiToken.objects.latest("id").scope == Scope(ScopeKind.TASK, str(task.pk))
