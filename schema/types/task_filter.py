"""What tasks a client means. Few conditions, by hand: none that the database cannot bear."""

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
from schema.core.relay import BadInputError, parse_id
from schema.core.scalars import BigInt
from tasks_app.models import Task, TaskResult

IDS_MAX = 1_000
DEPTH_MAX = 5
CONDITIONS_MAX = 50
FRAGMENT_MIN = 4
# The digits at the end of a UUID have no index, so only the newest tasks are compared.
SUFFIX_AMONG = 100_000


@strawberry.input(description="From one time (included) to another (excluded).")
class TimeRange:
    start: datetime | None = strawberry.field(default=None, description="Not before this time.")
    end: datetime | None = strawberry.field(default=None, description="Before this time.")

    def q(self, column: str) -> Q:
        return _between(column, self.start, self.end, "lt")


@strawberry.input(description="One integer, or a range of them.")
class BigIntCondition:
    equals: BigInt | None = strawberry.field(default=None, description="Exactly this.")
    min: BigInt | None = strawberry.field(default=None, description="This or more.")
    max: BigInt | None = strawberry.field(default=None, description="This or less.")

    def q(self, column: str) -> Q:
        low, high, exactly = map(_clamp, (self.min, self.max, self.equals))
        q = _between(column, low, high, "lte")
        return q if exactly is None else q & Q(**{column: exactly})


def _clamp(number: int | None) -> int | None:
    """Beyond any number we store; what no column can hold cannot be compared with it either."""
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
        "Which tasks. All that is given must hold; what is left out or null does not matter."
        f" Nested at most {DEPTH_MAX} deep, with at most {CONDITIONS_MAX} of these objects."
    )
)
class TaskWhere:
    ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"One of these, at most {IDS_MAX}."
    )
    uuid_fragment: str | None = strawberry.field(
        default=None,
        description=(
            f"Hexadecimal digits, {FRAGMENT_MIN} to 32, with which the UUID begins or ends."
            " Hyphens are ignored. UUIDs that end with them are found among the newest"
            f" {SUFFIX_AMONG:,} tasks."
        ),
    )
    statuses: list[TaskStatus] | None = strawberry.field(
        default=None, description="In one of these."
    )
    queue: str | None = strawberry.field(default=None, description="Of the queue of this name.")
    schedule_id: strawberry.ID | None = strawberry.field(
        default=None, description="Of this schedule."
    )
    worker_node: str | None = strawberry.field(
        default=None, description="Held, or held last, by the node of this name."
    )
    scheduled: bool | None = strawberry.field(
        default=None, description="Whether it belongs to a schedule."
    )
    created_at: TimeRange | None = strawberry.field(default=None, description="Created then.")
    finished_at: TimeRange | None = strawberry.field(default=None, description="Finished then.")
    a: BigIntCondition | None = strawberry.field(default=None, description="The first number.")
    b: BigIntCondition | None = strawberry.field(default=None, description="The second number.")
    result: BigIntCondition | None = strawberry.field(
        default=None, description="The sum of any of its runs."
    )
    and_: list["TaskWhere"] | None = strawberry.field(
        default=None, name="AND", description="All of these hold too."
    )
    or_: list["TaskWhere"] | None = strawberry.field(
        default=None, name="OR", description="At least one of these holds too."
    )
    not_: Optional["TaskWhere"] = strawberry.field(
        default=None, name="NOT", description="This does not hold."
    )


def to_q(where: TaskWhere | None) -> Q:
    """The condition as Django's; BadInputError if it is nested too deep or too long."""
    if where is None:
        return Q()
    if _count(where, DEPTH_MAX) > CONDITIONS_MAX:
        raise BadInputError(f"`where` has more than {CONDITIONS_MAX} objects.")
    return _q(where)


def _count(where: TaskWhere, depth: int) -> int:
    if not depth:
        raise BadInputError(f"`where` is nested more than {DEPTH_MAX} deep.")
    return 1 + sum(_count(nested, depth - 1) for nested in _nested(where))


def _nested(where: TaskWhere) -> list[TaskWhere]:
    return [*(where.and_ or []), *(where.or_ or []), *([where.not_] if where.not_ else [])]


def _q(where: TaskWhere) -> Q:
    conditions = [_own(where), *map(_q, where.and_ or [])]
    if where.or_ is not None:
        # Of no alternatives none holds.
        conditions.append(reduce(or_, map(_q, where.or_), Q(pk__in=[])))
    if where.not_:
        # Not `~`: null is not unequal to anything in SQL, but a task without a result has no 5.
        conditions.append(~Q(pk__in=Task.objects.filter(_q(where.not_)).values("pk")))
    return reduce(and_, conditions)


def _own(where: TaskWhere) -> Q:
    q = Q()
    if where.ids is not None:
        if len(where.ids) > IDS_MAX:
            raise BadInputError(f"`ids` has more than {IDS_MAX}.")
        q &= Q(pk__in=[parse_id(id, "Task") for id in where.ids])
    if where.uuid_fragment is not None:
        q &= _with_fragment(where.uuid_fragment)
    if where.statuses is not None:
        q &= Q(status__in=where.statuses)
    if where.queue is not None:
        q &= Q(queue_id=text(where.queue))
    if where.schedule_id is not None:
        q &= Q(schedule_id=parse_id(where.schedule_id, "TaskSchedule"))
    if where.worker_node is not None:
        q &= Q(node__name=text(where.worker_node))
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


def text(value: str) -> str:
    """What a name can be looked for as."""
    if "\0" in value:
        raise BadInputError("A name has no NUL in it.")
    return value
