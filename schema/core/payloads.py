"""What mutations answer: what they made or changed, and what was refused."""

from collections.abc import Callable, Sequence
from enum import Enum
from typing import TypeVar

import strawberry
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from strawberry.utils.str_converters import to_camel_case

T = TypeVar("T")


@strawberry.enum(description="What is wrong, for programs. More codes may come.")
class UserErrorCode(Enum):
    INVALID = strawberry.enum_value("invalid", description="The value cannot be used.")
    OUT_OF_RANGE = strawberry.enum_value("out_of_range", description="Too little or too much.")
    NOT_FOUND = strawberry.enum_value("not_found", description="There is no such object.")
    ALREADY_EXISTS = strawberry.enum_value(
        "already_exists", description="There is one of this name."
    )
    NOT_ONLINE = strawberry.enum_value("not_online", description="The node is not online.")
    UNKNOWN_QUEUE = strawberry.enum_value("unknown_queue", description="There is no such queue.")
    IDEMPOTENCY_CONFLICT = strawberry.enum_value(
        "idempotency_conflict", description="The key came with other values before."
    )
    NOT_CANCELLABLE = strawberry.enum_value(
        "not_cancellable", description="The task has finished already."
    )
    NOT_TRIGGERABLE = strawberry.enum_value(
        "not_triggerable", description="The last run of the schedule's task has not finished."
    )
    NOT_RETRYABLE = strawberry.enum_value(
        "not_retryable", description="The task has neither failed nor been cancelled."
    )


@strawberry.type(description="Why something was refused.")
class UserError:
    code: UserErrorCode = strawberry.field(description="What is wrong, for programs.")
    field: list[str] = strawberry.field(description="The path to the argument at fault.")
    message: str = strawberry.field(description="What is wrong, for people.")


_CODES = {str(code.value): code for code in UserErrorCode}


def attempt(
    service: Callable[[], T], *, at: Sequence[str] = ("input",), key: str = "id"
) -> tuple[T | None, list[UserError]]:
    """The service's value, or what it refused. ``at`` is the path to what it was given.

    ``key`` is the name of the argument that says of what it was asked.
    """
    try:
        return service(), []
    except ValidationError as error:
        return None, user_errors(error, at=at)
    except ObjectDoesNotExist:
        message = "There is no such object."
        return None, [UserError(code=UserErrorCode.NOT_FOUND, field=[*at, key], message=message)]


def user_errors(error: ValidationError, *, at: Sequence[str]) -> list[UserError]:
    return [
        UserError(
            code=_CODES.get(fault.code or "", UserErrorCode.INVALID),
            field=[*at, *map(to_camel_case, name.split("."))],
            message=fault.messages[0],
        )
        for name, faults in error.error_dict.items()
        for fault in faults
    ]
