"""Which URLs a webhook may have, and which addresses it reaches."""

import pytest

from tasks_app.models import Webhook
from tasks_app.webhooks import addresses
from tests.support.waiting import eventually
from tests.webhooks.conftest import CHANGES

PRIVATE = [
    *("127.0.0.1", "127.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1"),
    *("169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1"),
    *("[::1]", "[::]", "[fe80::1]", "[fc00::1]", "[ff02::1]", "[::ffff:127.0.0.1]"),
    *("[2002:7f00:1::]", "[64:ff9b::10.0.0.1]", "[2001:0:4136:e378::1]", "2130706433"),
]
INVALID = [
    *("", "x", "ftp://example.com/", "https://", "https:///path", "//example.com/"),
    *("https://user:word@example.com/", "https://example.com/#part", "https://exa mple.com/"),
    *("https://example.com:99999/", "https://[::1", "https://example.com/\n", "https://é.example/"),
    "https://example.com/" + "x" * 2_000,
]


@pytest.mark.parametrize("host", PRIVATE)
def test_private_address_is_refused(host):
    with pytest.raises((addresses.UnsafeUrlError, OSError)):
        addresses.resolve(addresses.parse(f"https://{host}/"))


@pytest.mark.parametrize("host", ["8.8.8.8", "[2606:4700:4700::1111]", "[64:ff9b::8.8.8.8]"])
def test_public_address_is_accepted(host):
    assert addresses.resolve(addresses.parse(f"https://{host}/"))


@pytest.mark.parametrize("number", range(len(INVALID)))
def test_invalid_url_is_refused(number):
    with pytest.raises(addresses.UnsafeUrlError):
        addresses.parse(INVALID[number])


def test_plain_http_is_for_allowed_hosts(settings):
    with pytest.raises(addresses.UnsafeUrlError, match="https"):
        addresses.parse("http://8.8.8.8/")
    settings.WEBHOOK_ALLOWED_HOSTS = ["Receiver.Internal"]
    assert addresses.parse("http://receiver.internal:8080/").port == 8080


def test_name_of_a_private_address_is_refused(mutate):
    made = mutate(
        "createWebhook", "secret", url="https://localhost/", document="subscription { x }"
    )
    [error] = made["errors"]
    assert (error["field"], made["secret"]) == (["input", "url"], None)
    assert "WEBHOOK_ALLOWED_HOSTS" in error["message"]


def test_name_is_vetted_again_for_each_attempt(
    settings, receiver, make_webhook, make_task, deliveries, webhook_of
):
    """A name that had an allowed address when the webhook was created may change it."""
    id, _ = make_webhook(receiver.url)
    settings.WEBHOOK_ALLOWED_HOSTS = []
    Webhook.objects.update(url=f"https://localhost:{receiver.port}/")
    make_task()

    eventually(lambda: webhook_of(id)["state"] == "RETRYING")
    assert "no public address" in webhook_of(id)["message"]
    assert receiver.requests == []


def test_connection_goes_to_the_vetted_address(
    settings, receiver, resolved, make_webhook, make_task, deliveries
):
    """The name is resolved once: the second answer of a rebinding name is never asked for."""
    settings.WEBHOOK_ALLOWED_HOSTS = ["rebinding.example"]
    make_webhook(f"http://rebinding.example:{receiver.port}/", CHANGES)
    resolved.clear()
    make_task()

    [request] = eventually(lambda: receiver.requests)
    assert request.headers["host"] == f"rebinding.example:{receiver.port}"
    assert resolved == ["rebinding.example"]
