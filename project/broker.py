"""What is mended of Celery's client of the broker."""

from kombu.transport import redis


class QoS(redis.QoS):
    """An acknowledgement that cannot be sent counts as sent.

    Kombu's own would count its message as being worked on for ever, because the connection is
    simply made anew: after as many as a node has slots, the node would be online and take nothing.
    The message stays in the broker, comes again when its time is over, and finds its task done.
    """

    def ack(self, delivery_tag: str) -> None:
        try:
            super().ack(delivery_tag)
        except self.channel.connection_errors:  # type: ignore[attr-defined]
            self._quick_ack(delivery_tag)  # type: ignore[attr-defined]
            raise


redis.Channel.QoS = QoS
