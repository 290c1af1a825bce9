"""Waits for a condition, for at most a number of seconds."""

import os
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

# All timeouts of the tests are multiplied by it, for slow or busy machines.
TIMEOUT_FACTOR = float(os.environ.get("TEST_TIMEOUT_FACTOR", "2" if "CI" in os.environ else "1"))


def eventually(condition: Callable[[], T], meaning: str = "", *, seconds: float = 60) -> T:
    """Return the condition's first true value; fail when the time is over.

    Args:
        condition: Called every 50 ms.
        meaning: What is waited for, in the message of the failure.
        seconds: How long to wait, before `TIMEOUT_FACTOR`.
    """
    deadline = time.monotonic() + seconds * TIMEOUT_FACTOR
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {meaning or condition}"
        time.sleep(0.05)
    return value
