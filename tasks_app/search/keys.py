"""The keys of the search language: what each one matches, and what finds the tasks.

The parser, its errors, the completion and the documentation read this table.
"""

from dataclasses import dataclass
from enum import Enum

from tasks_app.models import Task


class Kind(Enum):
    """The form of a key's values, with examples of it."""

    ID = ("4 to 32 hexadecimal digits of an ID", ("01a21a6d", "a570ee06"))
    CHOICE = ("one of the values", ())
    NAME = ("a name", ("email", '"a name"'))
    NUMBER = ("a whole number", ("5", ">5", "<=5", "2..4"))
    DURATION = ("a duration in ms, s, m, h, d or w", ("<500ms", ">=1m30s", "1s..5s"))
    TIME = (
        "an age in s, m, h, d or w, or a date with or without a time",
        ("<1h", ">2d", "2026-11-28", ">=2026-11-28T10:30", "2026-11-28..2026-11-29"),
    )
    TEXT = ("a text", ("expired", '"not available"'))

    def __init__(self, form: str, examples: tuple[str, ...]) -> None:
        self.form = form
        self.examples = examples


@dataclass(frozen=True)
class Key:
    """A key of the search language.

    Attributes:
        name: What is written before the colon.
        kind: The form of the values.
        description: What the key matches.
        served_by: What the database reads to find the tasks.
        choices: The values, if the kind is CHOICE.
        is_slow: Whether the database computes the value of each task that it reads. Then it
            compares only the newest tasks, unless another term limits what is read.
    """

    name: str
    kind: Kind
    description: str
    served_by: str
    choices: tuple[str, ...] = ()
    is_slow: bool = False

    @property
    def allowed(self) -> tuple[str, ...]:
        """The values, or examples of them."""
        return self.choices or self.kind.examples


# The number of tasks that are read at most where no index finds the text.
RECENT_MAX = 100_000
FRAGMENT_MIN = 4

_ALL = "no index"
_NEWEST = f"no index; without a term that limits what is read, the newest {RECENT_MAX:,} tasks"
_FAILED_MAX = f"the index by status: the newest {RECENT_MAX:,} failed tasks"

_KEYS = (
    Key(
        "status",
        Kind.CHOICE,
        "The status of the task.",
        "an index",
        tuple(status.value.lower() for status in Task.Status),
    ),
    Key("queue", Kind.NAME, "The name of the queue.", _ALL),
    Key("node", Kind.NAME, "The name of the worker node that claimed the task last.", _ALL),
    Key(
        "id",
        Kind.ID,
        "The beginning or the end of the task's UUID.",
        f"the primary key; the end, among the newest {RECENT_MAX:,} tasks",
    ),
    Key("error", Kind.TEXT, "A text in the error message, in any case.", _FAILED_MAX),
    Key("created", Kind.TIME, "When the task was created.", "the primary key"),
    Key("finished", Kind.TIME, "When the task ended.", "an index"),
    Key("started", Kind.TIME, "When the last attempt of the current run started.", _ALL),
    Key("a", Kind.NUMBER, "The first integer.", _ALL),
    Key("b", Kind.NUMBER, "The second integer.", _ALL),
    Key("result", Kind.NUMBER, "The result of any run.", _ALL),
    Key("priority", Kind.NUMBER, "The priority.", _ALL),
    Key("slots", Kind.NUMBER, "The number of slots that the task occupies.", _ALL),
    Key("attempt", Kind.NUMBER, "The number of attempts of the current run.", _ALL),
    Key("duration", Kind.DURATION, "The simulated duration of the work, as requested.", _ALL),
    Key(
        "runtime",
        Kind.DURATION,
        "The duration of the last attempt, after its end.",
        _NEWEST,
        is_slow=True,
    ),
    Key(
        "wait",
        Kind.DURATION,
        "The queue time: from when the task was due to its start.",
        _NEWEST,
        is_slow=True,
    ),
    Key(
        "type",
        Kind.CHOICE,
        "Whether a schedule runs the task.",
        "an index for `scheduled`",
        ("scheduled", "one-off"),
    ),
    Key("schedule", Kind.ID, "The beginning or the end of the schedule's UUID.", "an index"),
    Key("label", Kind.NAME, "A label of the task's schedule.", "an index"),
    Key("concurrency", Kind.NAME, "The concurrency key.", _ALL),
    Key("idempotency", Kind.NAME, "The idempotency key.", "an index"),
)
KEYS = {key.name: key for key in _KEYS}
