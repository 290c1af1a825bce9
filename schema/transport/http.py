"""GraphQL over HTTP, as its draft specification and its audits require."""

import json
from dataclasses import replace
from typing import Any

from cross_web import HTTPException
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from strawberry.django.views import GraphQLView as StrawberryView
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.http.parse_content_type import parse_content_type
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from schema import schema
from schema.core.responses import (
    JSON_TYPE,
    NOT_JSON,
    RESPONSE_TYPE,
    content_type,
    error_body,
    error_headers,
    media_type,
)
from schema.execution import documents
from schema.transport import caching, messages
from tasks_app.access import actors

_SUBSCRIPTIONS = (
    "Subscriptions are not available in this way. Use a WebSocket (graphql-transport-ws) at"
    " /graphql/ or server-sent events (graphql-sse) at /graphql/stream/."
)


# A form of another site cannot send JSON without a CORS preflight, and project.authentication
# requires the CSRF token of a session.
@method_decorator(csrf_exempt, name="dispatch")
class GraphQLView(StrawberryView[Any, Any]):
    """Strawberry's view, completed to the specification."""

    _is_request_error = False

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """Answer a request. Errors of the transport are GraphQL errors as well."""
        try:
            if actors.current().role is None:
                return refusal(
                    request,
                    401,
                    actors.AUTHENTICATION_REQUIRED,
                    headers={"WWW-Authenticate": "Bearer"},
                )
            return self.run(request=request)
        except RequestDataTooBig:
            return refusal(request, 413, messages.too_large())
        except UnicodeDecodeError:
            return refusal(request, 400, "The request body must be UTF-8.")
        except documents.DocumentError as error:
            is_strict = media_type(request.headers.get("accept", "")) == RESPONSE_TYPE
            is_unknown = error.code == "PERSISTED_QUERY_NOT_FOUND"
            # Older clients expect 200, and then send the text.
            status = 200 if is_unknown and not is_strict else 400
            return refusal(request, status, error.message, error.code)
        except HTTPException as error:
            return _refusal_of(request, error)

    def should_render_graphql_ide(self, request: Any) -> bool:
        """Return whether a browser asks for the page, and not for an operation by its hash."""
        return "extensions" not in request.query_params and super().should_render_graphql_ide(
            request
        )

    def parse_http_body(self, request: Any) -> GraphQLRequestData | list[GraphQLRequestData]:
        """Return the GraphQL request, which a body contains as JSON."""
        if request.method == "POST" and parse_content_type(request.content_type or "")[0] != (
            JSON_TYPE
        ):
            raise HTTPException(415, NOT_JSON)
        data = super().parse_http_body(request)
        assert not isinstance(data, list)  # batches are switched off
        return replace(data, query=documents.resolve(data.query or "", data.extensions) or None)

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
            raise HTTPException(400, f"The request {error}.") from error

    def process_result(self, request: HttpRequest, result: ExecutionResult) -> GraphQLHTTPResponse:
        """Return the response, without `data` if nothing was executed."""
        response = super().process_result(request, result)
        if result.data is None and result.errors and all(e.path is None for e in result.errors):
            # Nothing was executed, which is different from a result that is null.
            response.pop("data", None)
            self._is_request_error = True
        return response

    def create_response(
        self,
        response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse],
        sub_response: HttpResponse,
    ) -> HttpResponseBase:
        """Return the response in the media type that the client accepts."""
        response = super().create_response(response_data, sub_response)
        accept = self.request.headers.get("accept", "")
        response["Vary"] = "Accept"
        response["Content-Type"] = content_type(accept)
        if self._is_request_error and media_type(accept) == RESPONSE_TYPE:
            response.status_code = 400
        assert isinstance(response, HttpResponse)
        cached = caching.forbid if "errors" in response_data else caching.conditional
        return cached(self.request, response)

    def encode_json(self, data: object) -> str:
        """Return compact JSON."""
        return json.dumps(data, separators=(",", ":"))


def refusal(
    request: HttpRequest,
    status: int,
    message: str,
    code: str = "",
    *,
    headers: dict[str, str] | None = None,
    **extensions: object,
) -> HttpResponse:
    """Return a response with a GraphQL error, in the media type that the client accepts."""
    response = HttpResponse(
        json.dumps(error_body(message, status, code, **extensions)),
        status=status,
        headers=error_headers(request.headers.get("accept", ""), headers),
    )
    return caching.forbid(request, response)


def _refusal_of(request: HttpRequest, error: HTTPException) -> HttpResponse:
    match error.__cause__, error.status_code:
        case InvalidOperationTypeError(operation_type=OperationType.SUBSCRIPTION), _:
            return refusal(request, 400, _SUBSCRIPTIONS, "SUBSCRIPTION_TRANSPORT_REQUIRED")
        case InvalidOperationTypeError(), _:
            return refusal(request, 405, "Send mutations by POST.", headers={"Allow": "POST"})
        case _, 405:
            message = "GraphQL operations are sent by GET or POST."
            return refusal(request, 405, message, headers={"Allow": "GET, POST"})
    return refusal(request, error.status_code, error.reason)


view = GraphQLView.as_view(
    schema=schema,
    graphql_ide="graphiql" if settings.GRAPHQL_IDE else None,
    subscription_protocols=(),
)
