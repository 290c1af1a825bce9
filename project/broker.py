"""What is mended of Celery's client of the broker, so that a node outlives an outage of it.

What a node cannot tell the broker is forgotten. The message stays there, or is put back, comes
again, and its task is found to be done, or is done then.
"""

import logging
from typing import Any

from kombu.transport import redis
from redis import ConnectionError as BrokerConnectionError

logger = logging.getLogger(__name__)


class QoS(redis.QoS):
    """The messages a node has taken and not yet acknowledged."""

    def ack(self, delivery_tag: str) -> None:
        """Acknowledge a message, and give its slot free even if that cannot be sent.

        Kombu's own keeps the slot for ever, because the connection is simply made anew: after as
        many as a node has, the node would be online and take nothing.
        """
        try:
            super().ack(delivery_tag)
        except self.channel.connection_errors as error:  # type: ignore[attr-defined]
            logger.warning("an acknowledgement was not sent, its message comes again: %s", error)
            self._quick_ack(delivery_tag)  # type: ignore[attr-defined]


class Channel(redis.Channel):
    """One whose connection was given up says so as one whose connection is lost.

    Celery still closes such channels, and acknowledges by them what ran meanwhile. Kombu's own
    would look for the address of what is gone, and that AttributeError end the node.
    """

    QoS = QoS

    def _connparams(self, asynchronous: bool = False) -> dict[str, Any]:
        if getattr(self.connection, "client", None) is None:
            raise BrokerConnectionError("The connection of this channel was given up.")
        return super()._connparams(asynchronous)  # type: ignore[no-any-return,misc]


redis.Transport.Channel = Channel
