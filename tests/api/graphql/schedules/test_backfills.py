"""Backfills over GraphQL: created, listed, controlled, and refused by field."""

from datetime import UTC, datetime, timedelta

import pytest

from schema.core.relay import global_id
from tasks_app import backfilling
from tasks_app.models import Backfill, BackfillRun, ClusterEvent, Task
from tests.support.working import run_all

pytestmark = pytest.mark.django_db

CREATE = """mutation ($input: CreateBackfillInput!) { createBackfill(input: $input) {
    backfill {
      id uuid from until order maxConcurrency state total createdBy idempotencyKey endedAt
      counts { waiting active succeeded failed cancelled } schedule { id }
    }
    count firstTimes errors { code field message } } }"""
RANGE = {"from": "2026-01-01T00:00:00Z", "until": "2026-01-01T04:00:00Z"}


def control(name):
    kind = f"{name[0].upper()}{name[1:]}Input"
    return f"""mutation ($input: {kind}!) {{ {name}(input: $input) {{
        backfill {{ state counts {{ waiting active cancelled }} }} errors {{ code field }} }} }}"""


@pytest.fixture
def hourly(make_schedule):
    """A schedule that starts at a full hour in the future."""
    return lambda: make_schedule(interval=3600, scheduled_at=datetime(2100, 1, 1, tzinfo=UTC))


@pytest.fixture
def create(data, hourly):
    """Create a backfill over GraphQL, and return the payload."""

    def make(schedule=None, **options):
        schedule = schedule or hourly()
        parameters = {"scheduleId": global_id("TaskSchedule", schedule.pk)} | RANGE | options
        return data(CREATE, input=parameters)["createBackfill"]

    return make


def test_created_backfill_is_returned(create, hourly):
    schedule = hourly()

    payload = create(schedule, order="NEWEST_FIRST", maxConcurrency=3, idempotencyKey="x")

    backfill = Backfill.objects.get()
    assert payload == {
        "backfill": {
            "id": global_id("Backfill", backfill.pk),
            "uuid": str(backfill.pk),
            "from": "2026-01-01T00:00:00+00:00",
            "until": "2026-01-01T04:00:00+00:00",
            "order": "NEWEST_FIRST",
            "maxConcurrency": 3,
            "state": "RUNNING",
            "total": 5,
            "createdBy": None,
            "idempotencyKey": "x",
            "endedAt": None,
            "counts": {"waiting": 5, "active": 0, "succeeded": 0, "failed": 0, "cancelled": 0},
            "schedule": {"id": global_id("TaskSchedule", schedule.pk)},
        },
        "count": 5,
        "firstTimes": [f"2026-01-01T0{hour}:00:00+00:00" for hour in (4, 3, 2, 1, 0)],
        "errors": [],
    }


def test_dry_run_changes_nothing(create):
    until = "2026-01-02T23:59:59Z"

    payload = create(dryRun=True, until=until)

    assert (payload["backfill"], payload["count"], payload["errors"]) == (None, 48, [])
    assert payload["firstTimes"] == [f"2026-01-01T0{hour}:00:00+00:00" for hour in range(10)]
    assert not Backfill.objects.exists()
    assert not BackfillRun.objects.exists()
    assert not ClusterEvent.objects.filter(kind__startswith="BACKFILL").exists()


def test_runs_lead_to_their_tasks_and_back(create, data, node):
    id = create(maxConcurrency=2)["backfill"]["id"]
    backfilling.advance(10)
    run_all()
    query = """query ($id: ID!) { backfill(id: $id) {
        runs(first: 3) {
          totalCount pageInfo { hasNextPage }
          nodes { state scheduledFor task { status scheduledFor backfill { id state } } } } } }"""

    runs = data(query, id=id)["backfill"]["runs"]

    assert (runs["totalCount"], runs["pageInfo"]["hasNextPage"]) == (5, True)
    done, _, waiting = runs["nodes"]
    assert done == {
        "state": "SUCCEEDED",
        "scheduledFor": "2026-01-01T00:00:00+00:00",
        "task": {
            "status": "SUCCESS",
            "scheduledFor": "2026-01-01T00:00:00+00:00",
            "backfill": {"id": id, "state": "RUNNING"},
        },
    }
    assert (waiting["state"], waiting["task"]) == ("WAITING", None)


