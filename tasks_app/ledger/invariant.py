"""What an invariant is: a statement in words, and the SQL query that looks for violations."""

from enum import StrEnum
from textwrap import dedent, indent
from typing import NamedTuple

EXAMPLES_MAX = 10


class Subject(StrEnum):
    """What the key of a violation identifies."""

    TASK = "TASK"
    TASK_SCHEDULE = "TASK_SCHEDULE"
    WORKER_NODE = "WORKER_NODE"
    QUEUE = "QUEUE"
    CONCURRENCY_KEY = "CONCURRENCY_KEY"
    STATUS = "STATUS"


class Window(NamedTuple):
    """How much a check examines at most, so that its cost does not grow with the database.

    Attributes:
        rows: The latest tasks, results or scheduled times.
        counted: The tasks of each status.
        events: The latest events, and at most ten times as many changes of tasks.
    """

    rows: int
    counted: int
    events: int


LIVE = Window(rows=10_000, counted=100_000, events=1_000)
EVERYTHING = Window(rows=10**9, counted=10**9, events=10**9)


class Invariant(NamedTuple):
    """A rule that holds in every consistent snapshot of the database.

    In `window` and in the SQL, `{rows}`, `{counted}` and `{events}` stand for the limits of a
    `Window`.

    Attributes:
        name: Its stable name.
        statement: The rule in words.
        window: What is examined, in words.
        subject: What the keys of violations identify.
        examined: Common table expressions, of which the last one is `examined`.
        violation: A query that returns `key` and `message` of each violation.
        number: The expression for how much was examined.
    """

    name: str
    statement: str
    window: str
    subject: Subject
    examined: str
    violation: str
    number: str = "count(*)"

    def window_text(self, window: Window) -> str:
        """Return what is examined within a window, in words."""
        texts = {name: f"{limit:,}" for name, limit in window._asdict().items()}
        return _filled(self.window, texts)

    def query(self, window: Window) -> str:
        """Return the statement that checks the invariant within a window.

        It has no parameters and returns one row: how much was examined, the number of violations,
        and the first ones as JSON.
        """
        sql = _QUERY.format(
            statement=self.statement,
            examined=_block(self.examined, 0),
            violation=_block(self.violation, 4),
            number=self.number,
        )
        return _filled(sql, {name: str(limit) for name, limit in window._asdict().items()})


_QUERY = f"""\
-- {{statement}}
WITH {{examined}}, violation AS (
{{violation}}
)
SELECT (SELECT {{number}} FROM examined) AS examined,
       (SELECT count(*) FROM violation) AS violations,
       (SELECT coalesce(json_agg(first), '[]')
          FROM (SELECT key, message FROM violation ORDER BY key LIMIT {EXAMPLES_MAX}) AS first
       ) AS examples
"""


def _block(sql: str, spaces: int) -> str:
    return indent(dedent(sql).strip(), " " * spaces)


def _filled(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text
