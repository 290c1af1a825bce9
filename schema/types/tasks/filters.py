"""Conditions on tasks. They are few, and each is one that the database can answer cheaply."""

import re
from datetime import datetime
from functools import reduce
from operator import and_, or_
from typing import Optional
from uuid import UUID

import strawberry
from django.db.models import Exists, OuterRef, Q, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce

from schema.core.enums import TaskStatus
from schema.core.relay import BadInputError, checked_name, parse_id
from schema.core.scalars import BigInt
from tasks_app.models import Task, TaskResult

IDS_MAX = 1_000
DEPTH_MAX = 5
CONDITIONS_MAX = 50
FRAGMENT_MIN = 4
# The digits at the end of a UUID have no index, so only the newest tasks are compared.
SUFFIX_AMONG = 100_000


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
            f" {SUFFIX_AMONG:,} tasks only."
        ),
    )
    statuses: list[TaskStatus] | None = strawberry.field(
        default=None, description="Matches tasks with one of these statuses."
    )
    queue: str | None = strawberry.field(
        default=None, description=("Matches tasks of the queue with this name.")
    )
    schedule_id: strawberry.ID | None = strawberry.field(
        default=None, description="Matches the task of the schedule with this global ID or UUID."
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


def to_q(where: TaskWhere | None) -> Q:
    """Return a condition for the ORM.

    Raises:
        BadInputError: The condition is nested too deeply or has too many objects.
    """
    if where is None:
        return Q()
    if _count(where, DEPTH_MAX) > CONDITIONS_MAX:
        raise BadInputError(f"`where` must not have more than {CONDITIONS_MAX} objects.")
    return _q(where)


def _count(where: TaskWhere, depth: int) -> int:
    if not depth:
        raise BadInputError(f"`where` must not be nested more than {DEPTH_MAX} levels deep.")
    return 1 + sum(_count(nested, depth - 1) for nested in _nested(where))


def _nested(where: TaskWhere) -> list[TaskWhere]:
    return [*(where.and_ or []), *(where.or_ or []), *([where.not_] if where.not_ else [])]


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
        q &= Q(queue_id=checked_name(where.queue))
    if where.schedule_id is not None:
        q &= Q(schedule_id=parse_id(where.schedule_id, "TaskSchedule"))
    if where.backfill_id is not None:
        q &= Q(backfill_run__backfill=parse_id(where.backfill_id, "Backfill"))
    if where.worker_node is not None:
        q &= Q(node__name=checked_name(where.worker_node))
    if where.scheduled is not None:
        q &= Q(schedule__isnull=not where.scheduled)
    for column in ("created_at", "finished_at", "a", "b"):
        if condition := getattr(where, column):
            q &= condition.q(column)
    if where.result:
        found = TaskResult.objects.filter(where.result.q("result"), task=OuterRef("pk"))
        q &= Q(Exists(found))
    return q


def _with_fragment(fragment: str) -> Q:
    """Match tasks whose UUID begins with these digits, or recent ones whose UUID ends with them."""
    digits = fragment.replace("-", "").lower()
    if not re.fullmatch(rf"[0-9a-f]{{{FRAGMENT_MIN},32}}", digits):
        raise BadInputError(
            f"`uuidFragment` must be {FRAGMENT_MIN} to 32 hexadecimal digits, with or without"
            " hyphens."
        )
    first, last = UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
    beginning = Task.objects.filter(pk__gte=first, pk__lte=last)
    oldest = Task.objects.order_by("-pk").values("pk")[SUFFIX_AMONG - 1 : SUFFIX_AMONG]
    recent = Task.objects.filter(pk__gte=Coalesce(Subquery(oldest), Value(UUID(int=0))))
    ending = recent.annotate(text=Cast("pk", TextField())).filter(text__endswith=_suffix(digits))
    # Not `|`: PostgreSQL would then compare all tasks.
    return Q(pk__in=beginning.values("pk").union(ending.values("pk"), all=True))


def _suffix(digits: str) -> str:
    """The end of a UUID in its usual form, with hyphens."""
    hyphens = sum(len(digits) > from_the_end for from_the_end in (12, 16, 20, 24))
    return str(UUID(digits.rjust(32, "0")))[-(len(digits) + hyphens) :]
