"""Filters of lists: the query parameters that lists accept."""

from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django_filters import rest_framework as filters
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.settings import api_settings

from tasks_app.models import Task, TaskSchedule
from tasks_app.rest.pagination import PAGING_PARAMETERS
from tasks_app.rest.serializers import STATUSES
from tasks_app.search import LENGTH_MAX, SearchError, condition, parse
from tasks_app.search.indexed import created_between
from tasks_app.services.validation import is_storable

M = TypeVar("M", bound=Model)

_GENERAL = {*(each.name for each in PAGING_PARAMETERS), api_settings.URL_FORMAT_OVERRIDE}


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
        ends = (value, None) if self.lookup_expr == "gte" else (None, value)
        return qs.filter(created_between(*ends))


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
    search = filters.CharFilter(
        method="filter_search",
        max_length=LENGTH_MAX,
        label="Only tasks that match this text in the search language, such as `slots:>2`.",
    )

    def filter_search(self, rows: QuerySet[Task], name: str, value: str) -> QuerySet[Task]:
        """Return the tasks that match. Raises ValidationError, keyed by parameter."""
        try:
            return rows.filter(condition(parse(value)))
        except SearchError as error:
            raise ValidationError({name: [error.message]}) from error

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
    label = filters.CharFilter(
        method="filter_label",
        label="Only schedules with this label. If it is repeated, with all of these labels.",
    )

    def filter_label(
        self, rows: QuerySet[TaskSchedule], name: str, value: str
    ) -> QuerySet[TaskSchedule]:
        """Return the schedules that have the labels. Raises ValidationError, keyed by parameter."""
        labels = [label for label in self.data.getlist(name) if label]
        if not all(map(is_storable, labels)):
            raise ValidationError({name: ["Must not contain null characters."]})
        return rows.filter(labels__contains=labels)
