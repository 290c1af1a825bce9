"""Parsers of form bodies, and the check that protects them from pages of other sites."""

from collections.abc import Mapping
from typing import IO, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework import parsers
from rest_framework.request import Request

JSON = parsers.JSONParser.media_type


class FormParser(parsers.FormParser):
    """Parses `application/x-www-form-urlencoded`, up to the maximum size of a request."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the fields. Raises RequestDataTooBig."""
        _check_size(context)
        return super().parse(stream, media_type, context)


class MultiPartParser(parsers.MultiPartParser):
    """Parses `multipart/form-data`, up to the maximum size of a request."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the fields. Raises RequestDataTooBig."""
        _check_size(context)
        return super().parse(stream, media_type, context)


def _check_size(context: Mapping[str, Any] | None) -> None:
    # A larger body is cut (see project/asgi.py), and a form that is cut is still a form.
    assert context is not None
    length = int(context["request"].META.get("CONTENT_LENGTH") or 0)
    if length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise RequestDataTooBig


def is_foreign_form(request: Request) -> bool:
    """Return whether a page of another site may have sent the request.

    A page can send forms to any site, without the permission of that site, but not JSON. Browsers
    say which site the page is from; other clients do not send these headers.
    """
    if request.content_type.startswith(JSON):
        return False
    origin = request.headers.get("Origin", "")
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return False
    if site := request.headers.get("Sec-Fetch-Site"):
        return site not in ("same-origin", "none")
    return bool(origin) and urlsplit(origin).netloc != request.get_host()
