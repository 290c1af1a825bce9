"""Conditions on tasks. They are few, and each is one that the database can answer cheaply."""

import re
from collections.abc import Iterator
from datetime import datetime
from functools import reduce
from operator import and_, or_
from typing import Optional

import strawberry
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q

from schema.core.enums import TaskStatus
from schema.core.relay import BadInputError, checked_name, parse_id
from schema.core.scalars import BigInt
from tasks_app import search
from tasks_app.models import Task, TaskResult
from tasks_app.models.task import IS_SCHEDULED, is_run_of
from tasks_app.search.indexed import created_between, with_digits
from tasks_app.search.keys import FRAGMENT_MIN, RECENT_MAX

IDS_MAX = 1_000
DEPTH_MAX = 5
CONDITIONS_MAX = 50


@strawberry.input(description="A range of times.")
class TimeRange:
    start: datetime | None = strawberry.field(
        default=None, description=("The start of the range, inclusive. Null for no start.")
    )
    end: datetime | None = strawberry.field(
        default=None, description=("The end of the range, exclusive. Null for no end.")
    )

    def q(self, column: str) -> Q:
        return _between(column, self.start, self.end, "lt")


@strawberry.input(description="An integer, or a range of integers.")
class BigIntCondition:
    equals: BigInt | None = strawberry.field(
        default=None, description=("Matches this integer. Null for any.")
    )
    min: BigInt | None = strawberry.field(
        default=None, description=("Matches this integer and greater ones. Null for no minimum.")
    )
    max: BigInt | None = strawberry.field(
        default=None, description=("Matches this integer and smaller ones. Null for no maximum.")
    )

    def q(self, column: str) -> Q:
        low, high, exactly = map(_clamp, (self.min, self.max, self.equals))
        q = _between(column, low, high, "lte")
        return q if exactly is None else q & Q(**{column: exactly})


def _clamp(number: int | None) -> int | None:
    """Limit a number to one digit more than is stored: a column is not compared with more."""
    return None if number is None else max(-(10**20) + 1, min(number, 10**20 - 1))


def _between(column: str, low: object, high: object, below: str) -> Q:
    q = Q()
    if low is not None:
        q &= Q(**{f"{column}__gte": low})
    if high is not None:
        q &= Q(**{f"{column}__{below}": high})
    return q


@strawberry.input(
    description=(
        "A condition on tasks. A task matches if it matches every field that is given. Conditions"
        f" can be nested {DEPTH_MAX} levels deep, with {CONDITIONS_MAX} objects in total."
    )
)
class TaskWhere:
    ids: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description=(f"Matches tasks with one of these global IDs or UUIDs, at most {IDS_MAX:,}."),
    )
    uuid_fragment: str | None = strawberry.field(
        default=None,
        description=(
            f"Matches tasks whose UUID begins or ends with these {FRAGMENT_MIN} to 32"
            " hexadecimal digits."
            " Hyphens are ignored. The end is compared for the newest"
            f" {RECENT_MAX:,} tasks only."
        ),
    )
    statuses: list[TaskStatus] | None = strawberry.field(
        default=None, description="Matches tasks with one of these statuses."
    )
    queue: str | None = strawberry.field(
        default=None, description=("Matches tasks of the queue with this name.")
    )
    schedule_id: strawberry.ID | None = strawberry.field(
        default=None,
        description=(
            "Matches the task of the schedule with this global ID or UUID, and those of its"
            " overlapping runs and its backfills."
        ),
    )
    backfill_id: strawberry.ID | None = strawberry.field(
        default=None, description="Matches the tasks of the backfill with this global ID or UUID."
    )
    worker_node: str | None = strawberry.field(
        default=None, description="Matches tasks that the worker node with this name claimed last."
    )
    scheduled: bool | None = strawberry.field(
        default=None,
        description=("Matches tasks that belong to a schedule if true, and others if false."),
    )
    created_at: TimeRange | None = strawberry.field(
        default=None, description=("Matches tasks that were created in this range.")
    )
    finished_at: TimeRange | None = strawberry.field(
        default=None, description=("Matches tasks that ended in this range.")
    )
    a: BigIntCondition | None = strawberry.field(
        default=None, description=("Matches tasks with such a first integer.")
    )
    b: BigIntCondition | None = strawberry.field(
        default=None, description=("Matches tasks with such a second integer.")
    )
    result: BigIntCondition | None = strawberry.field(
        default=None, description="Matches tasks with such a result in any of their runs."
    )
    search: str | None = strawberry.field(
        default=None,
        description=(
            "Matches tasks that match this text in the search language, such as"
            " `queue:email status:failed created:<1h`. At most"
            f" {search.LENGTH_MAX:,} characters and {search.VALUES_MAX} values."
        ),
    )
    and_: list["TaskWhere"] | None = strawberry.field(
        default=None, name="AND", description="Matches tasks that match all of these conditions."
    )
    or_: list["TaskWhere"] | None = strawberry.field(
        default=None,
        name="OR",
        description=("Matches tasks that match at least one of these conditions."),
    )
    not_: Optional["TaskWhere"] = strawberry.field(
        default=None, name="NOT", description="Matches tasks that do not match this condition."
    )


