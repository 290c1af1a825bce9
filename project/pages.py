"""The pages: what the frontend's build made or, without it, the plain ones that stand in for it."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.response import SimpleTemplateResponse

# Nothing but our own files, and nothing written into the page, is run, shown or asked.
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
# GraphiQL's editor writes styles into the page, and its style sheet holds its fonts.
EDITOR = {"style_src": "'self' 'unsafe-inline'", "font_src": "'self' data:"}

View = Callable[..., HttpResponseBase]


def page(view: View, **directives: str) -> View:
    """The view, with a Content-Security-Policy and never cached where it answers with a page."""
    policy = _POLICY | {name.replace("_", "-"): value for name, value in directives.items()}
    header = "; ".join(f"{name} {value}" for name, value in policy.items())

    def protect(response: HttpResponseBase) -> None:
        if response.get("Content-Type", "").startswith("text/html"):
            response["Content-Security-Policy"] = header
            response["Cache-Control"] = "no-store"

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
            response.add_post_render_callback(protect)  # Rendering decides what it is.
        else:
            protect(response)
        return response

    return answer


def _dashboard(request: HttpRequest, path: str = "") -> HttpResponse:
    """The same for each path: which view it shows is decided in the browser."""
    return render(request, "index.html")


dashboard = page(_dashboard)


@page
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:
    """Answer a URL that nothing serves: browsers get a page, other clients get JSON."""
    if "text/html" in request.headers.get("Accept", ""):
        return render(request, "404.html", status=404)
    return JsonResponse({"detail": "Not found."}, status=404)
