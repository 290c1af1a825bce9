"""The options of tasks, schedules and backfills: range, default and description of each.

They are declared once. The GraphQL inputs, the REST serializers, the services and the constraints
of the database take them from here. Pure.
"""

from dataclasses import dataclass, fields
from typing import Any

REQUIRED: Any = object()

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1
INT32_MAX = 2**31 - 1
DEFAULT_QUEUE = "default"
KEY_MAX_LENGTH = 255
CONCURRENCY_KEY_MAX_LENGTH = 64
# Ten years, whichever they are.
INTERVAL_MAX_SECONDS = 10 * 366 * 24 * 60 * 60
# A task that has been due for this long counts as much as a new one of the next higher priority.
AGING_MS = 10 * 60 * 1000


@dataclass(frozen=True)
class Option:
    """An option that a client can give.

    The description says what it does and its unit; `with_range` adds the range, `text` the default.
    """

    description: str
    default: Any = REQUIRED
    minimum: int | None = None
    maximum: int | None = None

    @property
    def with_range(self) -> str:
        """The description with the range."""
        if self.minimum is None:
            return self.description
        return f"{self.description} From {self.minimum:,} to {self.maximum:,}."

    @property
    def text(self) -> str:
        """The description with the range and the default."""
        if self.default in (REQUIRED, None, ""):
            return self.with_range
        if isinstance(self.default, int):
            return f"{self.with_range} Default {self.default:,}."
        default = f"`{self.default}`" if self.default else "none"
        return f"{self.with_range} Default {default}."

    def contains(self, value: object) -> bool:
        """Return whether a value is an integer in the range."""
        assert self.minimum is not None
        assert self.maximum is not None
        return type(value) is int and self.minimum <= value <= self.maximum


TASK_OPTIONS = {
    "a": Option("The first integer, of 64 bits with a sign.", REQUIRED, INT64_MIN, INT64_MAX),
    "b": Option("The second integer, of 64 bits with a sign.", REQUIRED, INT64_MIN, INT64_MAX),
    "queue": Option("The name of the queue.", DEFAULT_QUEUE),
    "priority": Option("The priority. Tasks with a higher priority start first.", 5, 0, 9),
    "run_at": Option("The time before which the task does not start. Null to start at once.", None),
    "expires_at": Option(
        "The time at which the task fails if it has not started. Null if it does not expire.", None
    ),
    "duration_ms": Option(
        "The simulated duration of the work, in milliseconds.", 0, 0, 60 * 60 * 1_000
    ),
    "slots": Option("The number of slots that the task occupies while it runs.", 1, 1, 100),
    "max_attempts": Option(
        "The maximum number of attempts of a run. Another attempt starts if one fails or is lost.",
        3,
        1,
        100,
    ),
    "fail_attempts": Option(
        "The number of attempts that fail on purpose at the beginning of each run, to show how"
        " attempts are retried.",
        0,
        0,
        100,
    ),
    "retry_backoff_ms": Option(
        "The delay before the second attempt of a run, in milliseconds. It doubles with each"
        " further attempt, up to 60,000. If the first attempt is lost with its worker node, the"
        " second one starts at once.",
        1_000,
        0,
        60_000,
    ),
    "concurrency_key": Option(
        "The concurrency key, at most 64 characters. It limits how many tasks with the same key run"
        " at the same time in the cluster, in all queues. Empty for none.",
        "",
    ),
    "concurrency_limit": Option(
        "The concurrency limit: the task starts only while fewer tasks with the same concurrency"
        " key are running.",
        1,
        1,
        1_000,
    ),
    "idempotency_key": Option(
        "The idempotency key, at most 255 characters. Repeating a create with the same key returns"
        " the object that the first request created. Null for none.",
        "",
    ),
}

SCHEDULE_OPTIONS = {
    "scheduled_at": Option(
        "The first scheduled time of an interval, which requires it; the others follow in whole"
        " intervals. With a cron expression, the time from which it applies, by default now. If it"
        " has passed, the schedule begins with the next scheduled time.",
        None,
    ),
    "interval": Option(
        "The time between two scheduled times, in seconds.", None, 1, INTERVAL_MAX_SECONDS
    ),
    "cron": Option(
        "A cron expression of five fields: minute, hour, day of month, month and day of week."
        " Lists, ranges, steps, names, `L`, `LW`, `#` and aliases such as `@daily` are allowed.",
        "",
    ),
    "time_zone": Option("The IANA time zone of the cron expression, such as Europe/Berlin.", "UTC"),
    "on_gap": Option(
        "What happens to a scheduled time that does not exist because clocks are set forward. An"
        " expression whose minute or hour begins with `*` follows elapsed time instead.",
        "RUN_AFTER",
    ),
    "on_fold": Option(
        "What happens to a scheduled time that comes twice because clocks are set back. An"
        " expression whose minute or hour begins with `*` follows elapsed time instead.",
        "FIRST",
    ),
    "at": Option("The only scheduled time of a schedule that runs once.", None),
    "calendars": Option(
        "The names of calendars, at most 10. In their times, the schedule starts no runs.",
        (),
    ),
    "labels": Option(
        "Labels by which schedules can be found and controlled together, at most 20 of at most 63"
        " characters.",
        (),
    ),
    "overlap": Option(
        "What happens to a scheduled time that comes while the previous run has not ended.", "SKIP"
    ),
    "max_concurrent_runs": Option(
        "The maximum number of runs that are pending or running at the same time, with the overlap"
        " policy `ALLOW`. Other policies ignore it.",
        10,
        2,
        100,
    ),
    "catch_up": Option(
        "What happens to scheduled times that came while no scheduler ran. With `ALL`, each"
        " scheduled time waits for the previous run to end, and the overlap policy does not apply.",
        "LATEST",
    ),
    "misfire_grace": Option(
        "How late a missed scheduled time may still start a run, in seconds.",
        300,
        1,
        INTERVAL_MAX_SECONDS,
    ),
    "ends_at": Option("The time after which the schedule starts no run. Null for no end.", None),
    "max_runs": Option(
        "The number of runs after which the schedule ends. Null for no limit.", None, 1, INT32_MAX
    ),
    "jitter": Option(
        "The maximum of a random delay of each run, in seconds. It must be less than the time"
        " between two scheduled times.",
        0,
        0,
        INTERVAL_MAX_SECONDS,
    ),
}

BACKFILL_OPTIONS = {
    "max_concurrency": Option(
        "The maximum number of tasks of the backfill that are pending or running at the same time.",
        1,
        1,
        100,
    ),
}

OPTIONS = TASK_OPTIONS | SCHEDULE_OPTIONS | BACKFILL_OPTIONS


def default_of(name: str) -> Any:
    """Return the default of an option."""
    return OPTIONS[name].default


def range_of(name: str) -> tuple[int, int]:
    """Return the minimum and the maximum of an option that is an integer."""
    option = OPTIONS[name]
    assert option.minimum is not None
    assert option.maximum is not None
    return option.minimum, option.maximum


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOptions:
    """The options that tasks and schedules share. A schedule gives them to the tasks it runs."""

    a: int
    b: int
    queue: str = default_of("queue")
    priority: int = default_of("priority")
    duration_ms: int = default_of("duration_ms")
    slots: int = default_of("slots")
    max_attempts: int = default_of("max_attempts")
    fail_attempts: int = default_of("fail_attempts")
    retry_backoff_ms: int = default_of("retry_backoff_ms")
    concurrency_key: str = default_of("concurrency_key")
    concurrency_limit: int = default_of("concurrency_limit")


SHARED_OPTIONS = tuple(field.name for field in fields(TaskOptions))
