"""Errors in DRF's plain shape: `{"field": ["…"]}` or `{"detail": "…"}`."""

from django.core.exceptions import RequestDataTooBig
from django.core.exceptions import ValidationError as DjangoValidationError
from rest_framework import status
from rest_framework.exceptions import APIException, NotFound, ParseError, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler

from tasks_app.models import Task, TaskSchedule
from tasks_app.sql import outages


class DatabaseUnavailableError(APIException):
    """The database is unavailable: status 503, with the time after which to try again."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = outages.UNREACHABLE
    default_code = "database_away"
    wait = 5  # DRF's handler sends it as Retry-After


class IdempotencyConflictError(ValidationError):
    """The status is that of the draft standard for the Idempotency-Key header."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY


def exception_handler(exception: Exception, context: dict[str, object]) -> Response | None:
    """Answer refusals of the services, and requests that cannot be read, as DRF answers its own."""
    return drf_exception_handler(_as_api_exception(exception), context)


def _as_api_exception(exception: Exception) -> Exception:
    match exception:
        case DjangoValidationError():
            return _as_refusal(exception)
        case Task.DoesNotExist() | TaskSchedule.DoesNotExist():
            return NotFound()
        case RequestDataTooBig():
            return ParseError("The request body is too large.")
        case RecursionError():
            return ParseError("The request body is nested too deeply.")
    if outage := outages.message_of(exception):
        return DatabaseUnavailableError(outage)
    return exception


def _as_refusal(exception: DjangoValidationError) -> ValidationError:
    errors = exception.message_dict
    if "idempotency_key" in errors:  # The name of the request header.
        errors["Idempotency-Key"] = errors.pop("idempotency_key")
        codes = {each.code for each in exception.error_dict["idempotency_key"]}
        if "idempotency_conflict" in codes:
            return IdempotencyConflictError(errors)
    if "time_zone" in errors:  # The name of the field in a request.
        errors["timezone"] = errors.pop("time_zone")
    return ValidationError(errors)
