"""The receiver in the guide does what it says."""

import os
import re
import subprocess
import sys

import pytest

from project.standalone.engines import free_port
from schema.core.relay import global_id
from tests.docs.pages import ROOT
from tests.support.waiting import eventually
from tests.webhooks.conftest import CHANGES

GUIDE = (ROOT / "docs" / "how-to" / "receive-webhooks.md").read_text()

pytestmark = pytest.mark.django_db(transaction=True)


def test_receiver_prints_each_message_once(
    settings, make_webhook, make_task, deliveries, webhook_of, mutate
):
    settings.WEBHOOK_ALLOWED_HOSTS = ["127.0.0.1"]
    [code] = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    port = free_port()
    id, secret = make_webhook(f"http://127.0.0.1:{port}/", CHANGES)
    start = webhook_of(id)["cursor"]
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        env=os.environ | {"WEBHOOK_SECRET": secret, "PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        first, second = make_task(), make_task()
        assert global_id("Task", first.pk) in process.stdout.readline()
        assert global_id("Task", second.pk) in process.stdout.readline()
        eventually(lambda: webhook_of(id)["cursor"] != start)

        mutate("replayWebhook", "webhook { id }", id=id, after=start)
        third = make_task()
        # The two messages that are sent again are not printed.
        assert global_id("Task", third.pk) in process.stdout.readline()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
