"""Rate limits, counted in Valkey for all web processes together.

While Valkey is unavailable, nothing is counted and no request is rejected: a limit must not make
the API unavailable.
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

# The limits: of requests, and of wrong tokens and passwords.
REQUESTS, TOKENS, PASSWORDS = "requests", "tokens", "passwords"
# After a failure nothing is counted for this long.
PAUSE_SECONDS = 1.0
_TIMEOUT_SECONDS = 0.25

_disabled_until = 0.0


def hit(rate: str, key: str) -> int:
    """Count a request.

    Args:
        rate: One of `REQUESTS`, `TOKENS` and `PASSWORDS`.
        key: The actor or address for which it is counted.

    Returns:
        The seconds after which to retry if the limit is exceeded, else 0.
    """
    return _check(rate, key, FixedWindowRateLimiter.hit)


def retry_after(rate: str, key: str) -> int:
    """Return the seconds after which to retry; 0 if the limit is not reached. Counts nothing."""
    return _check(rate, key, FixedWindowRateLimiter.test)


def _check(rate: str, key: str, is_allowed: Callable[..., bool]) -> int:
    global _disabled_until
    item = _item(rate)
    if item is None or time.monotonic() < _disabled_until:
        return 0
    try:
        if is_allowed(_limiter(), item, rate, key):
            return 0
        reset_time, _ = _limiter().get_window_stats(item, rate, key)
        return max(1, math.ceil(reset_time - time.time()))
    except (RedisError, OSError) as error:
        _disabled_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("broker unavailable, requests are not counted: %s", error)
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
