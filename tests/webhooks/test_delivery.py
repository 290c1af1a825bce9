"""Messages of webhooks: at least once, in order, each until it is accepted."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from standardwebhooks import Webhook as Verifier

from schema.core.relay import global_id
from tasks_app.log import events as log_events
from tasks_app.log import pages
from tasks_app.models import Webhook, WebhookDelivery
from tasks_app.services import tasks
from tasks_app.webhooks import attempts
from tests.support.waiting import eventually
from tests.webhooks.conftest import EVENTS, delivering
from tests.webhooks.messages import global_ids, tasks_of

pytestmark = pytest.mark.django_db(transaction=True)


def without_repeats(values):
    return list(dict.fromkeys(values))


def test_event_is_delivered_with_a_signature(receiver, make_webhook, make_task, deliveries):
    _, secret = make_webhook(receiver.url)
    task = make_task()

    eventually(lambda: receiver.requests)
    [request] = receiver.requests
    assert request.data["taskStatusChanged"]["taskId"] == global_id("Task", task.pk)
    assert list(Verifier(secret).verify(request.body, request.headers)) == ["data"]
    assert request.headers["content-type"] == "application/json"


def test_altered_body_does_not_match_the_signature(receiver, make_webhook, make_task, deliveries):
    _, secret = make_webhook(receiver.url)
    make_task()

    [request] = eventually(lambda: receiver.requests)
    with pytest.raises(Exception, match="No matching signature"):
        Verifier(secret).verify(request.body + " ", request.headers)


def test_variables_choose_the_events(receiver, make_webhook, make_task, deliveries):
    document = """subscription($statuses: [TaskStatus!]) {
        taskStatusChanged(where: { statuses: $statuses }) { taskId status } }"""
    make_webhook(receiver.url, document, variables={"statuses": ["CANCELLED"]})
    make_task()
    task = make_task()
    tasks.cancel_task(task.pk)

    [request] = eventually(lambda: receiver.requests)
    assert request.data["taskStatusChanged"] == {
        "taskId": global_id("Task", task.pk),
        "status": "CANCELLED",
    }


def test_restarted_receiver_sees_every_event_in_order(
    receiver, make_webhook, make_task, deliveries
):
    make_webhook(receiver.url)
    made = [make_task()]
    eventually(lambda: len(receiver.requests) == 1)

    receiver.stop()
    made += [make_task() for _ in range(3)]
    eventually(lambda: WebhookDelivery.objects.filter(succeeded=False).exists())
    receiver.start()

    eventually(lambda: len(set(tasks_of(receiver.requests))) == 4)
    assert without_repeats(tasks_of(receiver.requests)) == global_ids(made)


def test_restarted_dispatcher_continues_from_the_cursor(
    threads, quick, receiver, make_webhook, make_task
):
    make_webhook(receiver.url)
    made = [make_task()]
    with delivering():
        eventually(lambda: Webhook.objects.filter(deliveries__succeeded=True).exists())
    made += [make_task() for _ in range(2)]
    with delivering():
        eventually(lambda: len(receiver.requests) >= 3)

    assert tasks_of(receiver.requests) == global_ids(made)


def test_batch_keeps_its_id_and_events_after_a_restart(
    threads, quick, receiver, make_webhook, make_task
):
    """Events that came in between belong to the next batch."""
    make_webhook(receiver.url, EVENTS, after=pages.head().encode())
    receiver.answer = lambda _: 500
    make_task()
    with delivering():
        eventually(lambda: receiver.requests)
    first = receiver.requests[0]
    make_task()
    receiver.answer = lambda _: 200
    receiver.requests.clear()
    with delivering():
        eventually(lambda: len(receiver.requests) >= 2)

    again, following = receiver.requests[:2]
    assert (again.id, again.body) == (first.id, first.body)
    cursors = [
        event["cursor"]
        for each in (again, following)
        for event in each.data["clusterEvents"]["events"]
    ]
    assert len(cursors) == len(set(cursors)) == 2


def test_replay_sends_the_same_ids_again(receiver, make_webhook, make_task, deliveries, mutate):
    start = pages.head().encode()
    id, _ = make_webhook(receiver.url)
    made = [make_task() for _ in range(3)]
    eventually(lambda: len(receiver.requests) == 3)

    mutate("replayWebhook", "webhook { id }", id=id, after=start)

    eventually(lambda: len(receiver.requests) == 6)
    assert tasks_of(receiver.requests) == global_ids(made) * 2
    ids = [each.id for each in receiver.requests]
    assert ids[:3] == ids[3:]


@pytest.mark.parametrize(("document", "data"), [("changes", None), ("events", "StreamGap")])
def test_gap_is_delivered_as_a_gap(
    threads, quick, receiver, make_webhook, make_task, document, data
):
    after = pages.head().encode()
    make_task()
    log_events.delete_before(
        timezone.now() + timedelta(days=1), 100, rolled_up_until=pages.head().xid
    )
    task = make_task()
    extra = {"document": EVENTS} if document == "events" else {}
    make_webhook(receiver.url, after=after, **extra)
    with delivering():
        eventually(lambda: len(receiver.requests) >= 2)

    gap = json.loads(receiver.requests[0].body)
    assert gap["extensions"]["code"] == "STREAM_GAP"
    if data is None:
        assert gap["data"] is None
        assert tasks_of(receiver.requests[1:]) == global_ids([task])
    else:
        assert gap["data"]["clusterEvents"]["__typename"] == data


def test_own_events_are_not_delivered(receiver, make_webhook, deliveries, mutate):
    """Those of other webhooks are."""
    id, _ = make_webhook(receiver.url, EVENTS)
    mutate("rotateWebhookSecret", "secret", id=id)
    make_webhook(receiver.url)

    eventually(lambda: receiver.requests)
    found = [
        event["kind"]
        for each in receiver.requests
        for event in each.data["clusterEvents"]["events"]
    ]
    assert found == ["WEBHOOK_CREATED"]
    assert (
        receiver.requests[0].data["clusterEvents"]["events"][0]["message"].startswith("127.0.0.1")
    )


def test_rotation_signs_with_both_secrets_for_a_day(
    receiver, make_webhook, make_task, deliveries, mutate
):
    id, old = make_webhook(receiver.url)
    new = mutate("rotateWebhookSecret", "secret webhook { previousSecretUntil }", id=id)["secret"]
    make_task()

    [request] = eventually(lambda: receiver.requests)
    assert len(request.headers["webhook-signature"].split()) == 2
    for secret in (old, new):
        Verifier(secret).verify(request.body, request.headers)

    Webhook.objects.update(previous_secret_until=timezone.now() - timedelta(seconds=1))
    make_task()
    eventually(lambda: len(receiver.requests) == 2)
    request = receiver.requests[1]
    Verifier(new).verify(request.body, request.headers)
    with pytest.raises(Exception, match="No matching signature"):
        Verifier(old).verify(request.body, request.headers)


def test_test_message_is_sent_also_while_disabled(
    receiver, make_webhook, make_task, deliveries, webhook_of, mutate
):
    id, secret = make_webhook(receiver.url)
    receiver.answer = lambda _: 410
    task = make_task()
    eventually(lambda: webhook_of(id)["state"] == "DISABLED")
    receiver.answer = lambda _: 200
    receiver.requests.clear()

    mutate("testWebhook", "webhook { id }", id=id)

    [request] = eventually(lambda: receiver.requests)
    assert Verifier(secret).verify(request.body, request.headers)["extensions"] == {"code": "TEST"}
    assert tasks_of([request]) == global_ids([task])
    delivery = eventually(lambda: [d for d in webhook_of(id)["deliveries"] if d["isTest"]])[0]
    assert (delivery["status"], delivery["response"]) == (200, "answered 200")
    assert webhook_of(id)["state"] == "DISABLED"


def test_only_the_last_deliveries_are_kept(
    monkeypatch, receiver, make_webhook, make_task, deliveries, webhook_of
):
    monkeypatch.setattr(attempts, "DELIVERIES_KEPT", 3)
    id, _ = make_webhook(receiver.url)
    for _ in range(6):
        make_task()

    eventually(lambda: len(receiver.requests) == 6)
    sent = [each.id for each in receiver.requests]
    eventually(lambda: [each["messageId"] for each in webhook_of(id)["deliveries"]] == sent[:-4:-1])


def test_deleted_webhook_sends_nothing(receiver, make_webhook, make_task, deliveries, mutate):
    id, _ = make_webhook(receiver.url)
    make_task()
    eventually(lambda: len(receiver.requests) == 1)

    assert mutate("deleteWebhook", "deletedId", id=id)["deletedId"] == id
    make_webhook(receiver.url, EVENTS)
    make_task()

    eventually(lambda: len(receiver.requests) == 2)
    assert "clusterEvents" in receiver.requests[1].data
