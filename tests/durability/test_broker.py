"""What Celery's own client would not survive."""

import pytest
from django.conf import settings
from kombu import Connection, Queue
from redis import RedisError

from project import broker  # noqa: F401  as project.celery has it


def test_a_node_whose_acknowledgement_is_lost_goes_on_fetching(own_engines):
    options = {"socket_timeout": 0.2, "socket_connect_timeout": 0.2}
    with Connection(settings.REDIS_URL, transport_options=options) as connection:
        channel = connection.channel()
        queue = Queue("acknowledged")(channel)
        queue.declare()
        channel.basic_qos(0, 1, False)
        connection.Producer().publish({}, routing_key="acknowledged")
        message = queue.get()
        assert not channel.qos.can_consume()

        own_engines.valkey.pause()
        try:
            with pytest.raises((*channel.connection_errors, RedisError)):
                message.ack()
        finally:
            own_engines.valkey.resume()

        assert channel.qos.can_consume()
        queue.delete()
