"""Receivers that fail, documents that fail, and owners without rights."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tasks_app.models import ApiToken, ClusterEvent, Role, Webhook, WebhookDelivery
from tasks_app.services.access import tokens
from tasks_app.webhooks import attempts, sending
from tests.support.waiting import eventually
from tests.webhooks.conftest import EVENTS
from tests.webhooks.messages import global_ids, tasks_of

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_webhook_of_a_user_without_the_role_stops(
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