class InvalidSearchError(BadInputError):
    """A text in the search language is not valid. The extensions contain what is, and where."""

    def __init__(self, error: search.SearchError) -> None:
        super().__init__(error.message)
        place = {"start": error.start, "end": error.end, "allowed": error.allowed}
        self.extensions = {"code": "BAD_USER_INPUT", "search": place}


def to_q(where: TaskWhere | None) -> Q:
    """Return a condition for the ORM.

    Raises:
        BadInputError: The condition is nested too deeply or has too many objects.
        InvalidSearchError: A search in it is not valid.
    """
    if where is None:
        return Q()
    if _count(where, DEPTH_MAX) > CONDITIONS_MAX:
        raise BadInputError(f"`where` must not have more than {CONDITIONS_MAX} objects.")
    if sum(map(search.count_values, _searches(where))) > search.VALUES_MAX:
        message = f"All `search` together must not have more than {search.VALUES_MAX} values."
        raise InvalidSearchError(search.SearchError(message, 0, 0))
    return _q(where)


def checked_q(where: TaskWhere) -> Q:
    """Return a condition for the ORM, for a service that `attempt` calls.

    Raises:
        BadInputError: The condition is nested too deeply or has too many objects.
        ValidationError: A search in it is not valid.
    """
    try:
        return to_q(where)
    except InvalidSearchError as error:
        raise ValidationError({"where.search": [error.message]}) from error


def _count(where: TaskWhere, depth: int) -> int:
    if not depth:
        raise BadInputError(f"`where` must not be nested more than {DEPTH_MAX} levels deep.")
    return 1 + sum(_count(nested, depth - 1) for nested in _nested(where))


def _nested(where: TaskWhere) -> list[TaskWhere]:
    return [*(where.and_ or []), *(where.or_ or []), *([where.not_] if where.not_ else [])]


def _searches(where: TaskWhere) -> Iterator[str]:
    if where.search is not None:
        yield where.search
    for nested in _nested(where):
        yield from _searches(nested)


def _q(where: TaskWhere) -> Q:
    conditions = [_own(where), *map(_q, where.and_ or [])]
    if where.or_ is not None:
        # Of no alternatives, none matches.
        conditions.append(reduce(or_, map(_q, where.or_), Q(pk__in=[])))
    if where.not_:
        # Not `~`: null is not unequal to anything in SQL, but a task without a result has no 5.
        conditions.append(~Q(pk__in=Task.objects.filter(_q(where.not_)).values("pk")))
    return reduce(and_, conditions)


def _own(where: TaskWhere) -> Q:
    q = Q()
    if where.ids is not None:
        if len(where.ids) > IDS_MAX:
            raise BadInputError(f"`ids` must not have more than {IDS_MAX:,} elements.")
        q &= Q(pk__in=[parse_id(id, "Task") for id in where.ids])
    if where.uuid_fragment is not None:
        q &= _with_fragment(where.uuid_fragment)
    if where.statuses is not None:
        q &= Q(status__in=where.statuses)
    if where.queue is not None:
        q &= Q(queue_id=checked_name(where.queue, "where", "queue"))
    if where.schedule_id is not None:
        q &= is_run_of(parse_id(where.schedule_id, "TaskSchedule"))
    if where.backfill_id is not None:
        q &= Q(backfill_run__backfill=parse_id(where.backfill_id, "Backfill"))
    if where.worker_node is not None:
        q &= Q(node__name=checked_name(where.worker_node, "where", "workerNode"))
    if where.scheduled is not None:
        q &= IS_SCHEDULED if where.scheduled else ~IS_SCHEDULED
    if where.search is not None:
        q &= _search(where.search)
    if where.created_at:
        q &= created_between(where.created_at.start, where.created_at.end)
    for column in ("finished_at", "a", "b"):
        if condition := getattr(where, column):
            q &= condition.q(column)
    if where.result:
        found = TaskResult.objects.filter(where.result.q("result"), task=OuterRef("pk"))
        q &= Q(Exists(found))
    return q


def _search(text: str) -> Q:
    try:
        return search.condition(search.parse(text))
    except search.SearchError as error:
        raise InvalidSearchError(error) from error


def _with_fragment(fragment: str) -> Q:
    digits = fragment.replace("-", "").lower()
    if not re.fullmatch(rf"[0-9a-f]{{{FRAGMENT_MIN},32}}", digits):
        raise BadInputError(
            f"`uuidFragment` must be {FRAGMENT_MIN} to 32 hexadecimal digits, with or without"
            " hyphens."
        )
    return with_digits(Task, digits)
