"""The options that tasks and schedules share, as an input."""

from typing import Any

import strawberry

from schema.core.options import option
from schema.core.scalars import BigInt
from tasks_app.options import SHARED_OPTIONS


@strawberry.input
class TaskOptionsInput:
    a: BigInt = option("a")
    b: BigInt = option("b")
    queue: str = option("queue")
    priority: int = option("priority")
    duration_ms: int = option("duration_ms")
    slots: int = option("slots")
    max_attempts: int = option("max_attempts")
    fail_attempts: int = option("fail_attempts")
    retry_backoff_ms: int = option("retry_backoff_ms")
    concurrency_key: str = option("concurrency_key")
    concurrency_limit: int = option("concurrency_limit")

    def shared(self) -> dict[str, Any]:
        """Return these options by name, as the services take them."""
        return {name: getattr(self, name) for name in SHARED_OPTIONS}
