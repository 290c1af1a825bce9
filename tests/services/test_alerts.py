"""Alerts open and are resolved once, by items that last."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from tasks_app import reconciler
from tasks_app.models import Alert, AlertRule, ClusterEvent, Task, Webhook
from tasks_app.services import alert_rules, alerts, attention, nodes, queues
from tasks_app.services.nodes import heartbeats
from tasks_app.sql.db import fetch
from tests.support.working import claim, complete

pytestmark = pytest.mark.django_db

NO_NODE = "NO_NODE_FOR_QUEUE"
OPEN_AFTER = alert_rules.OPEN_AFTER_SECONDS[alert_rules.Kind(NO_NODE)]
RESOLVE_AFTER = alert_rules.RESOLVE_AFTER_SECONDS


def evaluate(*, after=0.0):
    """Evaluate the items a number of seconds later, with evaluations in between."""
    Alert.objects.update(state_since=F("state_since") - timedelta(seconds=after))
    alerts.evaluate()


def logged():
    found = ClusterEvent.objects.filter(kind__in=["ALERT_OPENED", "ALERT_RESOLVED"])
    return [(event.kind, event.alert_id) for event in found.order_by("id")]


@pytest.fixture
def unserved(make_task):
    """A task in a queue that no node serves."""
    queues.create_queue("reports")
    return make_task(queue="reports")


def end(task):
    Task.objects.filter(pk=task.pk).delete()


def test_item_that_lasts_opens_one_alert(unserved):
    evaluate()
    evaluate(after=OPEN_AFTER - 1)
    assert logged() == []

    evaluate(after=1)
    evaluate(after=1_000)
    alert = Alert.objects.get()
    assert (alert.kind, alert.queue, alert.subject) == (NO_NODE, "reports", "reports")
    assert alert.opened_at is not None
    assert alert.resolved_at is None
    assert logged() == [("ALERT_OPENED", alert.pk)]


def test_alert_is_resolved_once_after_its_item_is_gone(unserved):
    evaluate()
    evaluate(after=OPEN_AFTER)
    end(unserved)
    evaluate()
    evaluate(after=RESOLVE_AFTER - 1)
    assert [kind for kind, _ in logged()] == ["ALERT_OPENED"]

    evaluate(after=1)
    evaluate(after=1_000)
    alert = Alert.objects.get()
    assert alert.resolved_at > alert.opened_at
    assert logged() == [("ALERT_OPENED", alert.pk), ("ALERT_RESOLVED", alert.pk)]


def test_item_that_comes_and_goes_opens_nothing(node, make_task):
    for _ in range(4):
        queues.pause_queue("default")
        task = make_task()
        evaluate()
        evaluate(after=alert_rules.OPEN_AFTER_SECONDS[alert_rules.Kind.QUEUE_PAUSED] - 1)
        end(task)
        evaluate()
    assert logged() == []
    assert not Alert.objects.exists()


def test_item_that_is_gone_briefly_resolves_nothing(make_task, unserved):
    evaluate()
    evaluate(after=OPEN_AFTER)
    for _ in range(3):
        end(unserved)
        evaluate()
        evaluate(after=RESOLVE_AFTER - 1)
        unserved = make_task(queue="reports")
        evaluate()
    assert [kind for kind, _ in logged()] == ["ALERT_OPENED"]


def test_item_that_returns_after_its_end_opens_another_alert(make_task, unserved):
    for _ in range(2):
        evaluate()
        evaluate(after=OPEN_AFTER)
        Task.objects.filter(queue="reports").delete()
        evaluate()
        evaluate(after=RESOLVE_AFTER)
        make_task(queue="reports")
    opened, resolved, *others = logged()
    assert opened[1] == resolved[1]
    assert others[0][1] == others[1][1] != opened[1]


def test_time_without_evaluations_does_not_count(unserved):
    evaluate()
    Alert.objects.update(observed_at=F("observed_at") - alerts.GAP - timedelta(seconds=1))
    evaluate(after=OPEN_AFTER)
    assert logged() == []

    evaluate(after=OPEN_AFTER)
    assert [kind for kind, _ in logged()] == ["ALERT_OPENED"]


def test_tasks_of_several_sizes_are_one_alert(make_task, node):
    make_task(slots=16)
    make_task(slots=32)
    assert len(attention.find()) == 2

    evaluate()
    evaluate(after=1_000)
    alert = Alert.objects.get()
    assert alert.subject == "default"
    # The item alone does not name its queue.
    assert alert.message == "default: The task needs 16 slots; the largest node has 2."


def test_lost_node_is_the_subject(node, monkeypatch):
    monkeypatch.setattr(heartbeats, "SILENCE_SECONDS", 1)
    type(node).objects.update(heartbeat_at=timezone.now() - timedelta(seconds=2))
    nodes.mark_silent_nodes_offline()
    evaluate()
    evaluate(after=1_000)

    alert = Alert.objects.get()
    assert (alert.kind, alert.subject, alert.node) == ("NODE_LOST", node.name, node)
    [event] = ClusterEvent.objects.filter(kind="ALERT_OPENED")
    assert (event.node, event.alert_kind, event.message) == (node, "NODE_LOST", alert.message)


def test_idle_slot_is_resolved_when_the_task_ran(make_task, node):
    make_task()
    Task.objects.update(due_at=timezone.now() - timedelta(seconds=60))
    evaluate()
    evaluate(after=1_000)
    complete(claim())
    evaluate()
    evaluate(after=1_000)
    assert [kind for kind, _ in logged()] == ["ALERT_OPENED", "ALERT_RESOLVED"]


def test_stopped_webhook_needs_attention(db):
    webhook = Webhook.objects.create(
        url="https://example.com/secret", state="DISABLED", message="410 Gone.", cursor="x"
    )
    [item] = attention.find()
    assert item.message == f"The webhook example.com ({webhook.pk}) sends nothing: 410 Gone."
    evaluate()
    evaluate(after=1_000)
    assert Alert.objects.get().subject == str(webhook.pk)

    Webhook.objects.update(state="ACTIVE")
    assert attention.find() == []


# --- Rules


def test_every_kind_has_a_default_rule(db):
    rules = alert_rules.all_rules()
    assert [rule.kind for rule in rules] == list(alert_rules.Kind)
    assert all(alert_rules.is_default(rule) for rule in rules)


def test_rule_says_after_how_long(unserved):
    alert_rules.set_rule(NO_NODE, open_after_seconds=100, resolve_after_seconds=0)
    evaluate()
    evaluate(after=99)
    assert logged() == []
    evaluate(after=1)
    end(unserved)
    evaluate()
    evaluate()
    assert [kind for kind, _ in logged()] == ["ALERT_OPENED", "ALERT_RESOLVED"]


def test_disabled_rule_opens_nothing_and_resolves_what_is_open(unserved):
    evaluate()
    evaluate(after=OPEN_AFTER)
    alert_rules.set_rule(NO_NODE, enabled=False)
    evaluate()
    evaluate(after=RESOLVE_AFTER)
    evaluate()
    evaluate(after=1_000)
    assert [kind for kind, _ in logged()] == ["ALERT_OPENED", "ALERT_RESOLVED"]


def test_change_of_a_rule_is_logged_and_keeps_other_values(db):
    alert_rules.set_rule(NO_NODE, open_after_seconds=7)
    alert_rules.set_rule(NO_NODE, enabled=False)
    alert_rules.set_rule(NO_NODE, enabled=False)

    rule = AlertRule.objects.get()
    assert (rule.enabled, rule.open_after_seconds) == (False, 7)
    assert rule.resolve_after_seconds == RESOLVE_AFTER
    messages = ClusterEvent.objects.filter(kind="ALERT_RULE_CHANGED").values_list(
        "message", flat=True
    )
    assert list(messages) == [
        f"{NO_NODE}: opens after 7 s, is resolved after 60 s",
        f"{NO_NODE}: disabled",
    ]


@pytest.mark.parametrize("seconds", [-1, 86_401])
def test_times_of_a_rule_have_a_range(db, seconds):
    with pytest.raises(ValidationError) as refused:
        alert_rules.set_rule(NO_NODE, open_after_seconds=seconds, resolve_after_seconds=seconds)
    assert set(refused.value.error_dict) == {"open_after_seconds", "resolve_after_seconds"}


# --- Several processes, and retention


def closing(function):
    try:
        function()
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_concurrent_evaluations_open_and_resolve_once(unserved):
    def all_at_once():
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(closing, [alerts.evaluate] * 12))

    all_at_once()
    evaluate(after=OPEN_AFTER - 1)
    Alert.objects.update(state_since=F("state_since") - timedelta(seconds=1))
    all_at_once()
    end(unserved)
    all_at_once()
    Alert.objects.update(state_since=F("state_since") - timedelta(seconds=RESOLVE_AFTER))
    all_at_once()

    assert [kind for kind, _ in logged()] == ["ALERT_OPENED", "ALERT_RESOLVED"]


@pytest.mark.django_db(transaction=True)
def test_evaluation_is_skipped_while_another_process_evaluates(unserved):
    with transaction.atomic(), ThreadPoolExecutor(1) as thread:
        fetch(alerts._TRY_LOCK, {"lock": alerts._LOCK})
        thread.submit(closing, alerts.evaluate).result()
    assert not Alert.objects.exists()


def test_only_resolved_alerts_are_deleted_after_the_retention(make_task, unserved):
    queues.create_queue("batch")
    task = make_task(queue="batch")
    evaluate()
    evaluate(after=1_000)
    end(task)
    evaluate()
    evaluate(after=1_000)
    Alert.objects.filter(resolved_at=None).update(opened_at=F("opened_at") - timedelta(days=99))
    reconciler.prune()
    assert Alert.objects.count() == 2

    Alert.objects.exclude(resolved_at=None).update(
        opened_at=F("opened_at") - timedelta(days=99),
        resolved_at=F("resolved_at") - timedelta(days=99),
    )
    reconciler.prune()
    assert [alert.subject for alert in Alert.objects.all()] == ["reports"]
