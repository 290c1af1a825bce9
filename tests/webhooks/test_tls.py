"""Certificates of receivers are checked against the name in the URL."""

import shutil
import ssl
import subprocess

import pytest

from tests.support.waiting import eventually
from tests.webhooks.conftest import Receiver

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not shutil.which("openssl"), reason="needs the program openssl"),
]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate of receiver.example, which is its own authority, with its key."""
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    options = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    subprocess.run(
        [
            *("openssl", *options.split(), "-subj", "/CN=receiver.example"),
            *("-addext", "subjectAltName=DNS:receiver.example"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    return certificate, key


@pytest.fixture
def tls_receiver(monkeypatch, settings, certificate, resolved):
    """A receiver with this certificate, which the system trusts."""
    settings.WEBHOOK_ALLOWED_HOSTS = ["receiver.example", "other.example"]
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    receiver = Receiver()
    receiver.start(context)
    yield receiver
    receiver.stop()


def test_certificate_of_the_name_is_accepted(tls_receiver, make_webhook, make_task, deliveries):
    make_webhook(f"https://receiver.example:{tls_receiver.port}/")
    make_task()

    [request] = eventually(lambda: tls_receiver.requests)
    assert request.headers["host"] == f"receiver.example:{tls_receiver.port}"


def test_certificate_of_another_name_is_refused(
    tls_receiver, make_webhook, make_task, deliveries, webhook_of
):
    id, _ = make_webhook(f"https://other.example:{tls_receiver.port}/")
    make_task()

    eventually(lambda: webhook_of(id)["state"] == "RETRYING")
    assert "certificate" in webhook_of(id)["message"].lower()
    assert tls_receiver.requests == []
