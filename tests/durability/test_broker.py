"""What Celery's own client would not survive."""

import contextlib
from typing import Any

import pytest
from django.conf import settings
from kombu import Connection, Queue

from project import broker  # noqa: F401  as project.celery has it

TIMEOUTS = {"socket_timeout": 0.2, "socket_connect_timeout": 0.2}


def test_a_node_whose_acknowledgement_is_lost_goes_on_fetching(own_engines):
    with Connection(settings.REDIS_URL, transport_options=TIMEOUTS) as connection:
        channel: Any = connection.channel()
        queue = Queue("acknowledged")(channel)
        queue.declare()
        channel.basic_qos(0, 1, False)
        connection.Producer().publish({}, routing_key="acknowledged")
        message = queue.get()
        assert not channel.qos.can_consume()

        own_engines.valkey.pause()
        try:
            message.ack()
        finally:
            own_engines.valkey.resume()

        assert channel.qos.can_consume()
        queue.delete()


def test_a_connection_to_a_broker_that_hangs_can_be_given_up(own_engines):
    connection = Connection(settings.REDIS_URL, transport_options=TIMEOUTS)
    channel: Any = connection.default_channel
    channel.client.flushdb()
    messages = []
    working = connection.Consumer(Queue("working"), on_message=messages.append)
    waiting = connection.Consumer(Queue("waiting"), channel=connection.channel())
    working.consume()
    waiting.consume()
    connection.Producer().publish({}, routing_key="working")
    while not messages:
        connection.drain_events(timeout=5)
    with pytest.raises(TimeoutError):
        connection.drain_events(timeout=0.1)

    own_engines.valkey.pause()
    try:
        # As Celery does after a connection error: whatever the first raises is ignored there.
        with contextlib.suppress(Exception):
            connection.collect(socket_timeout=0.2)
        with contextlib.suppress(connection.connection_errors):
            connection.close()
        messages[0].ack()
    finally:
        own_engines.valkey.resume()

    with Connection(settings.REDIS_URL) as anew:
        channel = anew.default_channel
        assert channel.client.hkeys("unacked") == [messages[0].delivery_tag.encode()]
