"""Metrics of the cluster in the format of Prometheus, from a constant number of queries."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from tasks_app import stats
from tasks_app.models import Queue, Task
from tasks_app.services import alerts, leader
from tasks_app.sql.claiming import claims

# Every fourth bucket: 1 ms, 2 ms, 4 ms, … to about two hours.
_ENDS = range(0, 24 * stats.BUCKETS_PER_DOUBLING, stats.BUCKETS_PER_DOUBLING)
_OUTCOMES = ("succeeded", "failed", "cancelled")


def view(request: HttpRequest) -> HttpResponse:
    """Return the metrics, or 503 while the database is unavailable."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Cluster())
    try:
        return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
    except (OperationalError, InterfaceError):
        return HttpResponse(
            "The database is unavailable. Try again later.\n", status=503, content_type="text/plain"
        )


class _Cluster(Collector):
    def describe(self) -> Iterator[Metric]:
        """Return nothing: each scrape has a registry of its own."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Return the metrics of queues, nodes, the scheduler and alerts."""
        yield from _queues(stats.queue_stats(stats.Window.ALL_TIME))
        yield from _nodes(stats.node_stats(stats.Window.ALL_TIME))
        beats = GaugeMetricFamily(
            "cluster_beat_leads", "Whether one of the Beat processes is the leader."
        )
        beats.add_metric([], leader.beat_leads())
        yield beats
        alerts_open = GaugeMetricFamily(
            "cluster_alerts_open", "Number of open alerts by kind.", labels=["kind"]
        )
        for kind, count in alerts.open_counts().items():
            alerts_open.add_metric([kind.value], count)
        yield alerts_open


def _queues(loads: Mapping[str, stats.TaskStats]) -> Iterator[Metric]:
    tasks = GaugeMetricFamily(
        "cluster_tasks", "Number of tasks by queue and status.", labels=["queue", "status"]
    )
    paused = GaugeMetricFamily(
        "cluster_queue_paused", "Whether the queue is paused.", labels=["queue"]
    )
    limit = GaugeMetricFamily(
        "cluster_queue_running_limit",
        "Maximum number of running tasks of the queue, if it is limited.",
        labels=["queue"],
    )
    runs = CounterMetricFamily(
        "cluster_runs",
        "Number of runs that ended, by queue and outcome.",
        labels=["queue", "outcome"],
    )
    waits = HistogramMetricFamily(
        "cluster_run_wait_seconds", "Time from due to start of runs in seconds.", labels=["queue"]
    )
    times = HistogramMetricFamily(
        "cluster_run_seconds", "Time from start to end of runs in seconds.", labels=["queue"]
    )
    counts = stats.task_counts()
    for queue in Queue.objects.order_by("name"):
        load = loads.get(queue.name, stats.TaskStats())
        paused.add_metric([queue.name], queue.paused_at is not None)
        if queue.running_limit is not None:
            limit.add_metric([queue.name], queue.running_limit)
        for status in Task.Status:
            tasks.add_metric([queue.name, status.value], counts.get((queue.name, status), 0))
        for outcome in _OUTCOMES:
            runs.add_metric([queue.name, outcome], getattr(load, outcome))
        waits.add_metric([queue.name], _buckets(load.wait), load.wait_ms / 1000)
        times.add_metric([queue.name], _buckets(load.run), load.run_ms / 1000)
    yield from (tasks, paused, limit, runs, waits, times)


def _nodes(loads: Mapping[UUID, stats.TaskStats]) -> Iterator[Metric]:
    online = GaugeMetricFamily(
        "cluster_node_online", "Whether the node is online.", labels=["node"]
    )
    active = GaugeMetricFamily(
        "cluster_node_active", "Whether the node claims tasks.", labels=["node"]
    )
    slots = GaugeMetricFamily("cluster_node_slots", "Number of slots of the node.", labels=["node"])
    busy = GaugeMetricFamily("cluster_node_busy_slots", "Number of slots in use.", labels=["node"])
    runs = CounterMetricFamily(
        "cluster_node_runs",
        "Number of runs that ended on the node, by outcome.",
        labels=["node", "outcome"],
    )
    for node in claims.nodes():
        name, load = node.capacity.name, loads.get(node.id, stats.TaskStats())
        online.add_metric([name], node.is_online)
        active.add_metric([name], node.is_active)
        slots.add_metric([name], node.capacity.slots)
        busy.add_metric([name], node.capacity.busy)
        for outcome in _OUTCOMES:
            runs.add_metric([name, outcome], getattr(load, outcome))
    yield from (online, active, slots, busy, runs)


def _buckets(histogram: Mapping[int, int]) -> list[tuple[str, float]]:
    """Return cumulative buckets by their upper bounds in seconds."""
    buckets = [
        (
            str(stats.bucket_end(end) / 1000),
            float(sum(count for number, count in histogram.items() if number <= end)),
        )
        for end in _ENDS
    ]
    return [*buckets, ("+Inf", float(sum(histogram.values())))]
