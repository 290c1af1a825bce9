"""Inputs and payloads of mutations: their descriptions, and errors that the client can correct."""

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any, TypeVar, dataclass_transform

import strawberry
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from strawberry.utils.str_converters import to_camel_case

T = TypeVar("T")
Class = TypeVar("Class", bound=type)

INPUT = strawberry.argument(description="The parameters of the mutation.")


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def mutation_input(cls: Class) -> Class:
    """Make a class the input type of the mutation that it is named after."""
    return strawberry.input(cls, description=f"Input for `{_mutation_of(cls, 'Input')}`.")


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def mutation_payload(cls: Class) -> Class:
    """Make a class the payload type of the mutation that it is named after."""
    description = f"Payload returned by `{_mutation_of(cls, 'Payload')}`."
    return strawberry.type(cls, description=description)


def _mutation_of(cls: type, suffix: str) -> str:
    name = cls.__name__.removesuffix(suffix)
    return name[0].lower() + name[1:]


@strawberry.enum(description="The kind of a user error. More codes may be added.")
class UserErrorCode(Enum):
    INVALID = strawberry.enum_value("invalid", description="The value is not valid.")
    OUT_OF_RANGE = strawberry.enum_value(
        "out_of_range", description="The value is smaller or greater than allowed."
    )
    NOT_FOUND = strawberry.enum_value("not_found", description="The object does not exist.")
    ALREADY_EXISTS = strawberry.enum_value(
        "already_exists", description="An object with this name already exists."
    )
    IN_USE = strawberry.enum_value("in_use", description="Other objects use the object.")
    NOT_ONLINE = strawberry.enum_value("not_online", description="The worker node is not online.")
    NOT_OFFLINE = strawberry.enum_value(
        "not_offline", description="The worker node is not offline."
    )
    FAULTS_OFF = strawberry.enum_value(
        "faults_off", description="The setting `FAULTS` permits no faults."
    )
    UNKNOWN_QUEUE = strawberry.enum_value("unknown_queue", description="The queue does not exist.")
    IDEMPOTENCY_CONFLICT = strawberry.enum_value(
        "idempotency_conflict",
        description="The idempotency key was used before with other values.",
    )
    NOT_CANCELLABLE = strawberry.enum_value(
        "not_cancellable", description="The task has already finished."
    )
    NOT_TRIGGERABLE = strawberry.enum_value(
        "not_triggerable",
        description="The schedule allows no other run until one has ended.",
    )
    ALREADY_ENDED = strawberry.enum_value(
        "already_ended", description="The backfill is done or was cancelled."
    )
    NOT_RETRYABLE = strawberry.enum_value(
        "not_retryable", description="The task has neither failed nor been cancelled."
    )
    NOT_RESTORABLE = strawberry.enum_value(
        "not_restorable", description="The event is not the cancellation of pending tasks."
    )


@strawberry.type(description="An error that the client can correct.")
class UserError:
    code: UserErrorCode = strawberry.field(description="The kind of the error, for programs.")
    field: list[str] = strawberry.field(
        description="The path of the argument that caused the error, such as `input` and `a`."
    )
    message: str = strawberry.field(description="The error in a sentence, for people.")


def errors_field() -> Any:
    """Return the field `errors` of a payload."""
    return strawberry.field(
        description=(
            "The errors of the input. If there are any, nothing was changed. Empty if the mutation"
            " succeeded."
        )
    )


def result_field(noun: str) -> Any:
    """Return the field of a payload with the object that the mutation changed."""
    return strawberry.field(
        default=None,
        description=f"The {noun} after the mutation. Null if the mutation failed.",
    )


_CODES = {str(code.value): code for code in UserErrorCode}


def attempt(
    service: Callable[[], T], *, at: Sequence[str] = ("input",), key: str = "id"
) -> tuple[T | None, list[UserError]]:
    """Call a service; return its value, or the errors for which it refused.

    Args:
        service: Raises ValidationError by field, or ObjectDoesNotExist.
        at: The path of the service's parameters in the operation.
        key: The name of the parameter that identifies the object.
    """
    try:
        return service(), []
    except ValidationError as error:
        return None, user_errors(error, at=at)
    except ObjectDoesNotExist:
        message = f"`{to_camel_case(key)}` does not identify an existing object."
        return None, [UserError(code=UserErrorCode.NOT_FOUND, field=[*at, key], message=message)]


def user_errors(error: ValidationError, *, at: Sequence[str]) -> list[UserError]:
    """Return validation errors with the paths of their arguments, below the path `at`."""
    return [
        UserError(
            code=_CODES.get(each.code or "", UserErrorCode.INVALID),
            field=[*at, *map(to_camel_case, name.split("."))],
            message=each.messages[0],
        )
        for name, errors in error.error_dict.items()
        for each in errors
    ]
