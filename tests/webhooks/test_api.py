"""The mutations and queries of webhooks."""

import logging

import pytest

from schema.core.relay import global_id
from tasks_app.models import ClusterEvent, Webhook
from tasks_app.services import webhooks
from tests.support.waiting import eventually
from tests.webhooks.conftest import CHANGES, EVENTS

pytestmark = pytest.mark.django_db(transaction=True)

SUBSCRIPTIONS_OF_THE_LOG = "taskStatusChanged or clusterEvents"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("", "Must be 1 to"),
        ("nonsense", "Syntax Error"),
        ("{ viewer { name } }", SUBSCRIPTIONS_OF_THE_LOG),
        ("mutation { x: __typename }", SUBSCRIPTIONS_OF_THE_LOG),
        ("fragment F on Task { id }", "never used"),
        ("subscription { cluster { __typename } }", SUBSCRIPTIONS_OF_THE_LOG),
        ("subscription { taskStatusChanged { nothing } }", "Cannot query field 'nothing'"),
        (f"{CHANGES} {EVENTS}", "must be the only defined operation"),
        ("subscription A { taskStatusChanged { at } } query B { __typename }", "several"),
        (CHANGES + " " * 20_000, "Must be 1 to"),
    ],
)
def test_invalid_document_is_refused(receiver, mutate, document, message):
    made = mutate("createWebhook", "webhook { id } secret", url=receiver.url, document=document)

    assert (made["webhook"], made["secret"]) == (None, None)
    assert made["errors"][0]["field"] == ["input", "document"]
    assert message in made["errors"][0]["message"]
    assert not Webhook.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("variables", [1]),
        ("variables", {"ids": 1.5}),
        ("variables", {"ids": ["a\0"]}),
        ("variables", {"ids": ["a"], "more": "x" * 20_000}),
        ("after", "nonsense"),
    ],
)
def test_invalid_value_is_refused_by_field(receiver, mutate, field, value):
    document = "subscription($ids: [ID!]) { taskStatusChanged(where: { ids: $ids }) { taskId } }"
    made = mutate(
        "createWebhook", "secret", **{"url": receiver.url, "document": document, field: value}
    )

    assert [error["field"] for error in made["errors"]] == [["input", field]]


def test_missing_variable_is_refused(receiver, mutate):
    document = "subscription($q: String!) { taskStatusChanged(where: { queue: $q }) { taskId } }"
    made = mutate("createWebhook", "secret", url=receiver.url, document=document)

    assert made["errors"][0]["field"] == ["input", "variables"]


def test_number_of_webhooks_is_limited(monkeypatch, receiver, make_webhook, mutate):
    monkeypatch.setattr(webhooks, "WEBHOOKS_MAX", 1)
    make_webhook(receiver.url)

    made = mutate("createWebhook", "secret", url=receiver.url, document=CHANGES)

    assert made["errors"][0]["code"] == "OUT_OF_RANGE"


@pytest.mark.parametrize(
    "name",
    ["updateWebhook", "rotateWebhookSecret", "testWebhook", "resumeWebhook", "replayWebhook"],
)
def test_unknown_webhook_is_an_error_by_field(mutate, name):
    after = {"after": "MTox"} if name == "replayWebhook" else {}
    id = global_id("Webhook", "01900000-0000-7000-8000-000000000000")
    made = mutate(name, "webhook { id }", id=id, **after)

    assert (made["webhook"], made["errors"][0]["field"]) == (None, ["input", "id"])


def test_page_and_node_show_a_webhook(receiver, make_webhook, data_of):
    id, _ = make_webhook(receiver.url, variables={"a": 1})
    query = """query($id: ID!) {
        webhooks(first: 1) { totalCount nodes { id url document variables state owner } }
        node(id: $id) { id ... on Webhook { state } } }"""

    found = data_of(query, id=id)

    assert found["webhooks"] == {
        "totalCount": 1,
        "nodes": [
            {
                "id": id,
                "url": receiver.url,
                "document": CHANGES,
                "variables": {"a": 1},
                "state": "ACTIVE",
                "owner": None,
            }
        ],
    }
    assert found["node"] == {"id": id, "state": "ACTIVE"}


def test_secrets_are_in_neither_the_log_nor_queries(
    caplog, receiver, make_webhook, make_task, deliveries, mutate, data_of, graphql
):
    caplog.set_level(logging.DEBUG)
    id, first = make_webhook(receiver.url)
    second = mutate("rotateWebhookSecret", "secret", id=id)["secret"]
    make_task()
    eventually(lambda: receiver.requests)
    mutate("deleteWebhook", "deletedId", id=id)

    events = [event.message for event in ClusterEvent.objects.all()]
    assert any("127.0.0.1" in message for message in events)
    for hidden in (first, second, first[6:], second[6:], "in-the-url"):
        assert not any(hidden in message for message in events)
    for hidden in (first, second):
        assert hidden not in caplog.text
    fields = graphql.execute('{ __type(name: "Webhook") { fields { name } } }')
    names = {field["name"] for field in fields["data"]["__type"]["fields"]}
    assert {name for name in names if "secret" in name.lower()} == {"previousSecretUntil"}


@pytest.fixture
def data_of(graphql):
    def data_of(query, **variables):
        answer = graphql.execute(query, **variables)
        assert "errors" not in answer, answer
        return answer["data"]

    return data_of
