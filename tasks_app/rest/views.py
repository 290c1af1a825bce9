"""The REST API, which shows the documented fields only."""

import threading
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tasks_app.access import scopes
from tasks_app.models import Task, TaskSchedule
from tasks_app.rest import examples
from tasks_app.rest.conditional import headers_of, not_modified, schedule_version, task_version
from tasks_app.rest.filters import FilterBackend, ScheduleFilterSet, TaskFilterSet, with_status
from tasks_app.rest.pagination import PAGING_PARAMETERS, newest_first
from tasks_app.rest.serializers import (
    NewScheduleSerializer,
    NewTaskSerializer,
    ScheduleChangeSerializer,
    ScheduleSerializer,
    TaskSerializer,
    TaskWithResultsSerializer,
)
from tasks_app.services import schedules, tasks
from tasks_app.services.schedules.parameters import NewSchedule

# Validation leaves no trace in the serializer, and copying its fields for each request would cost
# as much as the rest of the API.
_NEW_TASK = NewTaskSerializer()


class _PerThread(threading.local):
    """The serializer of created tasks, which keeps the request: each thread has its own."""

    def __init__(self) -> None:
        self.context: dict[str, object] = {}
        self.serializer = TaskSerializer(context=self.context)

    def represent(self, task: Task, request: Request) -> dict[str, Any]:
        self.context["request"] = request
        return self.serializer.to_representation(task)


_created = _PerThread()

_IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="Repeating a request with the same key returns what the first request created.",
)
_REFUSED = OpenApiResponse(
    OpenApiTypes.OBJECT, description="Validation errors, by field or parameter."
)
_IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The `ETag` of a response that the client has.",
)
_UNSUPPORTED = OpenApiResponse(OpenApiTypes.OBJECT, description="The body is not JSON or a form.")
_NOT_MODIFIED = OpenApiResponse(description="The client has the current objects: `If-None-Match`.")
_CONFLICT = OpenApiResponse(OpenApiTypes.OBJECT, description="The key was used with other values.")
_NOT_FOUND = OpenApiResponse(OpenApiTypes.OBJECT, description="No object has this ID.")
_AWAY = OpenApiResponse(
    OpenApiTypes.OBJECT, description="The database is unavailable. See `Retry-After`."
)
# The responses that every operation can return.
_ALWAYS = {
    401: OpenApiResponse(OpenApiTypes.OBJECT, description="The request has no valid token."),
    403: OpenApiResponse(
        OpenApiTypes.OBJECT,
        description="The role does not permit this, or a page of another site sent a form.",
    ),
    429: OpenApiResponse(OpenApiTypes.OBJECT, description="Too many requests. See `Retry-After`."),
    503: _AWAY,
}
_OF_LISTS = {304: _NOT_MODIFIED, 400: _REFUSED, **_ALWAYS}
_OF_CREATES = {400: _REFUSED, 415: _UNSUPPORTED, 422: _CONFLICT, **_ALWAYS}


class TaskList(APIView):
    """Tasks: create one, or list them, newest first."""

    filter_backends = [FilterBackend]
    filterset_class = TaskFilterSet

    def get_queryset(self) -> QuerySet[Task]:
        """Return the tasks that the actor reaches."""
        return scopes.visible(Task.objects.all())

    def get_serializer(self, *args: Any, **kwargs: Any) -> NewTaskSerializer:
        """Return the serializer of requests, for forms and OPTIONS."""
        return NewTaskSerializer(*args, **kwargs)

    @extend_schema(
        operation_id="list_tasks",
        parameters=[*PAGING_PARAMETERS, _IF_NONE_MATCH],
        responses={200: TaskSerializer(many=True), **_OF_LISTS},
    )
    def get(self, request: Request) -> HttpResponse:
        """Return the tasks, newest first. The `Link` header has the URL of the next page."""
        rows = FilterBackend().filter_queryset(request, self.get_queryset(), self)
        disjoint = with_status(rows, request.query_params.get("status"))
        page, headers = newest_first(request, *disjoint)
        headers |= headers_of(request, [headers.get("Link"), *map(task_version, page)])
        return _response_of(request, headers, TaskSerializer, page)

    @extend_schema(
        operation_id="create_task",
        parameters=[_IDEMPOTENCY_KEY],
        request=NewTaskSerializer,
        examples=examples.OF_A_TASK,
        responses={201: TaskSerializer, **_OF_CREATES},
    )
    def post(self, request: Request) -> Response:
        """Create a task, which a worker node runs: it computes a + b."""
        values = _NEW_TASK.run_validation(request.data)
        key = request.headers.get("Idempotency-Key", "")
        task = tasks.create_task(tasks.NewTask(**values, idempotency_key=key))
        data = _created.represent(task, request)
        return Response(data, status.HTTP_201_CREATED, headers={"Location": data["url"]})


