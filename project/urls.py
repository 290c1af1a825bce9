"""Who answers where."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path
from django.views.generic import TemplateView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from schema.views import view as graphql


def healthz(request: HttpRequest) -> HttpResponse:
    """The process lives. Whether it can work is another question."""
    return HttpResponse("ok\n", content_type="text/plain")


def _plainly(status: int, detail: str):  # type: ignore[no-untyped-def]
    def answer(request: HttpRequest, exception: Exception | None = None) -> JsonResponse:
        return JsonResponse({"detail": detail}, status=status)

    return answer


handler400 = _plainly(400, "Bad request.")
handler403 = _plainly(403, "Forbidden.")
handler404 = _plainly(404, "Not found.")
handler500 = _plainly(500, "Internal server error.")

urlpatterns = [
    path("", TemplateView.as_view(template_name="index.html"), name="index"),
    path("", include("tasks_app.rest.urls")),
    path("graphql/", graphql, name="graphql"),
    path("api/schema/", SpectacularAPIView.as_view(), name="openapi"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="openapi"), name="swagger"),
    path("admin/", admin.site.urls),
    path("healthz/", healthz),
]
