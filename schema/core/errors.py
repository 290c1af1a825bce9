"""What clients are told when something goes wrong, and what the log is told."""

import logging
from collections.abc import Sequence

from django.db import InterfaceError, OperationalError
from graphql import GraphQLError
from strawberry.extensions import MaskErrors
from strawberry.types import ExecutionContext

logger = logging.getLogger(__name__)


class InvalidValueError(ValueError):
    """A value of a client that is none of its type."""


def is_told(error: GraphQLError) -> bool:
    """Whether the error is the client's to mend, so that its message is meant for them."""
    original = error.original_error
    return original is None or isinstance(original, GraphQLError | InvalidValueError)


class Mask(MaskErrors):
    """Answers a plain word instead of an error of our own making."""

    def __init__(self) -> None:
        super().__init__(should_mask_error=lambda error: not is_told(error))

    def anonymise_error(self, error: GraphQLError) -> GraphQLError:
        if isinstance(error.original_error, OperationalError | InterfaceError):
            message, code = (
                "The database cannot be reached. Try again in a moment.",
                "DATABASE_UNAVAILABLE",
            )
        else:
            message, code = "Internal error.", "INTERNAL_ERROR"
        return GraphQLError(message, nodes=error.nodes, path=error.path, extensions={"code": code})


def told(errors: Sequence[GraphQLError]) -> list[GraphQLError]:
    """The errors as clients may see them."""
    mask = Mask()
    return [error if is_told(error) else mask.anonymise_error(error) for error in errors]


def log(errors: list[GraphQLError], context: ExecutionContext | None) -> None:
    """A client's mistake is no news; one of ours is, with its traceback."""
    name = (context and context.operation_name) or "anonymous operation"
    for error in errors:
        if is_told(error):
            logger.info("%s: %s", name, error.message)
        else:
            logger.error("%s at %s", name, error.path, exc_info=error.original_error)
