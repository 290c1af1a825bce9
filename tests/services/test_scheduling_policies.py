"""The scheduling policy of the running cluster: chosen, recorded, and followed by each claim."""

import random
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from tasks_app.models import ClusterEvent, FairShareTag, Queue, SchedulingSettings, Task
from tasks_app.policy import orders
from tasks_app.services import queues
from tasks_app.services.scheduling import get, set_scheduling_policy
from tasks_app.services.tasks import pending, places
from tests.simulation.cases import run as simulate
from tests.simulation.cases import task as virtual
from tests.support.working import claim, complete

pytestmark = pytest.mark.django_db

QUEUES = ("default", "mail", "reports")


@pytest.fixture
def cluster(node):
    """The node serves three queues with one slot."""
    Queue.objects.bulk_create(Queue(name=name) for name in QUEUES[1:])
    node.slots, node.queues = 1, list(QUEUES)
    node.save()
    return node


@pytest.fixture
def make_due(make_task):
    """A task that had been due for this many seconds when the test began."""
    start = timezone.now()

    def make(name, age, **options):
        task = make_task(a=name, **options)
        Task.objects.filter(pk=task.pk).update(due_at=start - timedelta(seconds=age))
        return task

    return make


def order():
    """Return the names of the tasks, in the order in which one slot runs them."""
    names = []
    while claimed := claim():
        names += [task.a for task in claimed]
        complete(claimed)
    return names


def test_names_are_those_of_the_simulation():
    assert set(SchedulingSettings.Policy.values) == set(orders.NAMES)


@pytest.mark.parametrize("policy", orders.NAMES)
def test_live_claims_are_in_the_order_of_the_simulation(cluster, make_due, policy):
    chance = random.Random(policy)
    weights = {"mail": 3.0, "reports": 0.5}
    for name, weight in weights.items():
        queues.update_queue(name, running_limit=None, weight=weight)
    set_scheduling_policy(policy, aging_ms=2_000)
    tasks = [
        {
            "queue": chance.choice(QUEUES),
            "priority": chance.randrange(4),
            "duration_ms": chance.randrange(1, 9) * 1000,
        }
        for _ in range(40)
    ]
    # A task of the first second runs until all others are due.
    make_due(0, 100, duration_ms=60_000)
    first = claim()
    for number, options in enumerate(tasks, 1):
        make_due(number, 100 - number / 2, **options)
    complete(first)
    options = {"share_by": "queue", "weights": weights} if policy == "fair-share" else {}
    aging = {"aging_ms": 2_000} if policy == "aged-priority" else {}
    result = simulate(
        [
            virtual("0", 0, 60, queue="default", priority=5),
            *(
                virtual(
                    str(number),
                    number / 2,
                    options["duration_ms"] / 1000,
                    queue=options["queue"],
                    priority=options["priority"],
                )
                for number, options in enumerate(tasks, 1)
            ),
        ],
        policy,
        **options,
        **aging,
    )
    started = [int(line.split()[2]) for line in result.log if " START " in line]

    assert order() == started[1:]


def test_policy_applies_to_the_next_claim(cluster, make_due):
    make_due(1, 9, priority=1, duration_ms=9)
    make_due(2, 1, priority=9, duration_ms=9)
    make_due(3, 8, priority=1, duration_ms=1)
    make_due(4, 0, priority=9, duration_ms=9)

    def first(policy):
        set_scheduling_policy(policy)
        claimed = claim()
        complete(claimed)
        return [task.a for task in claimed]

    assert first("priority") == [2]
    assert first("shortest-first") == [3]
    assert first("fifo") == [1]


def test_default_is_priority_with_backfill():
    assert (get().policy, get().backfill) == ("priority", True)


def test_change_is_recorded_with_its_actor_once():
    for _ in range(2):
        set_scheduling_policy("fifo", backfill=False, note="a test")

    [event] = ClusterEvent.objects.filter(kind="SCHEDULING_CHANGED")
    assert event.message == "FIFO, without backfill: a test"


@pytest.mark.parametrize("aging_ms", [0, 999, 604_800_001])
def test_aging_out_of_range_is_an_error_of_its_field(aging_ms):
    with pytest.raises(ValidationError) as error:
        set_scheduling_policy("aged-priority", aging_ms=aging_ms)
    assert list(error.value.message_dict) == ["aging_ms"]


