"""Authentication and permissions of the REST API: reads require VIEWER, writes OPERATOR."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from tasks_app.access import actors, scopes
from tasks_app.models import Role
from tasks_app.rest.forms import check_form


class Bearer(BaseAuthentication):
    """Names the scheme in the header of a 401. The middleware has authenticated the request."""

    def authenticate(self, request: Request) -> None:
        """Leave the request as the middleware has authenticated it."""
        return

    def authenticate_header(self, request: Request) -> str:
        """Return the scheme for the header `WWW-Authenticate`."""
        return "Bearer"


class BearerInDocuments(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The scheme in the OpenAPI document."""

    target_class = Bearer
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """Return the scheme as OpenAPI describes it."""
        return {"type": "http", "scheme": "bearer"}


class MayCall(BasePermission):
    """Permits a request for its role and scope, and refuses forms of other sites."""

    def has_permission(self, request: Request, view: object) -> bool:
        """Return true, or raise the error for which the request is refused."""
        if actors.current().role is None:
            raise NotAuthenticated(actors.AUTHENTICATION_REQUIRED)
        needed = Role.VIEWER if request.method in SAFE_METHODS else Role.OPERATOR
        if message := actors.missing_role(needed):
            raise PermissionDenied(message)
        scope = actors.current().scope
        if scope and request.method not in SAFE_METHODS:
            raise PermissionDenied(f"{scopes.refusal(scope)} Use GraphQL to control it.")
        if request.method not in SAFE_METHODS:
            check_form(request, has_token=actors.current().token_id is not None)
        return True
