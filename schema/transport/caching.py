"""Cache headers of responses to GraphQL requests by GET."""

from hashlib import blake2b

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response


def conditional(request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
    """Return a response without errors with an entity tag, or 304 if the client has the same one.

    A cache keeps responses of one client, and asks each time whether they are current.
    """
    if request.method != "GET":
        return response
    tag = f'W/"{blake2b(response.content, digest_size=16).hexdigest()}"'
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return get_conditional_response(request, etag=tag, response=response) or response


def forbid(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Return a response with errors, which no cache may keep."""
    if request.method == "GET":
        response["Cache-Control"] = "no-store"
    return response
