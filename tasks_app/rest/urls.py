"""The URLs of the REST API. Each also works without its final slash, for every method."""

from django.urls import URLPattern, path
from rest_framework.views import APIView

from tasks_app.rest import views


def _paths(route: str, view: type[APIView], name: str) -> list[URLPattern]:
    """Return the path of a view, and the one without the slash, which OpenAPI does not list."""
    # A redirect to the path with the slash would turn a POST into a GET.
    without_slash = path(route.removesuffix("/"), view.as_view(schema=None))
    return [path(route, view.as_view(), name=name), without_slash]


urlpatterns = [
    *_paths("tasks/", views.TaskList, "task-list"),
    *_paths("tasks/<uuid:pk>/", views.TaskDetail, "task"),
    *_paths("task-schedules/", views.ScheduleList, "task-schedule-list"),
    *_paths("task-schedules/<uuid:pk>/", views.ScheduleDetail, "task-schedule"),
]
