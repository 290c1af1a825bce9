"""Authentication of HTTP requests: middleware that runs before every view."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.signals import user_login_failed
from django.contrib.auth.views import redirect_to_login
from django.db import DatabaseError, InterfaceError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware

from schema.core.responses import is_graphql
from schema.transport.http import refusal
from tasks_app.access import actors, scopes
from tasks_app.rest.errors import DatabaseUnavailableError
from tasks_app.services.access import authentication
from tasks_app.sql import outages

# Health checks need no authentication.
_UNAUTHENTICATED = ("/healthz/", "/readyz/")
# The APIs that a scoped token may use, by the first segment of the path.
_SCOPED = {"graphql", "tasks", "task-schedules"}
_PASSWORDS = ("/login/", "/admin/login/")

View = Callable[..., HttpResponseBase]


class Access:
    """Middleware that authenticates a request by its token or session.

    Browsers send the session cookie for requests of any site, so that these need a CSRF token as
    well if they can write. Requests with an API token need none.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response
        self._csrf = CsrfViewMiddleware(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Authenticate the request, and call the next layer as the actor."""
        if request.path_info in _UNAUTHENTICATED:
            return self._get_response(request)
        address = _address(request)
        try:
            if request.method == "POST" and request.path_info in _PASSWORDS:
                authentication.check_failed_logins(address)
            actor = authentication.authenticate(
                request.headers.get("Authorization", ""),
                lambda: request.user if request.user.is_authenticated else None,
                address=address,
                reason=request.headers.get("X-Request-Reason", ""),
            )
        except authentication.InvalidTokenError:
            return unauthenticated(request, actors.CREDENTIALS_REFUSED)
        except authentication.RateLimitedError as error:
            return rate_limited(request, error.seconds)
        except (DatabaseError, InterfaceError) as error:
            if response := self.process_exception(request, error):
                return response
            raise
        if actor.scope and _first_segment(request.path_info) not in _SCOPED:
            return refused(request, 403, scopes.refusal(actor.scope))
        if actor.by_session and self._is_forged(request):
            return refused(request, 403, "The CSRF token is missing or wrong.")
        with actors.acting_as(actor):
            return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer 503 if the database is unavailable to a view, such as the login."""
        outage = outages.message_of(error)
        return database_unavailable(request, outage) if outage else None

    def _is_forged(self, request: HttpRequest) -> bool:
        # Django's middleware has read the cookie before, but it exempts the APIs.
        return self._csrf.process_view(request, self._get_response, (), {}) is not None


def _first_segment(path: str) -> str:
    return path.removeprefix("/").partition("/")[0]


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


@receiver(user_login_failed)
def _note_wrong_password(request: HttpRequest | None = None, **_: object) -> None:
    if request is not None:
        authentication.record_failed_login(_address(request))


def refused(
    request: HttpRequest,
    status: int,
    detail: str,
    code: str = "",
    *,
    headers: dict[str, str] | None = None,
    **extensions: object,
) -> HttpResponse:
    """Return an error in the format of the API that the request is for."""
    if is_graphql(request.path_info):
        return refusal(request, status, detail, code, headers=headers, **extensions)
    return JsonResponse({"detail": detail}, status=status, headers=headers)


def unauthenticated(
    request: HttpRequest, detail: str = actors.AUTHENTICATION_REQUIRED
) -> HttpResponse:
    """Return the response to a request without valid credentials."""
    return refused(request, 401, detail, headers={"WWW-Authenticate": "Bearer"})


def rate_limited(request: HttpRequest, seconds: int) -> HttpResponse:
    """Return the response to a request beyond the rate limit."""
    detail = f"Too many requests. Try again in {seconds} s."
    return refused(request, 429, detail, headers={"Retry-After": str(seconds)}, retryAfter=seconds)


def database_unavailable(request: HttpRequest, outage: str) -> HttpResponse:
    """Return the response while the database is unavailable, or cannot be written."""
    error = DatabaseUnavailableError(outage)
    return refused(
        request,
        error.status_code,
        str(error.detail),
        "DATABASE_UNAVAILABLE",
        headers={"Retry-After": str(error.wait)},
    )


def login_required_page(view: View) -> View:
    """Wrap a view so that it requires a role."""

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if actors.current().role is None:
            return unauthenticated(request)
        return view(request, *args, **kwargs)

    return answer


def after_login(view: View) -> View:
    """Wrap a page so that anonymous users are redirected to the login page."""

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        wants_page = "text/html" in request.headers.get("Accept", "")
        if request.method == "GET" and wants_page and actors.current().role is None:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return answer
