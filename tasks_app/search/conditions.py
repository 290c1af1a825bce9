"""Makes the terms of a search a condition for the database.

A condition is false where it is not known: a negated term matches tasks without a value.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import reduce
from operator import and_, or_

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, Func, Q, QuerySet, Value
from django.db.models.lookups import GreaterThanOrEqual, LessThan

from tasks_app.models import Task, TaskResult, TaskSchedule, WorkerNode
from tasks_app.models.task import IS_SCHEDULED
from tasks_app.search import parser
from tasks_app.search.indexed import (
    created_between,
    ids_with_digits,
    in_any,
    newest,
    with_digits,
)
from tasks_app.search.keys import KEYS, Kind
from tasks_app.search.parser import Term
from tasks_app.search.values import Range


def condition(terms: Sequence[Term]) -> Q:
    """Return the condition that a task matches all terms."""
    matching = reduce(and_, map(_term, terms), Q())
    if any(term.key and term.key.is_slow for term in terms) and not any(map(_is_limiting, terms)):
        # Also if the term is negated: a task that is too old to be compared never matches.
        matching &= newest(Task.objects.all())
    return matching


def _is_limiting(term: Term) -> bool:
    """Return whether an index finds the tasks of a term, and they are few or in a given period."""
    if term.key is None:
        return True
    if term.is_negated:
        return False
    if term.key.kind is Kind.TIME:
        starts = [value.low for value in term.values if isinstance(value, Range)]
        return term.key.name != "started" and None not in starts
    return term.key.name in _SELECTIVE or term.values == ("scheduled",)


def _term(term: Term) -> Q:
    if term.key is None:
        return _word(term)
    matching = _MATCHERS[term.key.name](term.values)
    return ~matching if term.is_negated else matching


def _word(term: Term) -> Q:
    found = [ids for digits in term.values for ids in ids_with_digits(Task, str(digits))]
    if term.number is not None:
        summands = _range("a", term.number) | _range("b", term.number)
        found += [Task.objects.filter(summands).values("pk"), _results(term.number)]
    return in_any(*found)


_SELECTIVE = {"id", "schedule", "label", "idempotency"}
_Values = Sequence[parser.Value]


def _any(match: Callable[[parser.Value], Q]) -> Callable[[_Values], Q]:
    return lambda values: reduce(or_, map(match, values))


def _in(column: str) -> Callable[[_Values], Q]:
    return lambda values: Q(**{f"{column}__in": values})


def _in_range(column: str) -> Callable[[_Values], Q]:
    return _any(lambda value: _range(column, value))


def _range(column: str, value: parser.Value) -> Q:
    assert isinstance(value, Range)
    if value.is_single:
        return Q(**{column: value.low})
    ends = {f"{column}__gte": value.low, f"{column}__lt": value.high}
    return Q(**{name: end for name, end in ends.items() if end is not None})


def _created(value: parser.Value) -> Q:
    assert isinstance(value, Range)
    low, high = (end if isinstance(end, datetime) else None for end in (value.low, value.high))
    return created_between(low, high)


def _elapsed(start: str, end: str) -> Callable[[_Values], Q]:
    """Match by the milliseconds from the time in one column to the time in another."""

    def match(value: parser.Value) -> Q:
        assert isinstance(value, Range)
        elapsed = F(end) - F(start)
        q = Q(**{f"{start}__isnull": False, f"{end}__isnull": False})
        if isinstance(value.low, int):
            q &= Q(GreaterThanOrEqual(elapsed, Value(timedelta(milliseconds=value.low))))
        if isinstance(value.high, int):
            q &= Q(LessThan(elapsed, Value(timedelta(milliseconds=value.high))))
        return q

    return _any(match)


def _results(value: parser.Value) -> QuerySet[TaskResult, Mapping[str, object]]:
    return TaskResult.objects.filter(_range("result", value)).values("task_id")


def _error(value: parser.Value) -> Q:
    failed = Task.objects.filter(status=Task.Status.FAILED)
    return newest(failed) & Q(status=Task.Status.FAILED, failed_message__icontains=value)


def _of_schedules(schedules: QuerySet[TaskSchedule]) -> Q:
    columns = ("schedule", "overlap_of", "backfill_of")
    return reduce(or_, (_any_of(column, schedules) for column in columns))


def _any_of(column: str, schedules: QuerySet[TaskSchedule]) -> Q:
    # Not `IN`, for which PostgreSQL would read all tasks in the order of the list.
    found = Func(
        F(f"{column}_id"),
        ArraySubquery(schedules.values("pk")),
        template="%(expressions)s)",
        arg_joiner=" = ANY(",
        output_field=BooleanField(),
    )
    return Q(found, **{f"{column}__isnull": False})


_MATCHERS: dict[str, Callable[[_Values], Q]] = {
    "status": lambda values: Q(status__in=[str(value).upper() for value in values]),
    "queue": _in("queue_id"),
    "node": lambda values: Q(node_id__in=WorkerNode.objects.filter(name__in=values).values("pk")),
    "id": _any(lambda value: with_digits(Task, str(value))),
    "error": _any(_error),
    "created": _any(_created),
    "finished": _in_range("finished_at"),
    "started": _in_range("started_at"),
    "a": _in_range("a"),
    "b": _in_range("b"),
    "result": _any(lambda value: Q(pk__in=_results(value))),
    "priority": _in_range("priority"),
    "slots": _in_range("slots"),
    "attempt": _in_range("attempt"),
    "duration": _in_range("duration_ms"),
    "runtime": _elapsed("started_at", "finished_at"),
    "wait": _elapsed("due_at", "started_at"),
    "type": _any(lambda value: IS_SCHEDULED if value == "scheduled" else ~IS_SCHEDULED),
    "schedule": _any(
        lambda value: _of_schedules(
            TaskSchedule.objects.filter(with_digits(TaskSchedule, str(value)))
        )
    ),
    "label": lambda values: _of_schedules(
        TaskSchedule.objects.filter(labels__overlap=list(values))
    ),
    "concurrency": _in("concurrency_key"),
    "idempotency": _in("idempotency_key"),
}
assert _MATCHERS.keys() == KEYS.keys()