class TaskDetail(APIView):
    """A task with the results of its runs."""

    @extend_schema(
        operation_id="get_task",
        parameters=[_IF_NONE_MATCH],
        responses={
            200: TaskWithResultsSerializer,
            304: _NOT_MODIFIED,
            404: _NOT_FOUND,
            **_ALWAYS,
        },
    )
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        """Return a task and the results of its runs, newest first."""
        task = scopes.visible(Task.objects.prefetch_related("results")).get(pk=pk)
        # Old results of a task are deleted without a change of the task.
        results = [result.pk.int for result in task.results.all()]
        headers = headers_of(request, [*task_version(task), *results])
        if response := not_modified(request, headers):
            return response
        data = TaskWithResultsSerializer(task, context={"request": request}).data
        return Response(data, headers=headers)


class ScheduleList(APIView):
    """Schedules: create one, or list them, newest first."""

    filter_backends = [FilterBackend]
    filterset_class = ScheduleFilterSet

    def get_queryset(self) -> QuerySet[TaskSchedule]:
        """Return the schedules that the actor reaches."""
        return scopes.visible(TaskSchedule.objects.prefetch_related("tasks"))

    def get_serializer(self, *args: Any, **kwargs: Any) -> NewScheduleSerializer:
        """Return the serializer of requests, for forms and OPTIONS."""
        return NewScheduleSerializer(*args, **kwargs)

    @extend_schema(
        operation_id="list_task_schedules",
        parameters=[*PAGING_PARAMETERS, _IF_NONE_MATCH],
        responses={200: ScheduleSerializer(many=True), **_OF_LISTS},
    )
    def get(self, request: Request) -> HttpResponse:
        """Return the schedules, newest first. The `Link` header has the URL of the next page."""
        rows = FilterBackend().filter_queryset(request, self.get_queryset(), self)
        page, headers = newest_first(request, rows)
        headers |= headers_of(request, [headers.get("Link"), *map(schedule_version, page)])
        return _response_of(request, headers, ScheduleSerializer, page)

    @extend_schema(
        operation_id="create_task_schedule",
        parameters=[_IDEMPOTENCY_KEY],
        request=NewScheduleSerializer,
        examples=examples.OF_A_SCHEDULE,
        responses={201: ScheduleSerializer, **_OF_CREATES},
    )
    def post(self, request: Request) -> Response:
        """Create a schedule, which runs its task at the times of its recurrence."""
        new = NewScheduleSerializer(data=request.data)
        new.is_valid(raise_exception=True)
        key = request.headers.get("Idempotency-Key", "")
        schedule = schedules.create_schedule(NewSchedule(**new.validated_data, idempotency_key=key))
        data = ScheduleSerializer(schedule, context={"request": request}).data
        return Response(data, status.HTTP_201_CREATED, headers={"Location": data["url"]})


class ScheduleDetail(APIView):
    """A schedule and its task."""

    _schedule: TaskSchedule | None = None

    def get_serializer(
        self, instance: TaskSchedule | None = None, **kwargs: Any
    ) -> ScheduleChangeSerializer:
        """Return the serializer of requests, for forms and OPTIONS, with the current values."""
        serializer = ScheduleChangeSerializer(**kwargs)
        serializer.schedule = instance or self._schedule
        return serializer

    @extend_schema(
        operation_id="get_task_schedule",
        parameters=[_IF_NONE_MATCH],
        responses={200: ScheduleSerializer, 304: _NOT_MODIFIED, 404: _NOT_FOUND, **_ALWAYS},
    )
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        """Return a schedule and its task."""
        schedule = scopes.visible(TaskSchedule.objects.prefetch_related("tasks")).get(pk=pk)
        headers = headers_of(request, schedule_version(schedule))
        if response := not_modified(request, headers):
            return response
        return self._response(schedule, headers)

    @extend_schema(
        operation_id="change_task_schedule",
        request=ScheduleChangeSerializer,
        examples=examples.OF_A_SCHEDULE,
        responses={
            200: ScheduleSerializer,
            400: _REFUSED,
            404: _NOT_FOUND,
            415: _UNSUPPORTED,
            **_ALWAYS,
        },
    )
    def put(self, request: Request, pk: UUID) -> Response:
        """Change the integers and the recurrence of a schedule. Its other options stay."""
        change = ScheduleChangeSerializer(data=request.data)
        change.is_valid(raise_exception=True)
        return self._response(schedules.update_schedule(pk, **change.validated_data))

    @extend_schema(
        operation_id="delete_task_schedule",
        responses={204: None, 404: _NOT_FOUND, **_ALWAYS},
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        """Delete a schedule with its task and all their results."""
        schedules.delete_schedule(pk)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _response(self, schedule: TaskSchedule, headers: dict[str, str] | None = None) -> Response:
        self._schedule = schedule
        data = ScheduleSerializer(schedule, context={"request": self.request}).data
        return Response(data, headers=headers)


def _response_of(
    request: Request,
    headers: dict[str, str],
    serializer: type[TaskSerializer | ScheduleSerializer],
    page: Sequence[Task | TaskSchedule],
) -> HttpResponse:
    """Return a page of a list, or 304 if the client has it."""
    if response := not_modified(request, headers):
        return response
    data = serializer(page, many=True, context={"request": request}).data
    return Response(data, headers=headers)
