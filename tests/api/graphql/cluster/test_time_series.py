"""Time series, as the API returns them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tasks_app import reconciler, stats
from tasks_app.models import ClusterEvent, GaugePeriod, WorkerNode
from tasks_app.services import nodes, queues
from tasks_app.stats.periods import length_for
from tests.support.observed.statistics import roll_up_all
from tests.support.working import claim_only, run_only

QUERY = """
    query Series($range: TimeRangeInput!, $by: TimeSeriesGrouping, $queue: String, $node: String) {
      cluster { timeSeries(range: $range, groupBy: $by, queue: $queue, workerNode: $node) {
        periodSeconds starts operations { kind message workerNode { name } }
        groups { name succeeded failed cancelled perSecond pending busySlots slots
                 queueTime { p50 p95 } runTime { p99 } } } } }"""


@pytest.fixture
def series(data):
    def ask(seconds=900, **variables):
        return data(QUERY, range={"lastSeconds": seconds}, **variables)["cluster"]["timeSeries"]

    return ask


def run(*some):
    for task in some:
        run_only(task, message=str(task.pk))


def serve(node, *names):
    """Create queues, and let the node take from them too."""
    for name in names:
        queues.create_queue(name)
    node.queues += names
    node.save()


@pytest.mark.django_db(transaction=True)
def test_each_run_counts_once_before_and_after_the_roll_up(series, make_task, node):
    serve(node, "mail")
    run(make_task(), make_task(), make_task(queue="mail"))

    def succeeded(**variables):
        return {g["name"]: sum(g["succeeded"]) for g in series(**variables)["groups"]}

    for _ in range(2):
        assert succeeded() == {None: 3}
        assert succeeded(queue="mail") == {"mail": 1}
        assert succeeded(node="node-1@here") == {"node-1@here": 3}
        roll_up_all()
    assert succeeded(by="QUEUE") == {"default": 2, "mail": 1}
    assert succeeded(by="WORKER_NODE") == {"node-1@here": 3}


@pytest.mark.django_db(transaction=True)
def test_all_lists_have_an_element_for_each_period(series, make_task, node):
    run(make_task())
    roll_up_all()
    stats.take_sample()

    shown = series()
    [group] = shown["groups"]

    assert shown["periodSeconds"] == 10
    assert len(shown["starts"]) in (90, 91)
    lists = {name: values for name, values in group.items() if isinstance(values, list)}
    lists |= {"p50": group["queueTime"]["p50"], "p99": group["runTime"]["p99"]}
    assert {name: len(values) for name, values in lists.items()} == dict.fromkeys(
        lists, len(shown["starts"])
    )
    at = group["succeeded"].index(1)
    assert group["perSecond"][at] > 0
    assert group["queueTime"]["p95"][at] >= 0
    assert set(lists["p50"][:at]) == {None}


@pytest.mark.django_db(transaction=True)
def test_backlog_and_slots_are_sampled_once_in_each_period(series, make_task, node):
    queues.create_queue("mail")
    running, _, _ = make_task(), make_task(), make_task(queue="mail")
    claim_only(running, message="m")
    for _ in range(3):
        reconciler.reconcile()

    [cluster] = series()["groups"]
    by_queue = {group["name"]: group for group in series(by="QUEUE")["groups"]}
    [of_node] = series(by="WORKER_NODE")["groups"]

    def seen(group, name):
        return {value for value in group[name] if value is not None}

    assert (seen(cluster, "pending"), seen(cluster, "busySlots"), seen(cluster, "slots")) == (
        {2},
        {1},
        {2},
    )
    assert {name: seen(group, "pending") for name, group in by_queue.items()} == {
        "default": {1},
        "mail": {1},
    }
    assert (seen(of_node, "busySlots"), seen(of_node, "pending")) == ({1}, set())
    assert None in cluster["pending"]
    row = GaugePeriod.objects.get(seconds=600, queue="", node=None)
    assert row.samples == GaugePeriod.objects.filter(seconds=10, queue="", node=None).count()


@pytest.mark.django_db(transaction=True)
def test_groups_beyond_the_largest_ten_are_one_sum(series, make_task, node):
    serve(node, *(f"queue-{number:02}" for number in range(12)))
    for number in range(12):
        run(*(make_task(queue=f"queue-{number:02}") for _ in range(12 - number)))
    roll_up_all()

    groups = series(by="QUEUE")["groups"]

    assert [group["name"] for group in groups] == [*(f"queue-{n:02}" for n in range(10)), None]
    assert [sum(group["succeeded"]) for group in groups] == [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 3]


@pytest.mark.django_db
def test_changes_of_nodes_and_queues_in_the_range_are_shown(series, node):
    queues.pause_queue("default", note="outage")
    ClusterEvent.objects.update(at=timezone.now() - timedelta(hours=1))
    nodes.pause_node(node.name, note="repair")

    [paused] = series()["operations"]

    assert paused == {
        "kind": "NODE_PAUSED",
        "message": "repair",
        "workerNode": {"name": "node-1@here"},
    }
    assert [each["kind"] for each in series(7200)["operations"]] == ["QUEUE_PAUSED", "NODE_PAUSED"]


@pytest.mark.parametrize(
    ("hours", "seconds"),
    [(0.25, 10), (1, 10), (2, 60), (6, 60), (12, 60), (24, 600), (24 * 7, 3600), (24 * 31, 3600)],
)
def test_periods_are_the_shortest_that_cover_the_range(hours, seconds):
    now = timezone.now()
    assert length_for(now - timedelta(hours=hours), now, now) == seconds


def test_short_periods_of_the_past_are_no_longer_kept():
    now = timezone.now()
    yesterday = now - timedelta(hours=30)
    assert length_for(yesterday, yesterday + timedelta(minutes=10), now) == 600


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"range": {"lastSeconds": 59}}, "`lastSeconds`"),
        ({"range": {"lastSeconds": 10**7}}, "`lastSeconds`"),
        ({"range": {}}, "TimeRangeInput"),
        (
            {"range": {"between": {"since": "2026-01-02T00:00Z", "until": "2026-01-01T00:00Z"}}},
            "`until`",
        ),
        (
            {"range": {"between": {"since": "2020-01-01T00:00Z", "until": "2026-01-01T00:00Z"}}},
            "`until`",
        ),
        (
            {"range": {"between": {"since": "2999-01-01T00:00Z", "until": "2999-01-02T00:00Z"}}},
            "`since`",
        ),
        ({"range": {"lastSeconds": 900}, "queue": "default", "by": "QUEUE"}, "`groupBy`"),
    ],
)
def test_wrong_ranges_are_refused(graphql, variables, named):
    [error] = graphql.execute(QUERY, **variables)["errors"]
    assert named in error["message"]


@pytest.mark.django_db
def test_series_of_what_does_not_exist_are_empty(series):
    for choice in ({"queue": "none"}, {"node": "none"}):
        [group] = series(**choice)["groups"]
        assert not any(group["succeeded"])
    assert series(by="WORKER_NODE")["groups"] == []
    assert not WorkerNode.objects.exists()
