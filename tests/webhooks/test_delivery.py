"""Messages of webhooks: at least once, in order, each until it is accepted."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from standardwebhooks import Webhook as Verifier

from schema.core.relay import global_id
from tasks_app.log import events as log_events
from tasks_app.log import pages
from tasks_app.models import ApiToken, ClusterEvent, Role, Webhook, WebhookDelivery
from tasks_app.services import tasks
from tasks_app.services.access import tokens
from tasks_app.webhooks import attempts, sending
from tests.support.waiting import eventually
from tests.webhooks.conftest import EVENTS, delivering

pytestmark = pytest.mark.django_db(transaction=True)


def tasks_of(requests):
    return [each.data["taskStatusChanged"]["taskId"] for each in requests]


def global_ids(made):
    return [global_id("Task", task.pk) for task in made]


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


def test_failing_receiver_gets_all_events_once_by_id_and_in_order(
    receiver, make_webhook, make_task, deliveries, webhook_of
):
    id, _ = make_webhook(receiver.url)
    receiver.answer = lambda _: 500
    made = [make_task() for _ in range(5)]

    eventually(lambda: len(receiver.requests) >= 3)
    assert webhook_of(id)["state"] == "RETRYING"
    assert webhook_of(id)["message"] == "The receiver answered 500."
    # The same message is sent again, with the same ID.
    assert len({each.id for each in receiver.requests}) == 1

    receiver.answer = lambda _: 200
    receiver.requests.clear()
    eventually(lambda: len(receiver.requests) >= 5)
    assert tasks_of(receiver.requests) == global_ids(made)
    assert len({each.id for each in receiver.requests}) == 5
    eventually(lambda: webhook_of(id)["state"] == "ACTIVE")


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


def test_receiver_that_never_answers_delays_no_other(
    make_receiver, make_webhook, make_task, deliveries
):
    silent = [make_receiver() for _ in range(3)]
    for each in silent:
        each.answer = lambda _: None
        make_webhook(each.url)
    quick_one = make_receiver()
    make_webhook(quick_one.url)
    made = [make_task()]
    eventually(lambda: all(each.requests for each in silent))
    made += [make_task() for _ in range(10)]

    eventually(lambda: len(quick_one.requests) == 11)
    # The silent receivers have one request each, which has not ended: no attempt is recorded.
    assert [len(each.requests) for each in silent] == [1, 1, 1]
    assert not WebhookDelivery.objects.filter(succeeded=False).exists()
    assert tasks_of(quick_one.requests) == global_ids(made)


def test_request_that_takes_too_long_fails(
    monkeypatch, receiver, make_webhook, make_task, deliveries, webhook_of
):
    monkeypatch.setattr(sending, "TIMEOUT_SECONDS", 0.2)
    id, _ = make_webhook(receiver.url)
    receiver.answer = lambda _: None
    make_task()

    eventually(lambda: webhook_of(id)["state"] == "RETRYING")
    assert "did not answer within" in webhook_of(id)["message"]


def test_410_disables_at_once(receiver, make_webhook, make_task, deliveries, webhook_of):
    id, _ = make_webhook(receiver.url)
    receiver.answer = lambda _: 410
    make_task()

    eventually(lambda: webhook_of(id)["state"] == "DISABLED")
    assert len(receiver.requests) == 1
    [event] = ClusterEvent.objects.filter(kind="WEBHOOK_DISABLED")
    assert event.message.endswith("The receiver answered 410 Gone.")


def test_three_days_of_failures_disable(receiver, make_webhook, make_task, deliveries, webhook_of):
    id, _ = make_webhook(receiver.url)
    receiver.answer = lambda _: 500
    make_task()
    eventually(lambda: webhook_of(id)["attempts"] >= 2)
    assert webhook_of(id)["state"] == "RETRYING"

    Webhook.objects.update(first_failed_at=timezone.now() - timedelta(days=3))

    eventually(lambda: webhook_of(id)["state"] == "DISABLED")
    assert ClusterEvent.objects.filter(kind="WEBHOOK_DISABLED").count() == 1


def test_resumed_webhook_continues(
    receiver, make_webhook, make_task, deliveries, webhook_of, mutate
):
    id, _ = make_webhook(receiver.url)
    receiver.answer = lambda _: 410
    made = [make_task()]
    eventually(lambda: webhook_of(id)["state"] == "DISABLED")
    made.append(make_task())
    receiver.answer = lambda _: 200
    receiver.requests.clear()

    assert mutate("resumeWebhook", "webhook { state }", id=id)["webhook"] == {"state": "ACTIVE"}

    eventually(lambda: len(receiver.requests) == 2)
    assert tasks_of(receiver.requests) == global_ids(made)


def test_resume_ends_the_wait_for_the_next_attempt(
    monkeypatch, receiver, make_webhook, make_task, deliveries, webhook_of, mutate
):
    monkeypatch.setattr(attempts, "DELAYS", (36_000,))
    id, _ = make_webhook(receiver.url)
    receiver.answer = lambda _: 500
    make_task()
    eventually(lambda: webhook_of(id)["nextAttemptAt"])
    receiver.answer = lambda _: 200

    mutate("resumeWebhook", "webhook { id }", id=id)

    eventually(lambda: len(receiver.requests) == 2)


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


def test_document_that_fails_makes_the_webhook_invalid(
    receiver, make_webhook, make_task, deliveries, webhook_of, mutate
):
    """Errors are never sent. A new document continues from the same event."""
    broken = """subscription { clusterEvents {
        ... on EventBatch { events { tasks(first: 11) { id } } } } }"""
    id, _ = make_webhook(receiver.url, broken)
    make_task()
    eventually(lambda: webhook_of(id)["state"] == "INVALID")
    assert "`first` must be between" in webhook_of(id)["message"]
    assert receiver.requests == []

    mutate("updateWebhook", "webhook { state }", id=id, document=EVENTS)

    [request] = eventually(lambda: receiver.requests)
    assert [each["kind"] for each in request.data["clusterEvents"]["events"]] == ["TASK_CREATED"]


def test_redirect_is_not_followed(make_receiver, make_webhook, make_task, deliveries, webhook_of):
    first, second = make_receiver(), make_receiver()
    first.answer, first.headers = (lambda _: 307), {"Location": second.url}
    id, _ = make_webhook(first.url)
    make_task()

    eventually(lambda: webhook_of(id)["state"] == "RETRYING")
    assert webhook_of(id)["message"] == "The receiver answered 307."
    assert second.requests == []


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


def test_webhook_of_a_revoked_token_stops(
    receiver, make_webhook, make_task, deliveries, webhook_of
):
    id, _ = make_webhook(receiver.url)
    token = tokens.create_token("owner", Role.ADMIN).token
    Webhook.objects.update(owner=token.name, token_id=token.pk)
    make_task()
    eventually(lambda: len(receiver.requests) == 1)

    tokens.revoke_token(token.pk)
    make_task()

    eventually(lambda: webhook_of(id)["state"] == "DISABLED")
    assert "owner" in webhook_of(id)["message"]
    assert len(receiver.requests) == 1
    assert ApiToken.objects.filter(revoked_at=None).count() == 0


def test_webhook_of_a_user_who_is_no_administrator_stops(
    receiver, make_webhook, make_task, deliveries, webhook_of, django_user_model
):
    id, _ = make_webhook(receiver.url)
    user = django_user_model.objects.create_superuser("root")
    Webhook.objects.update(owner="root")
    make_task()
    eventually(lambda: len(receiver.requests) == 1)

    user.is_superuser = False
    user.save()
    make_task()

    eventually(lambda: webhook_of(id)["state"] == "DISABLED")
    assert len(receiver.requests) == 1


def test_deleted_webhook_sends_nothing(receiver, make_webhook, make_task, deliveries, mutate):
    id, _ = make_webhook(receiver.url)
    make_task()
    eventually(lambda: len(receiver.requests) == 1)

    assert mutate("deleteWebhook", "deletedId", id=id)["deletedId"] == id
    make_webhook(receiver.url, EVENTS)
    make_task()

    eventually(lambda: len(receiver.requests) == 2)
    assert "clusterEvents" in receiver.requests[1].data
