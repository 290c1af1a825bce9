"""How much each actor may ask, counted in Valkey for all web processes together.

While Valkey is away nothing is counted and nobody refused: a limit protects the cluster, and is no
reason for it to stop.
"""

import logging
import math
import time
from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from limits import RateLimitItem, parse
from limits.storage import RedisStorage
from limits.strategies import FixedWindowRateLimiter
from redis import RedisError

logger = logging.getLogger(__name__)

# The last two are of wrong ones.
REQUESTS, TOKENS, PASSWORDS = "requests", "tokens", "passwords"
# After a failure Valkey is left alone for so long.
PAUSE_SECONDS = 1.0
_TIMEOUT_SECONDS = 0.25

_away_until = 0.0


def hit(rate: str, who: str) -> int:
    """Count one; answers the seconds until there is room again if this is one too many, else 0."""
    return _ask(rate, who, FixedWindowRateLimiter.hit)


def retry_after(rate: str, who: str) -> int:
    """The seconds until there is room again; 0 if there is room. Counts nothing."""
    return _ask(rate, who, FixedWindowRateLimiter.test)


def _ask(rate: str, who: str, has_room: Callable[..., bool]) -> int:
    global _away_until
    item = _item(rate)
    if item is None or time.monotonic() < _away_until:
        return 0
    try:
        if has_room(_limiter(), item, rate, who):
            return 0
        reset_time, _ = _limiter().get_window_stats(item, rate, who)
        return max(1, math.ceil(reset_time - time.time()))
    except (RedisError, OSError) as error:
        _away_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("requests are not counted: %s", error)
        return 0


def _item(rate: str) -> RateLimitItem | None:
    text = settings.API_RATE if rate == REQUESTS else settings.API_FAILURE_RATE
    return _parsed(text) if text else None


_parsed = cache(parse)


@cache
def _limiter() -> FixedWindowRateLimiter:
    timeouts: Any = {
        "socket_timeout": _TIMEOUT_SECONDS,
        "socket_connect_timeout": _TIMEOUT_SECONDS,
    }
    storage = RedisStorage(settings.REDIS_URL, key_prefix="cluster-scheduler-rates", **timeouts)
    return FixedWindowRateLimiter(storage)