@pytest.mark.parametrize("weight", [0, -1, 1001, float("nan"), float("inf")])
def test_weight_out_of_range_is_an_error_of_its_field(weight):
    with pytest.raises(ValidationError) as error:
        queues.update_queue("default", running_limit=None, weight=weight)
    assert list(error.value.message_dict) == ["weight"]


@pytest.mark.parametrize("policy", orders.NAMES)
def test_tasks_without_a_duration_are_claimed_in_batches(cluster, make_due, policy):
    set_scheduling_policy(policy)
    names = [make_due(number, 50 - number).a for number in range(20)]

    assert [task.a for task in sorted(claim(), key=lambda task: task.a)] == names


@pytest.mark.parametrize("policy", orders.NAMES)
def test_tasks_ahead_are_those_that_are_claimed_before(cluster, make_due, policy):
    set_scheduling_policy(policy, aging_ms=2_000)
    chance = random.Random(policy)
    ids = {
        number: make_due(
            number,
            60 - number,
            priority=chance.randrange(4),
            duration_ms=chance.randrange(1, 9) * 1000,
        ).pk
        for number in range(15)
    }
    ahead = places.ahead(Task.objects.filter(pk__in=ids.values()))

    assert [ahead[ids[name]] for name in order()] == list(range(15))


def test_without_backfill_no_task_overtakes_one_that_waits(node, make_due):
    make_due(1, 50, duration_ms=60_000)
    claimed = claim()
    wide = make_due(2, 40, slots=2, duration_ms=1)
    small = make_due(3, 30, duration_ms=1)
    set_scheduling_policy("fifo", backfill=False)

    assert claim(message="message-2") == []
    found = pending.explain(list(Task.objects.filter(pk__in=[wide.pk, small.pk])))
    assert found[wide.pk].reason == "WAITING_FOR_SLOT"
    assert found[small.pk].reason == "SLOTS_RESERVED"

    set_scheduling_policy("fifo", backfill=True)
    assert [task.a for task in claim(message="message-2")] == [3]
    complete(claimed)


def test_without_backfill_a_task_that_no_node_can_run_stops_nothing(node, make_due):
    make_due(1, 40, slots=50)
    make_due(2, 30)
    set_scheduling_policy("fifo", backfill=False)

    assert [task.a for task in claim()] == [2]


def test_fair_share_protects_a_light_queue_from_a_heavy_one(cluster, make_due):
    set_scheduling_policy("fair-share")
    for number in range(10):
        make_due(number, 50 - number, queue="mail", duration_ms=1000)
    for number in (100, 101):
        make_due(number, 1, queue="reports", duration_ms=1000)

    assert order()[:4] == [0, 100, 1, 101]


def test_queue_saves_no_credit_while_others_run(cluster, make_due):
    set_scheduling_policy("fair-share")
    for number in range(5):
        make_due(number, 50 - number, queue="mail", duration_ms=1000)
    claimed = claim()
    for _ in range(3):
        complete(claimed)
        claimed = claim()
    for number in range(100, 103):
        make_due(number, 1, queue="reports", duration_ms=1000)
    complete(claimed)

    assert order() == [100, 4, 101, 102]


def test_queues_start_again_together_after_the_cluster_was_idle(cluster, make_due, make_task):
    set_scheduling_policy("fair-share")
    make_due(0, 50, queue="mail", duration_ms=3_600_000)
    complete(claim())
    for number in (1, 2):
        make_task(a=number, queue="mail", duration_ms=1000)
        make_task(a=number + 10, queue="reports", duration_ms=1000)

    assert order() == [1, 11, 2, 12]
    assert FairShareTag.objects.filter(finish_tag__gt=10**7).count() == 0


def test_tags_of_a_deleted_queue_are_deleted(cluster, make_due):
    set_scheduling_policy("fair-share")
    make_due(1, 1, queue="mail")
    order()
    Task.objects.all().delete()
    cluster.delete()
    queues.delete_queue("mail")

    assert not FairShareTag.objects.filter(queue="mail").exists()
