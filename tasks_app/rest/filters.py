"""Filters of lists: the query parameters that lists accept."""

from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django_filters import rest_framework as filters
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.settings import api_settings

from tasks_app.models import Task
from tasks_app.models.base import uuid7_floor
from tasks_app.rest.pagination import PAGING_PARAMETERS
from tasks_app.rest.serializers import STATUSES

M = TypeVar("M", bound=Model)

_GENERAL = {*(each.name for each in PAGING_PARAMETERS), api_settings.URL_FORMAT_OVERRIDE}

# The times of two clocks: IDs are made by web processes, and `created_at` by the database.
_CLOCKS_DIFFER_BY = timedelta(minutes=5)


class FilterBackend(filters.DjangoFilterBackend):  # type: ignore[misc]
    """Filters lists by the view's filter set, and refuses parameters that the list does not have.

    An unknown parameter would otherwise return objects that the client did not ask for.
    """

    def filter_queryset(self, request: Request, queryset: QuerySet[M], view: Any) -> QuerySet[M]:
        """Return the filtered rows. Raises ValidationError, keyed by parameter."""
        given = request.query_params.keys() - _GENERAL
        if not given:  # A filter set builds a form.
            return queryset
        known = view.filterset_class.base_filters.keys()
        if unknown := sorted(given - known):
            message = (
                f"Unknown query parameter. Known are {', '.join(sorted({*known, *_GENERAL}))}."
            )
            raise ValidationError({name: [message] for name in unknown})
        filtered: QuerySet[M] = super().filter_queryset(request, queryset, view)
        return filtered


class _CreatedFilter(filters.IsoDateTimeFilter):  # type: ignore[misc]
    """Filters by `created_at`, by way of the IDs, which sort by time and are the primary key."""

    def filter(self, qs: QuerySet[M], value: datetime | None) -> QuerySet[M]:
        """Return the rows that were created on this side of the time."""
        if value is None:
            return qs
        value = _in_utc(value)
        if self.lookup_expr == "gte":
            return qs.filter(created_at__gte=value, pk__gte=_floor(value, -_CLOCKS_DIFFER_BY))
        return qs.filter(created_at__lt=value, pk__lt=_floor(value, _CLOCKS_DIFFER_BY))


def _in_utc(time: datetime) -> datetime:
    # PostgreSQL refuses some offsets that Python accepts, such as +20:00.
    try:
        return time.astimezone(UTC)
    except OverflowError:  # At an end of the calendar.
        first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
        return first if time.year == 1 else last


def _floor(time: datetime, shift: timedelta) -> UUID:
    try:
        return uuid7_floor(time + shift)
    except (OverflowError, ValueError):  # Before 1970, or at an end of the calendar.
        return UUID(int=0) if time.year < 1971 else UUID(int=2**128 - 1)


class _CreatedFilterSet(filters.FilterSet):  # type: ignore[misc]
    created_after = _CreatedFilter(
        "created_at", "gte", label="Only objects that were created at this time or later."
    )
    created_before = _CreatedFilter(
        "created_at", "lt", label="Only objects that were created before this time."
    )


class TaskFilterSet(_CreatedFilterSet):
    """The filters of the list of tasks."""

    status = filters.ChoiceFilter(
        choices=[(each.value, each.value) for each in Task.Status if each not in STATUSES],
        method="filter_status",
        label="Only tasks that show this status.",
    )
    queue = filters.CharFilter("queue_id", label="Only tasks of the queue with this name.")

    def filter_status(self, rows: QuerySet[Task], name: str, value: str) -> QuerySet[Task]:
        """Return all rows: `with_status` filters them."""
        return rows


def with_status(rows: QuerySet[Task], status: str | None) -> list[QuerySet[Task]]:
    """Return the tasks that show a status, in a set for each status that is stored.

    PENDING includes RUNNING, as in responses. With `IN`, PostgreSQL would not read the index by
    status in the order of the list.
    """
    if not status:
        return [rows]
    also = [stored for stored, shown in STATUSES.items() if shown == status]
    return [rows.filter(status=each) for each in (status, *also)]


class ScheduleFilterSet(_CreatedFilterSet):
    """The filters of the list of schedules."""

    queue = filters.CharFilter(
        "tasks__queue_id", label="Only schedules whose task is in the queue with this name."
    )
