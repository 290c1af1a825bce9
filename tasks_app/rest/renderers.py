"""The browsable API: the response as a page, with forms for the other methods."""

from typing import Any

from rest_framework import renderers, status
from rest_framework.request import Request

from tasks_app.access import actors

_REFUSED = (status.HTTP_400_BAD_REQUEST, status.HTTP_422_UNPROCESSABLE_ENTITY)


class BrowsableAPIRenderer(renderers.BrowsableAPIRenderer):
    """DRF's browsable API, with a template that the Content-Security-Policy permits."""

    template = "tasks_app/browsable.html"

    def get_context(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the context of the template, without a style sheet in the page."""
        return super().get_context(*args, **kwargs) | {
            "code_style": None,
            "actor": actors.current(),
        }

    def get_breadcrumbs(self, request: Request) -> list[tuple[str, str]]:
        """Return names and URLs of the parent pages, each once: URLs also work without a slash."""
        found = {url.rstrip("/"): (name, url) for name, url in super().get_breadcrumbs(request)}
        return list(found.values())

    def get_rendered_html_form(self, data: Any, view: Any, method: str, request: Request) -> Any:
        """Return the form of a method. After a refused request, it has its values and errors."""
        # DRF would take the serializer of the response for that of the form.
        form = self._refused_form(data, view, request) if method == request.method else None
        return form or super().get_rendered_html_form(None, view, method, request)

    def _refused_form(self, data: Any, view: Any, request: Request) -> Any:
        if view.response.status_code not in _REFUSED or not hasattr(view, "get_serializer"):
            return None
        # Errors of the services too. `detail`: the body cannot be parsed.
        errors = {name: messages for name, messages in data.items() if name != "detail"}
        if not errors:
            return None
        serializer = view.get_serializer(data=request.data)
        serializer.is_valid()
        serializer._errors = errors
        return self.render_form_for_serializer(serializer)
