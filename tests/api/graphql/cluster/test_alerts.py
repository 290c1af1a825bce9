"""Alerts and their rules over GraphQL."""

import pytest

from tasks_app.models import Alert
from tasks_app.services import alert_rules, alerts, queues

# Events are read only when they are committed.
pytestmark = pytest.mark.django_db(transaction=True)

ALERTS = """query($open: Boolean, $kinds: [AttentionKind!], $first: Int, $after: String) {
    alerts(open: $open, kinds: $kinds, first: $first, after: $after) {
        totalCount pageInfo { hasNextPage endCursor }
        nodes { id kind subject message since openedAt resolvedAt queue
            workerNode { name } taskSchedule { uuid } }
    } }"""
EVENTS = """{ clusterEvents(count: 10, kinds: [ALERT_OPENED, ALERT_RESOLVED]) {
    events { kind alertKind message queue alert { id openedAt resolvedAt queue } } } }"""
SET = """mutation($input: SetAlertRuleInput!) { setAlertRule(input: $input) {
    alertRule { kind enabled openAfterSeconds resolveAfterSeconds isDefault }
    errors { field code message } } }"""


@pytest.fixture
def at_once(transactional_db):
    """Each evaluation opens and resolves what it can."""
    for kind in alert_rules.Kind:
        alert_rules.set_rule(kind, open_after_seconds=0, resolve_after_seconds=0)

    def evaluate():
        alerts.evaluate()
        alerts.evaluate()

    return evaluate


@pytest.fixture
def some(at_once, make_task):
    """A resolved alert of a paused queue, and open ones of queues that no node serves."""
    for name in ("batch", "reports"):
        queues.create_queue(name)
    queues.pause_queue("default")
    task = make_task()
    at_once()
    task.delete()
    for name in ("batch", "reports"):
        make_task(queue=name)
        at_once()


def subjects(answer):
    return [alert["subject"] for alert in answer["alerts"]["nodes"]]


def test_alerts_are_listed_newest_first(data, some):
    answer = data(ALERTS)
    assert subjects(answer) == ["reports", "batch", "default"]
    assert answer["alerts"]["totalCount"] == 3
    newest = answer["alerts"]["nodes"][0]
    assert (newest["kind"], newest["queue"]) == ("NO_NODE_FOR_QUEUE", "reports")
    assert newest["since"] <= newest["openedAt"]
    assert newest["resolvedAt"] is None
    assert (newest["workerNode"], newest["taskSchedule"]) == (None, None)


def test_alerts_are_filtered_and_paged(data, some):
    assert subjects(data(ALERTS, open=True)) == ["reports", "batch"]
    assert subjects(data(ALERTS, open=False)) == ["default"]
    assert subjects(data(ALERTS, kinds=["QUEUE_PAUSED"])) == ["default"]
    first = data(ALERTS, first=2)
    after = first["alerts"]["pageInfo"]["endCursor"]
    assert subjects(first) + subjects(data(ALERTS, after=after)) == ["reports", "batch", "default"]


def test_item_that_does_not_last_is_not_listed(data, make_task):
    queues.create_queue("reports")
    make_task(queue="reports")
    alerts.evaluate()
    assert Alert.objects.count() == 1
    assert data(ALERTS)["alerts"]["totalCount"] == 0


def test_events_have_their_alert(data, some):
    opened, resolved, *_ = data(EVENTS)["clusterEvents"]["events"]
    assert (opened["kind"], resolved["kind"]) == ("ALERT_OPENED", "ALERT_RESOLVED")
    assert opened["alertKind"] == resolved["alertKind"] == "QUEUE_PAUSED"
    assert opened["queue"] == "default"
    # The alert as it is now.
    assert opened["alert"] == resolved["alert"]
    assert opened["alert"]["resolvedAt"] is not None


def test_event_stays_when_its_alert_is_deleted(data, some):
    Alert.objects.all().delete()
    [event, *_] = data(EVENTS)["clusterEvents"]["events"]
    assert (event["alert"], event["alertKind"]) == (None, "QUEUE_PAUSED")


def test_alert_is_a_node(data, some):
    id = data(ALERTS)["alerts"]["nodes"][0]["id"]
    query = "query($id: ID!) { node(id: $id) { ... on Alert { subject } } }"
    assert data(query, id=id) == {"node": {"subject": "reports"}}


def test_rule_is_changed(data):
    answer = data(SET, input={"kind": "QUEUE_PAUSED", "openAfterSeconds": 5})["setAlertRule"]
    assert answer["errors"] == []
    assert answer["alertRule"] == {
        "kind": "QUEUE_PAUSED",
        "enabled": True,
        "openAfterSeconds": 5,
        "resolveAfterSeconds": 60,
        "isDefault": False,
    }
    rules = data("{ alertRules { kind isDefault } }")["alertRules"]
    assert [rule["kind"] for rule in rules if not rule["isDefault"]] == ["QUEUE_PAUSED"]
    assert len(rules) == len(alert_rules.Kind)


def test_time_out_of_range_names_its_field(data):
    answer = data(SET, input={"kind": "QUEUE_PAUSED", "openAfterSeconds": -1})["setAlertRule"]
    [error] = answer["errors"]
    assert (error["field"], error["code"]) == (["input", "openAfterSeconds"], "OUT_OF_RANGE")
    assert answer["alertRule"] is None
