"""The state of the cluster at a position of the log, compared with what was shown then."""

from datetime import timedelta

import pytest

from tasks_app import stats
from tasks_app.log import events
from tasks_app.log.cursor import Cursor
from tasks_app.models import ClusterEvent, Task
from tasks_app.models.base import database_now
from tasks_app.services import nodes, queues, tasks
from tests.support.working import claim, run_all

# What is not committed is not in the log yet.
pytestmark = pytest.mark.django_db(transaction=True)

SHOWN = """
    statusCounts { status count }
    queues { name paused statusCounts { status count } }
    workerNodes { name connection scheduling }
"""
PRESENT = f"{{ cluster {{ cursor {SHOWN} }} }}"
PAST = f"""
    query Past($cursor: String, $at: DateTime) {{
      clusterAt(cursor: $cursor, at: $at) {{ {SHOWN} }}
    }}
"""


@pytest.fixture
def history(data, make_task, make_schedule):
    """What the cluster showed after each of many changes, by cursor, and the time of each."""
    shown, times = {}, []

    def look():
        present = data(PRESENT)["cluster"]
        shown[present.pop("cursor")] = present
        times.append(database_now())

    def start(name):
        nodes.heartbeat(name, pid=1, slots=2, queues=["default"], host="here", is_first=True)

    def create():
        tasks.create_tasks([tasks.NewTask(a=a, b=1, queue="mail") for a in range(3)])

    failing = []
    for change in (
        look,
        lambda: start("node-1@here"),
        lambda: failing.append(make_task(fail_attempts=1, max_attempts=1)),
        run_all,
        lambda: queues.create_queue("mail"),
        create,
        lambda: queues.pause_queue("mail"),
        lambda: tasks.retry_task(failing[0].pk),
        stats.roll_up,
        lambda: start("node-2@here"),
        lambda: nodes.pause_node("node-1@here"),
        lambda: queues.resume_queue("mail"),
        make_task,
        make_schedule,
        lambda: nodes.drain_node("node-1@here"),
        lambda: nodes.resume_node("node-1@here"),
        claim,
        lambda: nodes.node_offline("node-2@here"),
        lambda: nodes.node_offline("node-1@here"),
        lambda: tasks.cancel_task(Task.objects.filter(status="PENDING").first().pk),
        lambda: start("node-1@here"),
        lambda: queues.pause_queue("mail"),
    ):
        change()
        look()
    return shown, times


@pytest.mark.parametrize("rolled_up", [False, True])
def test_each_position_has_the_state_that_was_shown_then(data, history, rolled_up):
    shown, _ = history
    assert len(shown) > 10
    if rolled_up:
        stats.roll_up()
    for cursor, state in shown.items():
        assert data(PAST, cursor=cursor)["clusterAt"] == state


def test_time_means_the_last_event_until_then(data, history):
    shown, times = history
    states = [data(PAST, at=at.isoformat())["clusterAt"] for at in times]
    assert [state for state in shown.values() if state not in states] == []
    now = data(PAST, at=(times[-1] + timedelta(days=1)).isoformat())["clusterAt"]
    assert now == list(shown.values())[-1]


def test_cursor_and_time_are_those_of_the_event(data, make_task):
    make_task()
    event = ClusterEvent.objects.get()
    between = database_now()
    make_task()

    past = data("query Q($at: DateTime) { clusterAt(at: $at) { cursor at } }", at=str(between))
    cursor = Cursor(event.xid, event.id).encode()
    assert past["clusterAt"] == {"cursor": cursor, "at": event.at.isoformat()}


def test_state_is_that_before_the_first_event_if_earlier_ones_were_deleted(data, history):
    cursor = data("{ cluster { cursor } }")["cluster"]["cursor"]
    stats.roll_up()
    events.delete_before(
        database_now() + timedelta(hours=1), 1_000, rolled_up_until=stats.rolled_up_until()
    )
    nodes.node_offline("node-1@here")
    nodes.pause_node("node-1@here")
    queues.resume_queue("mail")

    past = data(PAST, cursor=cursor)["clusterAt"]
    states = {node.pop("name"): node for node in past["workerNodes"]}
    assert states == {
        "node-1@here": {"connection": "ONLINE", "scheduling": None},
        "node-2@here": {"connection": "OFFLINE", "scheduling": "ACTIVE"},
    }
    assert {queue["name"]: queue["paused"] for queue in past["queues"]}["mail"] is True


def test_deleted_part_of_the_log_is_refused_with_the_oldest_cursor(data, graphql, history):
    shown, times = history
    stats.roll_up()
    events.delete_before(times[3], 1_000, rolled_up_until=stats.rolled_up_until())

    [error] = graphql.execute(PAST, cursor=list(shown)[1])["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "field": ["cursor"]}
    oldest = error["message"].split("`")[-2]
    assert data(PAST, cursor=oldest)["clusterAt"]["workerNodes"]
    [error] = graphql.execute(PAST, at=times[0].isoformat())["errors"]
    assert error["extensions"]["field"] == ["at"]


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({}, ["cursor"]),
        ({"cursor": Cursor(1, 1).encode(), "at": "2030-01-01T00:00:00Z"}, ["cursor"]),
        ({"cursor": "nonsense"}, None),
        ({"cursor": Cursor(2**62, 1).encode()}, ["cursor"]),
    ],
)
def test_anything_else_is_refused_by_name(graphql, arguments, field):
    [error] = graphql.execute(PAST, **arguments)["errors"]
    assert error["extensions"].get("field") == field
    assert "`cursor`" in error["message"]


def test_cluster_without_events_was_empty(data):
    assert ClusterEvent.objects.count() == 0
    past = data(PAST, at=str(database_now()))["clusterAt"]
    assert {each["count"] for each in past["statusCounts"]} == {0}
    assert past["workerNodes"] == []
