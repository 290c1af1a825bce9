"""Deliveries of real Beat processes."""

import signal

import pytest
from django.db import connection

from tasks_app.services.leader import WEBHOOKS_LOCK
from tests.support.cluster import running_nodes
from tests.support.waiting import eventually
from tests.webhooks.messages import global_ids, tasks_of
from tests.webhooks.test_delivery import without_repeats

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def leaders():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND granted",
            [WEBHOOKS_LOCK],
        )
        return [pid for (pid,) in cursor.fetchall()]


def test_killed_beat_is_replaced_and_every_event_arrives_in_order(
    receiver, make_webhook, make_task
):
    make_webhook(receiver.url)
    made = [make_task() for _ in range(20)]
    with running_nodes(WEBHOOK_ALLOWED_HOSTS="127.0.0.1", API_AUTH="") as cluster:
        cluster.start_beat("beat-1")
        eventually(leaders)
        cluster.start_beat("beat-2")
        eventually(lambda: len(receiver.requests) >= 20)
        assert tasks_of(receiver.requests) == global_ids(made)

        # The last message is being answered when the process is killed.
        receiver.answer = lambda _: None
        made.append(make_task())
        eventually(lambda: len(receiver.requests) == 21)
        cluster.signal_all("beat-1", signal.SIGKILL)
        receiver.answer = lambda _: 200
        made += [make_task() for _ in range(5)]

        eventually(lambda: len(set(tasks_of(receiver.requests))) == 26)
        assert len(leaders()) == 1
    assert without_repeats(tasks_of(receiver.requests)) == global_ids(made)
    assert receiver.requests[20].id == receiver.requests[21].id
