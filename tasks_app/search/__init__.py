"""The search language of tasks: `queue:email status:failed slots:>2 created:<1h`.

`parse` reads a text, `condition` makes the terms a condition for the database, and `complete`
proposes what to write next. Both APIs and the dashboard use them.
"""

from tasks_app.search.completion import Completion, Proposal, complete
from tasks_app.search.conditions import condition
from tasks_app.search.errors import SearchError
from tasks_app.search.keys import KEYS, Key, Kind
from tasks_app.search.parser import LENGTH_MAX, VALUES_MAX, Term, count_values, parse

__all__ = [
    "KEYS",
    "LENGTH_MAX",
    "VALUES_MAX",
    "Completion",
    "Key",
    "Kind",
    "Proposal",
    "SearchError",
    "Term",
    "complete",
    "condition",
    "count_values",
    "parse",
]
