"""Responses to GraphQL requests that are refused before anything is executed."""

from collections.abc import Mapping

JSON_TYPE = "application/json"
RESPONSE_TYPE = "application/graphql-response+json"
PATH = "/graphql"

NOT_JSON = f"The Content-Type of the request must be {JSON_TYPE}."

_CODES = {
    400: "BAD_REQUEST",
    401: "UNAUTHENTICATED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    406: "NOT_ACCEPTABLE",
    413: "PAYLOAD_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    429: "RATE_LIMITED",
    500: "INTERNAL_ERROR",
    503: "UNAVAILABLE",
}


def is_graphql(path: str) -> bool:
    """Return whether clients of a path expect GraphQL errors."""
    return path == PATH or path.startswith(f"{PATH}/")


def media_type(accept: str) -> str:
    """Return the media type of a response, as the header `Accept` permits."""
    for accepted in accept.split(","):
        name, *parameters = (part.strip().lower() for part in accepted.split(";"))
        if name == RESPONSE_TYPE and "q=0" not in parameters:
            return RESPONSE_TYPE
    return JSON_TYPE


def content_type(accept: str) -> str:
    """Return the header `Content-Type` of a response."""
    return f"{media_type(accept)}; charset=utf-8"


def error_headers(accept: str, headers: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the headers of a response with an error, with additional ones."""
    return {"Content-Type": content_type(accept), "Vary": "Accept", **(headers or {})}


def error_body(
    message: str, status: int, code: str = "", **extensions: object
) -> dict[str, object]:
    """Return a response with one error. The default of its code depends on the HTTP status."""
    error = {"message": message, "extensions": {"code": code or _CODES[status], **extensions}}
    return {"errors": [error]}
