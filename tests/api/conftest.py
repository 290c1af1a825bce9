"""Clients of both APIs with the same methods and answers, so that one test covers both."""

import re
from dataclasses import dataclass, field

import pytest
from django.test import Client

TASK_FIELDS = """
    uuid a b status failedMessage celeryTaskId createdAt updatedAt
    schedule { uuid } results(first: 100) { result createdAt }
"""
SCHEDULE_FIELDS = f"""uuid scheduledAt createdAt updatedAt task {{ {TASK_FIELDS} }}
    recurrence {{ interval at cron {{ expression timeZone }} }}"""


@dataclass
class Answer:
    """What a api said: a value, or the fields that are at error."""

    value: object = None
    errors: list[str] = field(default_factory=list)


class RestApi:
    # This api shows the three statuses that it was documented with.
    shows_running_as, shows_cancelled_as = "PENDING", "FAILED"

    def __init__(self):
        self._client = Client()

    def create_task(self, *, idempotency_key="", **parameters):
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        return self._call("post", "/tasks/", parameters, headers=headers)

    def get_task(self, id):
        return self._call("get", f"/tasks/{id}/")

    def task_pages(self, size):
        url = f"/tasks/?limit={size}"
        while url:
            response = self._client.get(url)
            yield [task["id"] for task in response.json()]
            link = re.search(r"http://testserver([^>]*)", response.get("Link", ""))
            url = link[1] if link else ""

    def create_schedule(self, **parameters):
        return self._call("post", "/task-schedules/", parameters)

    def get_schedule(self, id):
        return self._call("get", f"/task-schedules/{id}/")

    def change_schedule(self, id, **parameters):
        return self._call("put", f"/task-schedules/{id}/", parameters)

    def delete_schedule(self, id):
        return self._call("delete", f"/task-schedules/{id}/")

    def schedule_ids(self):
        return [schedule["id"] for schedule in self._client.get("/task-schedules/").json()]

    def _call(self, method, path, body=None, **options):
        call = getattr(self._client, method)
        response = call(path, body, content_type="application/json", **options)
        if response.status_code == 404:
            return Answer(errors=["id"])
        value = response.json() if response.content else None
        if response.status_code < 300:
            return Answer(value)
        assert response.status_code in (400, 422)
        names = [name.replace("Idempotency-Key", "idempotency_key") for name in value]
        return Answer(errors=names)


class GraphQLApi:
    shows_running_as, shows_cancelled_as = "RUNNING", "CANCELLED"

    def __init__(self):
        self._client = Client()

    def create_task(self, **parameters):
        return self._mutate("createTask", parameters, "task", TASK_FIELDS)

    def get_task(self, id):
        return self._get("task", id, TASK_FIELDS)

    def task_pages(self, size):
        after = None
        while True:
            query = """query Q($first: Int, $after: String) {
                tasks(first: $first, after: $after) {
                  nodes { uuid } pageInfo { hasNextPage endCursor } } }"""
            page = self.execute(query, first=size, after=after)["data"]["tasks"]
            yield [task["uuid"] for task in page["nodes"]]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                return

    def create_schedule(self, **parameters):
        parameters = _with_recurrence(parameters)
        return self._mutate("createTaskSchedule", parameters, "taskSchedule", SCHEDULE_FIELDS)

    def get_schedule(self, id):
        return self._get("taskSchedule", id, SCHEDULE_FIELDS)

    def change_schedule(self, id, **parameters):
        parameters = {"id": str(id), **_with_recurrence(parameters)}
        return self._mutate("updateTaskSchedule", parameters, "taskSchedule", SCHEDULE_FIELDS)

    def delete_schedule(self, id):
        return self._mutate("deleteTaskSchedule", {"id": str(id)}, "deletedId", "")

    def schedule_ids(self):
        page = self.execute("{ taskSchedules { nodes { uuid } } }")["data"]["taskSchedules"]
        return [schedule["uuid"] for schedule in page["nodes"]]

    def execute(self, query, **variables):
        body = {"query": query, "variables": variables}
        response = self._client.post("/graphql/", body, content_type="application/json")
        assert response.status_code == 200
        return response.json()

    def _get(self, name, id, fields):
        answer = self.execute(f"query Q($id: ID!) {{ {name}(id: $id) {{ {fields} }} }}", id=str(id))
        value = answer["data"] and answer["data"][name]
        return Answer(_as_in_rest(value)) if value else Answer(errors=["id"])

    def _mutate(self, name, parameters, returns, fields):
        type_name = f"{name[0].upper()}{name[1:]}Input"
        selection = f"{returns} {{ {fields} }}" if fields else returns
        answer = self.execute(
            f"""mutation M($input: {type_name}!) {{
                {name}(input: $input) {{ {selection} errors {{ code field message }} }} }}""",
            input={_camel(key): value for key, value in parameters.items()},
        )
        if "data" not in answer:
            return Answer(errors=[_refused_variable(error) for error in answer["errors"]])
        payload = answer["data"][name]
        if payload["errors"]:
            return Answer(errors=[_snake(error["field"][-1]) for error in payload["errors"]])
        return Answer(_as_in_rest(payload[returns]))


def _refused_variable(error):
    """What GraphQL itself refuses: a value of another type, or none."""
    message = error["message"]
    found = re.search(
        r"at (?:\.\w+)*\.(\w+)|(?:required|include|member) field '?(\w+)'?|'(\w+)' to be",
        message,
    )
    assert found, message
    return _snake(next(filter(None, found.groups())))


def _with_recurrence(parameters):
    """The parameters of REST as those of GraphQL."""
    parameters = dict(parameters)
    recurrence = {name: parameters.pop(name) for name in ("interval", "at") if name in parameters}
    if "cron" in parameters:
        recurrence["cron"] = {
            "expression": parameters.pop("cron"),
            "timeZone": parameters.pop("timezone"),
        }
    return {**parameters, "recurrence": recurrence}


def _as_in_rest(value):
    if not isinstance(value, dict):
        return value
    if recurrence := value.get("recurrence"):
        value = {name: shown for name, shown in value.items() if name != "recurrence"}
        cron = recurrence.pop("cron")
        value |= {name: shown for name, shown in recurrence.items() if shown is not None}
        value |= {"cron": cron["expression"], "timezone": cron["timeZone"]} if cron else {}
    shown = {_snake(name): _as_in_rest(inner) for name, inner in value.items()}
    shown["id"] = shown.pop("uuid", None)
    for name in ("a", "b", "result"):
        if name in shown:
            shown[name] = int(shown[name])
    if "results" in shown:
        shown["results"] = [_as_in_rest(result) for result in shown["results"]]
        shown["is_scheduled"] = shown.pop("schedule") is not None
    return shown


def _camel(name):
    head, *tail = name.split("_")
    return head + "".join(part.title() for part in tail)


def _snake(name):
    return re.sub(r"[A-Z]", lambda letter: f"_{letter[0].lower()}", name)


@pytest.fixture(params=[RestApi, GraphQLApi], ids=["rest", "graphql"])
def api(request, db):
    return request.param()


@pytest.fixture
def graphql(db):
    return GraphQLApi()


@pytest.fixture
def data(graphql):
    """The data that a query answers; it must answer no error."""

    def data(query, **variables):
        answer = graphql.execute(query, **variables)
        assert "errors" not in answer, answer
        return answer["data"]

    return data


@pytest.fixture
def send_query(client):
    """A document sent as it is, and the response to it as it is."""

    def send(query, headers=None, **variables):
        body = {"query": query, "variables": variables}
        return client.post("/graphql/", body, content_type="application/json", headers=headers)

    return send
