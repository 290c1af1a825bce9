"""Errors as clients see them, and as the log records them."""

import logging
from collections.abc import Sequence

from graphql import GraphQLError
from strawberry.extensions import MaskErrors
from strawberry.types import ExecutionContext

from tasks_app.sql import outages

logger = logging.getLogger(__name__)


class InvalidValueError(ValueError):
    """A value from a client does not belong to the type of its argument."""


def is_public(error: GraphQLError) -> bool:
    """Return whether the client caused the error, so that its message can be sent."""
    original = error.original_error
    return original is None or isinstance(original, GraphQLError | InvalidValueError)


class Mask(MaskErrors):
    """Replaces each internal error by a generic one, and gives each error a code."""

    def __init__(self) -> None:
        super().__init__(should_mask_error=lambda error: True)

    def anonymise_error(self, error: GraphQLError) -> GraphQLError:
        """Return the error as clients may see it."""
        if is_public(error):
            # What has no code yet is a wrong value.
            return coded(error, "BAD_USER_INPUT")
        outage = outages.message_of(error.original_error)
        code = "DATABASE_UNAVAILABLE" if outage else "INTERNAL_ERROR"
        message = outage or "Internal error."
        return GraphQLError(message, nodes=error.nodes, path=error.path, extensions={"code": code})


def public(errors: Sequence[GraphQLError]) -> list[GraphQLError]:
    """Return the errors as clients may see them: internal ones are masked."""
    return [Mask().anonymise_error(error) for error in errors]


def coded(error: GraphQLError, code: str) -> GraphQLError:
    """Return the error with a code, unless it has one."""
    error.extensions = {"code": code, **(error.extensions or {})}
    return error


def log(errors: list[GraphQLError], context: ExecutionContext | None) -> None:
    """Log client errors as INFO, and others as ERROR: defects with their traceback."""
    name = (context and context.operation_name) or "anonymous operation"
    for error in errors:
        if is_public(error):
            logger.info("%s: %s", name, error.message)
        elif outages.message_of(error.original_error):
            reason = str(error.original_error).partition("\n")[0]
            logger.error("%s at %s: database unavailable: %s", name, error.path, reason)
        else:
            logger.error("%s at %s", name, error.path, exc_info=error.original_error)
