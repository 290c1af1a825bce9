"""The REST API, which shows the documented fields only."""

from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tasks_app.models import Task, TaskSchedule
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
from tasks_app.services.schedule_parameters import NewSchedule

# Validation leaves no trace in the serializer, and copying its fields for each request would cost
# as much as the rest of the API.
_NEW_TASK = NewTaskSerializer()

_IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="A request repeated with the same key answers what the first one created.",
)
_REFUSED = OpenApiResponse(OpenApiTypes.OBJECT, description="What is wrong, by field.")
_UNSUPPORTED = OpenApiResponse(OpenApiTypes.OBJECT, description="The body is not JSON or a form.")
_CONFLICT = OpenApiResponse(
    OpenApiTypes.OBJECT, description="The key came with other values before."
)
_NOT_FOUND = OpenApiResponse(OpenApiTypes.OBJECT, description="There is nothing of this id.")
_AWAY = OpenApiResponse(OpenApiTypes.OBJECT, description="The database is away; see Retry-After.")
# What any operation may answer.
_ALWAYS = {
    401: OpenApiResponse(OpenApiTypes.OBJECT, description="A token is wanted, or this is none."),
    403: OpenApiResponse(OpenApiTypes.OBJECT, description="The role may not do this."),
    429: OpenApiResponse(OpenApiTypes.OBJECT, description="Too many requests; see Retry-After."),
    503: _AWAY,
}


class TaskList(APIView):
    @extend_schema(
        operation_id="list_tasks",
        parameters=PAGING_PARAMETERS,
        responses={200: TaskSerializer(many=True), 400: _REFUSED, **_ALWAYS},
    )
    def get(self, request: Request) -> Response:
        """The tasks, newest first. The `Link` header leads to the next page."""
        page, headers = newest_first(request, Task.objects.all())
        serializer = TaskSerializer(page, many=True, context={"request": request})
        return Response(serializer.data, headers=headers)

    @extend_schema(
        operation_id="create_task",
        parameters=[_IDEMPOTENCY_KEY],
        request=NewTaskSerializer,
        responses={
            201: TaskSerializer,
            400: _REFUSED,
            415: _UNSUPPORTED,
            422: _CONFLICT,
            **_ALWAYS,
        },
    )
    def post(self, request: Request) -> Response:
        """Create a task: a + b, computed by some worker node."""
        values = _NEW_TASK.run_validation(request.data)
        key = request.headers.get("Idempotency-Key", "")
        task = tasks.create_task(tasks.NewTask(**values, idempotency_key=key))
        data = TaskSerializer(task, context={"request": request}).data
        return Response(data, status.HTTP_201_CREATED, headers={"Location": data["url"]})


class TaskDetail(APIView):
    @extend_schema(
        operation_id="get_task",
        responses={200: TaskWithResultsSerializer, 404: _NOT_FOUND, **_ALWAYS},
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """A task and the results of its runs, newest first."""
        task = Task.objects.prefetch_related("results").get(pk=pk)
        return Response(TaskWithResultsSerializer(task, context={"request": request}).data)


class ScheduleList(APIView):
    @extend_schema(
        operation_id="list_task_schedules",
        parameters=PAGING_PARAMETERS,
        responses={200: ScheduleSerializer(many=True), 400: _REFUSED, **_ALWAYS},
    )
    def get(self, request: Request) -> Response:
        """The schedules, newest first. The `Link` header leads to the next page."""
        page, headers = newest_first(request, TaskSchedule.objects.prefetch_related("tasks"))
        serializer = ScheduleSerializer(page, many=True, context={"request": request})
        return Response(serializer.data, headers=headers)

    @extend_schema(
        operation_id="create_task_schedule",
        parameters=[_IDEMPOTENCY_KEY],
        request=NewScheduleSerializer,
        responses={
            201: ScheduleSerializer,
            400: _REFUSED,
            415: _UNSUPPORTED,
            422: _CONFLICT,
            **_ALWAYS,
        },
    )
    def post(self, request: Request) -> Response:
        """Create a schedule: a + b, again and again."""
        new = NewScheduleSerializer(data=request.data)
        new.is_valid(raise_exception=True)
        key = request.headers.get("Idempotency-Key", "")
        schedule = schedules.create_schedule(NewSchedule(**new.validated_data, idempotency_key=key))
        data = ScheduleSerializer(schedule, context={"request": request}).data
        return Response(data, status.HTTP_201_CREATED, headers={"Location": data["url"]})


class ScheduleDetail(APIView):
    @extend_schema(
        operation_id="get_task_schedule",
        responses={200: ScheduleSerializer, 404: _NOT_FOUND, **_ALWAYS},
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """A schedule and its task."""
        schedule = TaskSchedule.objects.get(pk=pk)
        return Response(ScheduleSerializer(schedule, context={"request": request}).data)

    @extend_schema(
        operation_id="change_task_schedule",
        request=ScheduleChangeSerializer,
        responses={
            200: ScheduleSerializer,
            400: _REFUSED,
            404: _NOT_FOUND,
            415: _UNSUPPORTED,
            **_ALWAYS,
        },
    )
    def put(self, request: Request, pk: UUID) -> Response:
        """Change what is added, and when. All else that was said at its creation stays."""
        change = ScheduleChangeSerializer(data=request.data)
        change.is_valid(raise_exception=True)
        schedule = schedules.update_schedule(pk, **change.validated_data)
        return Response(ScheduleSerializer(schedule, context={"request": request}).data)

    @extend_schema(
        operation_id="delete_task_schedule",
        responses={204: None, 404: _NOT_FOUND, **_ALWAYS},
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        """Delete a schedule with its task and all their results."""
        schedules.delete_schedule(pk)
        return Response(status=status.HTTP_204_NO_CONTENT)
