"""The URLs of the HTTP application."""

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.db import Error as DatabaseError
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from project.authentication import after_login, login_required_page, refused
from project.pages import EDITOR, dashboard, not_found, page
from schema.transport.http import view as graphql
from tasks_app import dispatch, prometheus
from tasks_app.rest import urls as rest


def healthz(request: HttpRequest) -> HttpResponse:
    """Return 200 while the process runs."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    """Return 200 if requests can be served. The database is required, the broker is not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        database = True
    except DatabaseError:
        database = False
    try:
        dispatch.check_broker()
        broker = True
    except dispatch.BrokerUnavailableError:
        broker = False
    states = {True: "ok", False: "away"}
    return JsonResponse(
        {"database": states[database], "broker": states[broker]}, status=200 if database else 503
    )


def _error_handler(status: int, detail: str):  # type: ignore[no-untyped-def]
    def handler(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
        return refused(request, status, detail)

    return handler


handler400 = _error_handler(400, "Bad request.")
handler403 = _error_handler(403, "Forbidden.")
handler404 = not_found
handler500 = _error_handler(500, "Internal server error.")

graphql_page = after_login(page(graphql, **EDITOR))
# The browsable API consists of pages.
rest_paths = [
    path(str(each.pattern), page(each.callback), name=each.name) for each in rest.urlpatterns
]
docs = SpectacularSwaggerSplitView.as_view(url_name="openapi", template_name="swagger.html")

urlpatterns = [
    path("", after_login(dashboard), name="index"),
    path("app/", after_login(dashboard)),
    path("app/<path:path>", after_login(dashboard)),
    path("login/", page(LoginView.as_view(template_name="login.html")), name="login"),
    path("logout/", LogoutView.as_view(next_page="login"), name="logout"),
    *rest_paths,
    path("graphql/", graphql_page, name="graphql"),
    path("graphql", graphql_page),
    path("api/schema/", SpectacularAPIView.as_view(), name="openapi"),
    path("api/docs/", page(docs, style_src="'self' 'unsafe-inline'"), name="swagger"),
    path("admin/", admin.site.urls),
    path("healthz/", healthz),
    path("readyz/", readyz),
    path("metrics", login_required_page(prometheus.view)),
]
