"""The checks of requests whose body is a form: its size, and the site that sent it."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import PermissionDenied
from rest_framework.parsers import JSONParser
from rest_framework.request import Request


def check_form(request: Request, *, has_token: bool) -> None:
    """Check a request that may have a form as its body.

    Raises:
        RequestDataTooBig: The form is too large.
        PermissionDenied: A page of another site sent the form, without a token.
    """
    if request.content_type.startswith(JSONParser.media_type):
        return
    # A larger body is cut (see project/asgi.py), and a form that is cut is still a form.
    if _length(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise RequestDataTooBig
    if not has_token and _is_foreign(request):
        raise PermissionDenied("A page of another site sent this form. Send JSON or an API token.")


def _length(request: Request) -> int:
    text: str = request.META.get("CONTENT_LENGTH") or ""
    return int(text) if text.isdecimal() else 0


def _is_foreign(request: Request) -> bool:
    # A page can send forms to any site without its permission, but not JSON. Browsers say which
    # site the page is from; other clients do not send these headers.
    origin = request.headers.get("Origin", "")
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return False
    if site := request.headers.get("Sec-Fetch-Site"):
        return site not in ("same-origin", "none")
    return bool(origin) and urlsplit(origin).netloc != request.get_host()
