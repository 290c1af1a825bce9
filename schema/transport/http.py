"""GraphQL over HTTP, as its draft specification and its audits require."""

import json
from typing import Any

from cross_web import HTTPException
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from strawberry.django.views import GraphQLView as StrawberryView
from strawberry.http import GraphQLHTTPResponse
from strawberry.types import ExecutionResult

from schema import schema
from schema.transport import messages
from tasks_app import actors

RESPONSE_TYPE = "application/graphql-response+json"


# A form of another site cannot send JSON without a CORS preflight, and project.authentication
# requires the CSRF token of a session.
@method_decorator(csrf_exempt, name="dispatch")
class GraphQLView(StrawberryView[Any, Any]):
    """Strawberry's view, completed to the specification."""

    _is_request_error = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer a request. Errors of the transport are responses as well."""
        try:
            if actors.current().role is None:
                return _unauthenticated()
            return super().dispatch(request, *args, **kwargs)
        except RequestDataTooBig:
            return _refusal("The request body is too large.")
        except UnicodeDecodeError:
            return _refusal("The request body is not UTF-8.")

    def decode_json(self, data: str | bytes) -> object:
        """Return the decoded parameter of a request by GET."""
        try:
            return json.loads(data)
        except (RecursionError, ValueError) as error:
            raise HTTPException(400, "Unable to parse request body as JSON") from error

    def parse_json(self, data: str | bytes) -> Any:
        """Return the decoded and checked body of a request."""
        assert isinstance(data, str)  # decoded, and so known to be UTF-8
        try:
            return messages.parse(data)
        except ValueError as error:
            raise HTTPException(400, f"The request {error}") from error

    def process_result(self, request: HttpRequest, result: ExecutionResult) -> GraphQLHTTPResponse:
        """Return the response, without `data` if nothing was executed."""
        response = super().process_result(request, result)
        if result.data is None and result.errors and all(e.path is None for e in result.errors):
            # Nothing was executed, which is different from a result that is null.
            response.pop("data", None)
            self._is_request_error = True
        return response

    def create_response(self, response_data: Any, sub_response: HttpResponse) -> HttpResponseBase:
        """Return the response in the media type that the client accepts."""
        response = super().create_response(response_data, sub_response)
        response["Vary"] = "Accept"
        response["Content-Type"] = "application/json; charset=utf-8"
        if RESPONSE_TYPE in _accepted(self.request):
            response["Content-Type"] = f"{RESPONSE_TYPE}; charset=utf-8"
            if self._is_request_error:
                response.status_code = 400
        return response

    def encode_json(self, data: object) -> str:
        """Return compact JSON."""
        return json.dumps(data, separators=(",", ":"))


def _accepted(request: HttpRequest) -> set[str]:
    ranges = request.headers.get("accept", "").split(",")
    return {part.split(";")[0].strip().lower() for part in ranges}


def _unauthenticated() -> HttpResponse:
    error = {
        "message": actors.AUTHENTICATION_REQUIRED,
        "extensions": {"code": "UNAUTHENTICATED"},
    }
    return JsonResponse({"errors": [error]}, status=401, headers={"WWW-Authenticate": "Bearer"})


def _refusal(message: str) -> HttpResponse:
    return HttpResponse(message, status=400, content_type="text/plain")


view = GraphQLView.as_view(
    schema=schema,
    graphql_ide="graphiql" if settings.GRAPHQL_IDE else None,
    subscription_protocols=(),
)
