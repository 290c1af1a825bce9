"""Nodes that come once and never again, as in an autoscaled cluster (flower#1492)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from tasks_app import reconciler, stats
from tasks_app.models import ClusterEvent, StatsPeriod, WorkerNode
from tasks_app.services import nodes
from tests.support.working import run_all

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

COUNT = 200
QUERY = """{
    workerNodes { name connection busySlots stats(window: ALL_TIME) { succeeded } }
    cluster { stats(window: ALL_TIME) { succeeded } }
}"""


def come(name):
    nodes.heartbeat(name, host="here", pid=1, slots=2, queues=["default"])


@pytest.fixture
def short_lived(make_task):
    """The names of nodes that each ran one task and went offline."""
    names = [f"node-{number:03}@here" for number in range(COUNT)]
    for name in names:
        come(name)
        make_task()
        assert run_all(name) == 1
        nodes.node_offline(name)
    return names


def shown():
    """Return the answer over GraphQL and the samples of the metrics by node, with few queries."""
    client = Client()
    with CaptureQueriesContext(connection) as queries:
        answer = client.post("/graphql/", {"query": QUERY}, content_type="application/json").json()
        metrics = client.get("/metrics").content.decode()
    assert len(queries) < 20
    samples = [
        sample
        for family in text_string_to_metric_families(metrics)
        for sample in family.samples
        if "node" in sample.labels
    ]
    return answer["data"], samples


def total(samples, name):
    return sum(sample.value for sample in samples if sample.name == name)


def test_many_short_lived_nodes_are_counted_correctly_in_few_queries(short_lived):
    data, samples = shown()

    row = {"connection": "OFFLINE", "busySlots": 0, "stats": {"succeeded": 1}}
    assert data["workerNodes"] == [{"name": name} | row for name in short_lived]
    assert data["cluster"]["stats"]["succeeded"] == COUNT
    assert total(samples, "cluster_node_online") == 0
    assert total(samples, "cluster_node_busy_slots") == 0
    assert total(samples, "cluster_node_runs_total") == COUNT


def test_nodes_that_do_not_come_back_are_removed(short_lived):
    old = dict(WorkerNode.objects.values_list("name", "pk"))
    recent, online, paused = short_lived[:3]
    nodes.pause_node(paused)
    WorkerNode.objects.update(heartbeat_at=timezone.now() - timedelta(days=31))
    WorkerNode.objects.filter(name=recent).update(heartbeat_at=timezone.now() - timedelta(days=29))
    come(online)
    now = timezone.now()
    periods = [StatsPeriod(node=id, seconds=0, at=now, succeeded=1) for id in old.values()]
    StatsPeriod.objects.bulk_create(periods)

    reconciler.prune()

    kept = {recent, online, paused}
    assert set(WorkerNode.objects.values_list("name", flat=True)) == kept
    kept_ids = {old[name] for name in kept}
    assert set(StatsPeriod.objects.values_list("node", flat=True)) == kept_ids
    forgotten = ClusterEvent.objects.filter(kind="NODE_FORGOTTEN")
    assert set(forgotten.values_list("message", flat=True)) == set(short_lived) - kept
    data, samples = shown()
    assert {node["name"] for node in data["workerNodes"]} == kept
    assert {sample.labels["node"] for sample in samples} == kept
    # The work that removed nodes did still counts.
    assert data["cluster"]["stats"]["succeeded"] == COUNT
    assert stats.queue_stats(stats.Window.ALL_TIME)["default"].succeeded == COUNT
