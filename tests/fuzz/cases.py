"""How many cases, and from which seed."""

import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, seed, settings

# What each of the searches tries, all in all. The ordinary suite has no time for more.
CASES = int(os.environ.get("FUZZ_CASES", "0"))


def cases(ordinary: int, *, parts: int = 1) -> int:
    """Return the number of cases of a part; FUZZ_CASES sets the number of all."""
    return max(1, -(-(CASES or ordinary) // parts))


def search_settings(count: int, **others: Any) -> settings:
    """Nothing is kept from run to run, so that a seed alone says what was tried."""
    return settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=False,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
        **others,
    )


def search(check: Callable[..., None], *strategies: Any, count: int, start: int) -> None:
    """Try a number of cases, the same ones from the same seed."""
    search_settings(count)(seed(start)(given(*strategies)(check)))()