def test_tasks_are_found_by_their_backfill(create, data, make_task):
    make_task()
    id = create(maxConcurrency=2)["backfill"]["id"]
    create()
    backfilling.advance(10)
    query = """query ($where: TaskWhere!) {
        tasks(where: $where) { nodes { scheduledFor backfill { id } } } }"""

    found = data(query, where={"backfillId": id})["tasks"]["nodes"]

    assert [each["scheduledFor"][11:13] for each in found] == ["01", "00"]
    assert {each["backfill"]["id"] for each in found} == {id}
    others = data("{ tasks { nodes { backfill { id } scheduledFor } } }")["tasks"]["nodes"]
    assert {"backfill": None, "scheduledFor": None} in others


def test_backfills_are_listed_by_schedule_and_state(create, data, hourly):
    schedule = hourly()
    ids = [create(schedule)["backfill"]["id"] for _ in range(2)]
    other = create()["backfill"]["id"]
    data(control("pauseBackfill"), input={"id": ids[0]})

    def listed(**where):
        query = "query ($where: BackfillWhere) { backfills(where: $where) { nodes { id } } }"
        return [each["id"] for each in data(query, where=where)["backfills"]["nodes"]]

    assert listed() == [other, *reversed(ids)]
    assert listed(scheduleId=str(schedule.pk)) == list(reversed(ids))
    assert listed(states=["PAUSED"]) == [ids[0]]
    query = "query ($id: ID!) { taskSchedule(id: $id) { backfills(first: 1) { nodes { id } } } }"
    own = data(query, id=str(schedule.pk))["taskSchedule"]["backfills"]
    assert own["nodes"] == [{"id": ids[1]}]


def test_counts_of_many_backfills_are_one_query(create, data, django_assert_max_num_queries):
    for _ in range(4):
        create()
    backfilling.advance(10)

    with django_assert_max_num_queries(3):
        query = "{ backfills { nodes { counts { active waiting } schedule { id } } } }"
        found = data(query)["backfills"]["nodes"]

    assert [each["counts"] for each in found] == [{"active": 1, "waiting": 4}] * 4


def test_runs_of_a_page_are_read_in_bulk(create, data, django_assert_max_num_queries):
    id = create(maxConcurrency=5)["backfill"]["id"]
    backfilling.advance(10)

    with django_assert_max_num_queries(4):
        query = """query ($id: ID!) { backfill(id: $id) { runs { nodes {
            state task { status scheduledFor backfill { id } } } } } }"""
        data(query, id=id)


def test_backfill_is_paused_resumed_and_cancelled(create, data):
    id = create()["backfill"]["id"]
    backfilling.advance(10)

    for _ in range(2):
        paused = data(control("pauseBackfill"), input={"id": id})["pauseBackfill"]
        assert (paused["backfill"]["state"], paused["errors"]) == ("PAUSED", [])
    for _ in range(2):
        resumed = data(control("resumeBackfill"), input={"id": id})["resumeBackfill"]
        assert resumed["backfill"]["state"] == "RUNNING"
    for _ in range(2):
        cancelled = data(control("cancelBackfill"), input={"id": id, "cancelActive": True})
        assert cancelled["cancelBackfill"] == {
            "backfill": {
                "state": "CANCELLED",
                "counts": {"waiting": 0, "active": 0, "cancelled": 5},
            },
            "errors": [],
        }
    for name in ("pauseBackfill", "resumeBackfill"):
        assert data(control(name), input={"id": id})[name] == {
            "backfill": None,
            "errors": [{"code": "ALREADY_ENDED", "field": ["input", "id"]}],
        }


