"""Statistics from the event log, compared with the rows."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Count
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from tasks_app import reconciler, recovery, stats
from tasks_app.models import (
    Alert,
    ClusterEvent,
    StatsPeriod,
    StatsWatermark,
    Task,
)
from tasks_app.services import nodes, queues, schedules, tasks
from tasks_app.stats import Window
from tests.support.observed.statistics import roll_up_all
from tests.support.working import claim_only, run_only


def run(*some):
    for task in some:
        run_only(task, message=str(task.pk))


def counted():
    return {key: n for key, n in stats.task_counts().items() if n}


def rows():
    found = Task.objects.order_by().values_list("queue", "status").annotate(Count("pk"))
    return {(queue, status): n for queue, status, n in found}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rolls_up", [False, True])
def test_task_counts_match_the_rows(make_task, make_schedule, node, rolls_up):
    queues.create_queue("reports")
    some = [make_task() for _ in range(6)]
    schedule, deleted = make_schedule(), make_schedule()
    run(*some[:2])
    claim_only(some[2], some[3], message="lost")
    if rolls_up:
        roll_up_all()
    tasks.cancel_task(some[2].pk)
    recovery.requeue_claimed_by("lost")
    tasks.cancel_task(some[4].pk)
    tasks.retry_task(some[4].pk)
    schedules.update_schedule(schedule.pk, queue="reports")
    schedules.trigger_schedule(schedule.pk)
    schedules.delete_schedule(deleted.pk)
    Task.objects.filter(pk=some[0].pk).update(finished_at=timezone.now() - timedelta(days=99))
    recovery.delete_finished(timezone.now() + timedelta(days=1), 10)

    assert counted() == rows()
    roll_up_all()
    assert counted() == rows()


@pytest.mark.django_db(transaction=True)
def test_each_event_is_rolled_up_once(make_task, node):
    run(*(make_task() for _ in range(3)))

    def seen():
        return [
            load
            for window in Window
            for load in (
                stats.queue_stats(window)["default"],
                stats.node_stats(window)[node.pk],
            )
        ]

    before = seen()
    roll_up_all()
    after = seen()

    assert [load.succeeded for load in before] == [load.succeeded for load in after] == [3] * 8
    assert [load.total for load in before] == [load.total for load in after]
    assert StatsWatermark.objects.get().xid >= ClusterEvent.objects.latest("id").xid


@pytest.mark.django_db(transaction=True)
def test_events_that_are_not_rolled_up_are_kept(make_task):
    make_task()
    ClusterEvent.objects.update(at=timezone.now() - timedelta(days=99))

    reconciler.prune()
    assert ClusterEvent.objects.exists()

    roll_up_all()
    make_task()
    roll_up_all()
    reconciler.prune()
    assert counted() == rows() == {("default", "PENDING"): 2}


def test_percentile_is_close_to_the_exact_one():
    dice = random.Random(7)
    values = sorted(dice.lognormvariate(4, 2) + 1 for _ in range(10_000))
    histogram = Counter(map(stats.bucket, values))

    for percent in (50, 95, 99):
        true = values[len(values) * percent // 100]
        assert stats.percentile(histogram, percent) == pytest.approx(true, rel=0.1)
    assert stats.percentile({}, 50) is None


@pytest.mark.django_db
def test_old_runs_are_not_in_the_window(make_task, node):
    run(make_task())
    ClusterEvent.objects.update(at=timezone.now() - timedelta(minutes=3))

    assert stats.queue_stats(Window.MINUTE) == {}
    assert stats.queue_stats(Window.FIVE_MINUTES)["default"].succeeded == 1
    assert stats.queue_stats(Window.HOUR)["default"].per_second > 0


@pytest.mark.django_db
def test_old_periods_are_deleted_except_all_time(db):
    for seconds in (10, 60, 0):
        StatsPeriod.objects.create(
            seconds=seconds, at=timezone.now() - timedelta(days=2), queue="x"
        )

    stats.delete_old()

    assert [row.seconds for row in StatsPeriod.objects.all()] == [0]


@pytest.mark.django_db(transaction=True)
def test_statistics_of_a_removed_node_are_deleted_also_if_rolled_up_after_it(make_task, node):
    run(make_task())
    nodes.node_offline(node.name)
    nodes.forget_node(node.name)
    roll_up_all()
    all_time = StatsPeriod.objects.filter(node=node.pk, seconds=0)
    assert all_time.exists()

    reconciler.prune()

    assert not all_time.exists()
    assert stats.queue_stats(Window.ALL_TIME)["default"].succeeded == 1


@pytest.mark.django_db
def test_metrics_are_valid_for_prometheus(make_task, node):
    run(make_task(), make_task())
    make_task()
    now = timezone.now()
    common = {"kind": "TOO_LARGE", "since": now, "state_since": now, "observed_at": now}
    Alert.objects.create(**common, subject="default", state="RECOVERING", opened_at=now)
    Alert.objects.create(**common, subject="other", state="PENDING")

    with CaptureQueriesContext(connection) as asked:
        response = Client().get("/metrics")

    families = {f.name: f for f in text_string_to_metric_families(response.content.decode())}
    values = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in families.values()
        for sample in family.samples
    }
    assert response.headers["Content-Type"].startswith("text/plain")
    assert values["cluster_tasks", "PENDING", "default"] == 1
    assert values["cluster_runs_total", "default", "succeeded"] == 2
    assert values["cluster_run_seconds_count", "default"] == 2
    assert values["cluster_run_wait_seconds_bucket", "+Inf", "default"] == 2
    assert values["cluster_node_slots", "node-1@here"] == 2
    assert values["cluster_node_busy_slots", "node-1@here"] == 0
    assert values["cluster_alerts_open", "TOO_LARGE"] == 1
    assert values["cluster_alerts_open", "NODE_LOST"] == 0
    assert all(family.documentation for family in families.values())
    assert len(asked) <= 8
