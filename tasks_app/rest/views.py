"""The compatibility door. It shows the documented fields and nothing else."""

from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tasks_app.models import Task
from tasks_app.rest.paging import PAGING_PARAMETERS, newest_first
from tasks_app.rest.serializers import (
    NewTaskSerializer,
    TaskSerializer,
    TaskWithResultsSerializer,
)
from tasks_app.services import tasks

# Validation leaves no trace in the serializer, and copying its fields for each request would cost
# as much as the rest of the door.
_NEW_TASK = NewTaskSerializer()

_IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="A request repeated with the same key answers the task of the first one.",
)
_REFUSED = OpenApiResponse(OpenApiTypes.OBJECT, description="What is wrong, by field.")
_NOT_JSON = OpenApiResponse(OpenApiTypes.OBJECT, description="The body is not application/json.")
_CONFLICT = OpenApiResponse(
    OpenApiTypes.OBJECT, description="The key came with other values before."
)
_NOT_FOUND = OpenApiResponse(OpenApiTypes.OBJECT, description="There is no such task.")
_AWAY = OpenApiResponse(OpenApiTypes.OBJECT, description="The database is away; see Retry-After.")


class TaskList(APIView):
    @extend_schema(
        operation_id="list_tasks",
        parameters=PAGING_PARAMETERS,
        responses={200: TaskSerializer(many=True), 400: _REFUSED, 503: _AWAY},
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
            415: _NOT_JSON,
            422: _CONFLICT,
            503: _AWAY,
        },
    )
    def post(self, request: Request) -> Response:
        """Create a task: a + b, computed by some worker node."""
        wish = _NEW_TASK.run_validation(request.data)
        key = request.headers.get("Idempotency-Key", "")
        task = tasks.create_task(tasks.NewTask(**wish, idempotency_key=key))
        data = TaskSerializer(task, context={"request": request}).data
        return Response(data, status.HTTP_201_CREATED, headers={"Location": data["url"]})


class TaskDetail(APIView):
    @extend_schema(
        operation_id="get_task",
        responses={200: TaskWithResultsSerializer, 404: _NOT_FOUND, 503: _AWAY},
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """A task and the results of its runs, newest first."""
        try:
            task = Task.objects.prefetch_related("results").get(pk=pk)
        except Task.DoesNotExist as error:
            raise NotFound from error
        return Response(TaskWithResultsSerializer(task, context={"request": request}).data)
