"""Forecasts of small clusters, computed by hand."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from tasks_app.models import Task, WorkerNode
from tasks_app.services import forecasts, nodes, queues, scheduling
from tasks_app.services.forecasts import changes
from tasks_app.simulation.forecast.scenario import OVERHEAD_MS, TASKS_MAX
from tests.support.working import claim

pytestmark = pytest.mark.django_db

# What a task of 10 seconds takes.
TURN = 10_000 + OVERHEAD_MS


@pytest.fixture
def make_node():
    def make(name, slots=1, **options):
        defaults = {
            "host": "here",
            "pid": 1,
            "queues": ["default", "mail"],
            "connection": "ONLINE",
            "heartbeat_at": timezone.now(),
        }
        return WorkerNode.objects.create(name=name, slots=slots, **defaults | options)

    return make


@pytest.fixture
def four_tasks(make_node, make_task):
    """Two nodes of one slot each, and four tasks of ten seconds, two of them in another queue."""
    queues.create_queue("mail")
    for name in "node-1", "node-2":
        make_node(name)
    return [
        make_task(duration_ms=10_000, queue=queue)
        for queue in ("default", "mail", "default", "mail")
    ]


def ends(run):
    """When the last task of each queue ends, in turns of a task."""
    return {name: queue.last_end_ms / TURN for name, queue in run.outcome.queues.items()}


def blocked(run):
    return [(g.queue, g.slots, g.count, g.pending.reason) for g in run.blocked]


def test_four_tasks_on_two_nodes_take_two_turns(four_tasks):
    found = forecasts.forecast()

    assert found.changed is None
    assert found.baseline.outcome.ended_ms == 2 * TURN
    assert not found.baseline.outcome.is_cut
    assert ends(found.baseline) == {"default": 2, "mail": 2}
    assert found.baseline.outcome.utilizations == [1, 1]
    assert [queue[:3] for queue in found.baseline.outcome.queues.values()] == [(2, 0, 2)] * 2
    assert blocked(found.baseline) == []


def test_backlog_falls_when_tasks_end(four_tasks):
    found = forecasts.forecast()

    assert (found.times[0], found.times[-1], len(found.times)) == (0, 2 * TURN, 60)
    assert found.baseline.outcome.backlog == [4] * 30 + [2] * 29 + [0]


def test_drained_node_claims_nothing(four_tasks):
    found = forecasts.forecast([changes.DrainNode("node-2")])

    assert found.baseline.outcome.ended_ms == 2 * TURN
    assert found.changed.outcome.ended_ms == 4 * TURN
    assert found.changed.outcome.utilizations == [1, 0]
    # In the order in which they were created.
    assert ends(found.changed) == {"default": 3, "mail": 4}
    assert found.changed.outcome.backlog[-1] == 0
    assert WorkerNode.objects.filter(scheduling="ACTIVE").count() == 2


def test_drained_node_finishes_what_it_runs(four_tasks):
    for name in "node-1", "node-2":
        claim(name, message=name)
    Task.objects.filter(status="RUNNING").update(started_at=timezone.now() - timedelta(seconds=4))
    found = forecasts.forecast([changes.DrainNode("node-2")]).changed

    # It runs a task of the queue mail, which ends about 6 seconds from now; both others wait for
    # node-1, whose first one ends then too.
    assert found.outcome.ended_ms == pytest.approx(6_000 + 2 * TURN, abs=2_000)
    assert 0 < found.outcome.utilizations[1] < 0.3
    assert {name: queue[:3] for name, queue in found.outcome.queues.items()} == {
        "default": (1, 1, 1),
        "mail": (1, 1, 1),
    }


def test_tasks_of_a_paused_queue_never_start(four_tasks):
    found = forecasts.forecast([changes.PauseQueue("mail")])

    assert found.changed.outcome.ended_ms == TURN
    assert ends(found.changed) == {"default": 1}
    assert blocked(found.changed) == [("mail", 1, 2, "QUEUE_PAUSED")]
    assert blocked(found.baseline) == []


def test_resumed_queue_starts_its_tasks(four_tasks):
    queues.pause_queue("mail", note="moving")
    found = forecasts.forecast([changes.ResumeQueue("mail")])

    assert (found.baseline.outcome.ended_ms, found.changed.outcome.ended_ms) == (TURN, 2 * TURN)
    assert [group.pending.message for group in found.baseline.blocked] == [
        "The queue mail is paused: moving."
    ]
    assert blocked(found.changed) == []


def test_limit_of_a_queue_holds_its_tasks_back(four_tasks):
    Task.objects.update(queue="mail")
    found = forecasts.forecast([changes.SetQueueLimit("mail", 1)])

    assert found.changed.outcome.ended_ms == 4 * TURN

    queues.update_queue("mail", running_limit=1)
    found = forecasts.forecast([changes.SetQueueLimit("mail", None)])

    assert (found.baseline.outcome.ended_ms, found.changed.outcome.ended_ms) == (4 * TURN, 2 * TURN)


def test_more_slots_and_more_nodes_take_the_tasks_at_once(four_tasks):
    for change in changes.SetNodeSlots("node-1", 3), changes.AddNodes(slots=1, count=2):
        assert forecasts.forecast([change]).changed.outcome.ended_ms == TURN


def test_added_node_serves_only_the_given_queues(four_tasks):
    found = forecasts.forecast([changes.AddNodes(slots=8, queues=["mail"])]).changed

    assert [node.name for node in found.nodes] == ["node-1", "node-2", "new-1"]
    # The nodes that were there start the first two tasks.
    assert found.outcome.ended_ms == 2 * TURN
    assert ends(found) == {"default": 2, "mail": 1}


def test_resumed_node_claims(four_tasks):
    nodes.pause_node("node-2")
    found = forecasts.forecast([changes.ResumeNode("node-2")])

    assert (found.baseline.outcome.ended_ms, found.changed.outcome.ended_ms) == (4 * TURN, 2 * TURN)


def test_added_tasks_come_by_priority(four_tasks):
    added = changes.AddTasks(count=2, queue="default", duration_ms=10_000, priority=9)
    found = forecasts.forecast([added]).changed

    assert found.outcome.ended_ms == 3 * TURN
    assert found.outcome.queues["default"].waiting == 4
    waits = found.outcome.queues["mail"]
    assert waits.wait_p95_ms - waits.wait_p50_ms == pytest.approx(TURN, abs=2_000)


def test_changes_are_made_in_order(four_tasks):
    drained = changes.DrainNode("node-1"), changes.ResumeNode("node-1")

    assert forecasts.forecast(drained).changed.outcome.ended_ms == 2 * TURN
    assert forecasts.forecast(drained[::-1]).changed.outcome.ended_ms == 4 * TURN


def test_tasks_that_fit_no_node_never_start(make_node, make_task):
    make_node("node-1", slots=2, queues=["default"])
    queues.create_queue("other")
    make_task(slots=3)
    make_task(queue="other")
    found = forecasts.forecast([changes.DrainNode("node-1"), changes.AddTasks(count=5)])

    assert blocked(found.baseline) == [
        ("default", 3, 1, "TOO_LARGE"),
        ("other", 1, 1, "NO_NODE_FOR_QUEUE"),
    ]
    assert (found.baseline.outcome.ended_ms, found.baseline.outcome.queues) == (0, {})
    assert blocked(found.changed)[0] == ("default", 1, 5, "NODES_PAUSED")


def test_task_that_is_due_before_the_backlog_is_empty_belongs_to_it(make_node, make_task):
    make_node("node-1")
    make_task(duration_ms=10_000)
    for seconds in 5, 3600:
        make_task(duration_ms=10_000, run_at=timezone.now() + timedelta(seconds=seconds))
    outcome = forecasts.forecast().baseline.outcome

    assert (outcome.ended_ms, outcome.queues["default"].started) == (2 * TURN, 2)
    assert outcome.backlog[0] == 1
    assert not outcome.is_cut


def test_tasks_of_an_offline_node_wait_again_when_their_leases_expire(four_tasks):
    claim("node-2", message="x")
    WorkerNode.objects.filter(name="node-2").update(connection="OFFLINE")
    Task.objects.filter(status="RUNNING").update(
        lease_expires_at=timezone.now() + timedelta(seconds=5)
    )

    assert forecasts.forecast().baseline.outcome.ended_ms == 4 * TURN


def test_task_that_does_not_start_in_time_expires(make_node, make_task):
    make_node("node-1")
    make_node("node-2")
    in_time = timezone.now() + timedelta(seconds=5)
    for expires_at in None, None, in_time, timezone.now() + timedelta(seconds=15):
        make_task(duration_ms=10_000, expires_at=expires_at)
    found = forecasts.forecast([changes.DrainNode("node-2")])
    queue, changed = (run.outcome.queues["default"] for run in (found.baseline, found.changed))

    assert (queue.started, queue.expired) == (3, 1)
    assert found.baseline.outcome.ended_ms == 2 * TURN
    assert (changed.started, changed.expired) == (2, 2)
    assert found.changed.outcome.ended_ms == 2 * TURN
    assert [run.outcome.backlog[-1] for run in (found.baseline, found.changed)] == [0, 0]


def test_tasks_without_a_duration_run_in_batches(make_node, make_task):
    make_node("node-1")
    found = forecasts.forecast([changes.AddTasks(count=1000)]).changed

    assert found.outcome.queues["default"].started == 1000
    assert found.outcome.ended_ms < 1000 * OVERHEAD_MS


def test_forecast_of_an_idle_cluster_ends_at_once(make_node):
    make_node("node-1")
    found = forecasts.forecast([changes.AddNodes(slots=1)])

    assert found.times == [0]
    for run in found.baseline, found.changed:
        assert (run.outcome.ended_ms, run.outcome.backlog) == (0, [0])
    assert found.changed.outcome.utilizations == [None, None]


def test_wide_task_keeps_its_reservation(make_node, make_task):
    make_node("node-1", slots=2)
    make_task(duration_ms=10_000)
    claim("node-1")
    make_task(duration_ms=10_000, slots=2)
    make_task(duration_ms=30_000)
    make_task(duration_ms=1_000)
    outcome = forecasts.forecast().baseline.outcome

    # The short one overtakes; the long one starts after the wide one.
    assert outcome.ended_ms == pytest.approx(20_000 + 30_000, abs=1_000)
    assert outcome.queues["default"].started == 3


def test_error_names_the_change_and_its_field(four_tasks):
    WorkerNode.objects.filter(name="node-2").update(connection="OFFLINE")
    cases: list[tuple[changes.Change, str, str]] = [
        (changes.DrainNode("x"), "node", "not_found"),
        (changes.SetNodeSlots("node-1", 0), "slots", "out_of_range"),
        (changes.SetNodeSlots("node-1", 101), "slots", "out_of_range"),
        (changes.ResumeNode("node-2"), "node", "not_online"),
        (changes.AddNodes(slots=101), "slots", "out_of_range"),
        (changes.AddNodes(slots=1, count=101), "count", "out_of_range"),
        (changes.AddNodes(slots=1, queues=["x"]), "queues", "unknown_queue"),
        (changes.PauseQueue("x"), "queue", "unknown_queue"),
        (changes.SetQueueLimit("mail", 0), "limit", "out_of_range"),
        (changes.AddTasks(count=0), "count", "out_of_range"),
        (changes.AddTasks(count=1, queue="x"), "queue", "unknown_queue"),
        (changes.AddTasks(count=1, duration_ms=-1), "duration_ms", "out_of_range"),
        (changes.AddTasks(count=1, slots=0), "slots", "out_of_range"),
        (changes.AddTasks(count=1, priority=10), "priority", "out_of_range"),
    ]
    for change, field, code in cases:
        with pytest.raises(ValidationError) as refused:
            forecasts.forecast([changes.PauseQueue("mail"), change])
        [(name, [error])] = refused.value.error_dict.items()
        assert (name, error.code) == (f"1.{field}", code), change


def test_tasks_beyond_the_limit_are_left_out(make_node):
    make_node("node-1")
    added = changes.AddTasks(count=TASKS_MAX)

    assert not forecasts.forecast([added]).changed.outcome.is_cut

    outcome = forecasts.forecast([added, added]).changed.outcome
    assert outcome.is_cut
    assert outcome.backlog[0] == TASKS_MAX


def test_forecast_follows_the_scheduling_policy(make_node, make_task):
    queues.create_queue("mail")
    make_node("node-1")
    make_task(duration_ms=20_000, queue="mail")
    make_task(duration_ms=10_000)
    shortest = changes.SetSchedulingPolicy("shortest-first")
    found = forecasts.forecast([shortest])

    assert starts(found.baseline) == {"default": 20_000 + OVERHEAD_MS, "mail": 0}
    assert starts(found.changed) == {"default": 0, "mail": TURN}

    scheduling.set_scheduling_policy("shortest-first")
    assert starts(forecasts.forecast().baseline) == starts(found.changed)


def test_forecast_without_backfill_lets_nothing_overtake(make_node, make_task):
    make_node("node-1", slots=2)
    make_task(duration_ms=10_000)
    claim("node-1")
    make_task(duration_ms=10_000, slots=2, queue="default")
    queues.create_queue("mail")
    make_task(duration_ms=1_000, queue="mail")
    found = forecasts.forecast([changes.SetSchedulingPolicy("priority", backfill=False)])

    assert starts(found.baseline)["mail"] < starts(found.baseline)["default"]
    assert starts(found.changed)["mail"] > starts(found.changed)["default"]


def test_invalid_ageing_of_a_forecast_is_named(make_node):
    with pytest.raises(ValidationError) as raised:
        forecasts.forecast([changes.SetSchedulingPolicy("aged-priority", aging_ms=0)])

    assert raised.value.message_dict.keys() == {"0.aging_ms"}


def starts(run):
    """When the last task of each queue starts, in milliseconds from now."""
    return {name: queue.last_start_ms for name, queue in run.outcome.queues.items()}
