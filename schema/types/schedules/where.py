"""Conditions on schedules."""

from collections.abc import Sequence

import strawberry
from django.db.models import Q

from schema.core.relay import BadInputError, checked_name, parse_id

IDS_MAX = 1_000
LABELS_MAX = 20


@strawberry.input(
    description="A condition on schedules. A schedule matches if it matches every field given."
)
class TaskScheduleWhere:
    ids: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description=(
            f"Matches schedules with one of these global IDs or UUIDs, at most {IDS_MAX:,}."
        ),
    )
    labels: list[str] | None = strawberry.field(
        default=None,
        description=f"Matches schedules that have all of these labels, at most {LABELS_MAX}.",
    )
    queue: str | None = strawberry.field(
        default=None, description="Matches schedules whose task is in this queue. Null for any."
    )
    calendar: str | None = strawberry.field(
        default=None, description="Matches schedules that use this calendar. Null for any."
    )
    paused: bool | None = strawberry.field(
        default=None,
        description="Matches paused schedules if true, and others if false. Null for both.",
    )


def to_q(where: TaskScheduleWhere | None) -> Q:
    """Return the condition for the database.

    Raises:
        BadInputError: It has too many IDs or labels, or one that is not valid.
    """
    q = Q()
    if where is None:
        return q
    if where.ids is not None:
        _check_length("ids", where.ids, IDS_MAX)
        q &= Q(pk__in=[parse_id(id, "TaskSchedule") for id in where.ids])
    if where.labels is not None:
        _check_length("labels", where.labels, LABELS_MAX)
        q &= Q(labels__contains=[checked_name(label, "where", "labels") for label in where.labels])
    if where.queue is not None:
        q &= Q(tasks__queue__name=checked_name(where.queue, "where", "queue"))
    if where.calendar is not None:
        q &= Q(calendars__contains=[checked_name(where.calendar, "where", "calendar")])
    if where.paused is not None:
        q &= Q(paused_at__isnull=not where.paused)
    return q


def _check_length(name: str, values: Sequence[str], maximum: int) -> None:
    if len(values) > maximum:
        raise BadInputError(f"`{name}` must not have more than {maximum:,} elements.")