def test_backfill_that_is_done_cannot_be_cancelled(create, data, node):
    id = create(until=RANGE["from"])["backfill"]["id"]
    backfilling.advance(10)
    run_all()
    backfilling.advance(10)

    refused = data(control("cancelBackfill"), input={"id": id})["cancelBackfill"]

    assert refused["errors"] == [{"code": "ALREADY_ENDED", "field": ["input", "id"]}]


@pytest.mark.parametrize("name", ["pauseBackfill", "resumeBackfill", "cancelBackfill"])
def test_unknown_backfill_is_not_found(data, name):
    unknown = "01900000-0000-7000-8000-000000000000"

    assert data(control(name), input={"id": unknown})[name]["errors"] == [
        {"code": "NOT_FOUND", "field": ["input", "id"]}
    ]


FUTURE = (datetime.now(UTC) + timedelta(days=1)).replace(microsecond=0).isoformat()


@pytest.mark.parametrize(
    ("options", "field", "message"),
    [
        ({"until": FUTURE}, "until", "Must not be in the future."),
        (
            {"from": "2026-01-02T00:00:00Z"},
            "from",
            "Must not be later than `until`.",
        ),
        (
            {"from": "2015-12-01T00:00:00Z"},
            "from",
            "Must not be more than 10 years before `until`.",
        ),
        ({"from": "0001-01-01T00:00:00Z"}, "from", "Must not be more than 10 years"),
        (
            {"from": "2026-01-01T00:10:00Z", "until": "2026-01-01T00:50:00Z"},
            "from",
            "The range has no scheduled time.",
        ),
        (
            {"from": "2024-01-01T00:00:00Z"},
            "until",
            "The range has more than 10,000 scheduled times.",
        ),
        ({"maxConcurrency": 0}, "maxConcurrency", "Must be an integer from 1 to 100."),
        ({"maxConcurrency": 101}, "maxConcurrency", "Must be an integer from 1 to 100."),
        ({"idempotencyKey": "k" * 256}, "idempotencyKey", "Must be at most 255 characters"),
    ],
    ids=range(9),
)
@pytest.mark.parametrize("dry_run", [False, True])
def test_bad_input_is_refused_by_field(create, options, field, message, dry_run):
    payload = create(dryRun=dry_run, **options)

    [error] = payload["errors"]
    assert (payload["backfill"], payload["count"], payload["firstTimes"]) == (None, 0, [])
    assert error["field"] == ["input", field]
    assert error["message"].startswith(message)
    assert not Backfill.objects.exists()


def test_unknown_schedule_is_not_found(data):
    unknown = {"scheduleId": "01900000-0000-7000-8000-000000000000"} | RANGE
    [error] = data(CREATE, input=unknown)["createBackfill"]["errors"]

    assert (error["code"], error["field"]) == ("NOT_FOUND", ["input", "scheduleId"])


def test_same_idempotency_key_is_the_same_backfill(create, hourly):
    schedule = hourly()
    first = create(schedule, idempotencyKey="x")

    again = create(schedule, idempotencyKey="x")
    other = create(schedule, idempotencyKey="x", maxConcurrency=2)

    assert again == first
    assert Backfill.objects.count() == 1
    assert (other["errors"][0]["code"], other["errors"][0]["field"]) == (
        "IDEMPOTENCY_CONFLICT",
        ["input", "idempotencyKey"],
    )


def test_objects_are_found_by_their_global_ids(create, data):
    id = create()["backfill"]["id"]
    run = BackfillRun.objects.order_by("pk").first()

    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
    found = data(query, ids=[id, global_id("BackfillRun", run.pk)])["nodes"]

    assert [each["__typename"] for each in found] == ["Backfill", "BackfillRun"]
    assert Task.objects.filter(schedule=None).count() == 0
