"""What is mended of Celery's client of the broker."""

from kombu.transport import redis
from redis import Redis


class QoS(redis.QoS):
    """The messages a node has taken and not yet acknowledged, through outages of the broker.

    What cannot be told to the broker is forgotten here. The message stays there, comes again when
    its time is over, and finds its task done or has it done.
    """

    def ack(self, delivery_tag: str) -> None:
        """Acknowledge a message, and give its slot free even if that cannot be sent.

        Kombu's own keeps the slot for ever, because the connection is simply made anew: after as
        many as a node has, the node would be online and take nothing.
        """
        try:
            super().ack(delivery_tag)
        except self.channel.connection_errors:  # type: ignore[attr-defined]
            self._quick_ack(delivery_tag)  # type: ignore[attr-defined]
            raise

    def restore_unacked(self, client: Redis | None = None) -> None:
        """Give the messages back, unless the connection was given up before its channels.

        Celery does that when closing one of several channels fails, and then closes the others:
        Kombu's own would look for an address that is gone, and end the node.
        """
        if self.channel.connection.client is None:
            self._delivered.clear()  # type: ignore[union-attr]
        else:
            super().restore_unacked(client)


redis.Channel.QoS = QoS
