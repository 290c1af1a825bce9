"""Webhooks send alerts, when they open and when they are resolved."""

import json
import os
import re
import subprocess
import sys

import pytest

from project.standalone.engines import free_port
from tasks_app.models import Task
from tasks_app.services import alert_rules, alerts, queues
from tests.docs.pages import ROOT
from tests.support.waiting import eventually
from tests.webhooks.conftest import EVENTS

GUIDE = (ROOT / "docs" / "how-to" / "alerts.md").read_text()
DOCUMENT = """subscription { clusterEvents(
    kinds: [ALERT_OPENED, ALERT_RESOLVED], alertKinds: [NO_NODE_FOR_QUEUE]
) { ... on EventBatch { events { kind alert { kind subject resolvedAt } } } } }"""

pytestmark = pytest.mark.django_db(transaction=True)


def kinds_of(receiver):
    return [event["kind"] for event in events_of(receiver)]


@pytest.fixture(autouse=True)
def at_once(transactional_db):
    for kind in alert_rules.Kind:
        alert_rules.set_rule(kind, open_after_seconds=0, resolve_after_seconds=0)


def evaluate():
    alerts.evaluate()
    alerts.evaluate()


def events_of(receiver):
    return [event for each in receiver.requests for event in each.data["clusterEvents"]["events"]]


def test_receiver_gets_opened_and_resolved_alerts_of_the_chosen_kind(
    receiver, make_webhook, make_task, deliveries
):
    make_webhook(receiver.url, DOCUMENT)
    queues.pause_queue("default")
    make_task()
    queues.create_queue("reports")
    task = make_task(queue="reports")
    evaluate()
    [opened] = eventually(lambda: events_of(receiver))
    assert opened == {
        "kind": "ALERT_OPENED",
        "alert": {"kind": "NO_NODE_FOR_QUEUE", "subject": "reports", "resolvedAt": None},
    }

    Task.objects.filter(pk=task.pk).delete()
    evaluate()
    _, resolved = eventually(lambda: len(found := events_of(receiver)) == 2 and found)
    assert resolved["kind"] == "ALERT_RESOLVED"
    assert resolved["alert"]["resolvedAt"] is not None


def test_webhook_does_not_send_alerts_about_itself(
    make_receiver, make_webhook, make_task, deliveries, webhook_of, mutate
):
    own, other = make_receiver(), make_receiver()
    id, _ = make_webhook(own.url, EVENTS)
    make_webhook(other.url, EVENTS)
    own.answer = lambda _: 410
    queues.create_queue("reports")
    eventually(lambda: webhook_of(id)["state"] == "DISABLED")
    evaluate()
    eventually(lambda: "ALERT_OPENED" in kinds_of(other))

    own.answer = lambda _: 200
    mutate("resumeWebhook", "webhook { id }", id=id)
    evaluate()
    make_task(queue="reports")
    eventually(lambda: "TASK_CREATED" in kinds_of(own))
    eventually(lambda: "TASK_CREATED" in kinds_of(other))
    sent = [kind for kind in kinds_of(other) if kind.startswith("ALERT_")]
    assert sent == ["ALERT_OPENED", "ALERT_RESOLVED"]
    assert not [kind for kind in kinds_of(own) if kind.startswith(("ALERT_", "WEBHOOK_D"))]


def test_relay_of_the_guide_posts_to_a_chat(make_receiver, make_webhook, make_task, deliveries):
    [code] = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    [document] = re.findall(r'document: "(subscription.*?)"\n', GUIDE)
    chat, port = make_receiver(), free_port()
    _, secret = make_webhook(
        f"http://127.0.0.1:{port}/", document, variables={"alertKinds": ["NO_NODE_FOR_QUEUE"]}
    )
    environment = {"WEBHOOK_SECRET": secret, "PORT": str(port), "CHAT_URL": chat.url}
    relay = subprocess.Popen([sys.executable, "-c", code], env=os.environ | environment)
    try:
        queues.create_queue("reports")
        task = make_task(queue="reports")
        evaluate()
        eventually(lambda: len(chat.requests) == 1)
        Task.objects.filter(pk=task.pk).delete()
        evaluate()
        eventually(lambda: len(chat.requests) == 2)
    finally:
        relay.kill()
        relay.wait()

    texts = [json.loads(each.body)["text"] for each in chat.requests]
    message = "No online node serves the queue reports."
    assert texts == [f"🔴 {message}", f"🟢 Resolved: {message}"]
