"""Objects with a global ID (Relay's Node), and checks of the names and IDs in arguments."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import strawberry
import strawberry_django
from django.db.models import Model
from graphql import GraphQLError
from strawberry.relay.utils import from_base64, to_base64

from tasks_app.services.validation import NOT_STORABLE, is_storable, quoted

ID_OR_UUID = "The global ID or the UUID of the object."
IdOrUuid = Annotated[strawberry.ID, strawberry.argument(description=ID_OR_UUID)]


class BadInputError(GraphQLError):
    """An argument of the operation is not valid. The message is for the client.

    `field` is the path of the argument, for programs.
    """

    def __init__(self, message: str, *, field: Sequence[str] = ()) -> None:
        where = {"field": list(field)} if field else {}
        super().__init__(message, extensions={"code": "BAD_USER_INPUT", **where})


def check_size(name: str, size: int, maximum: int) -> None:
    """Check an argument that says how many elements a list has at most.

    Raises:
        BadInputError: It is negative, or too large.
    """
    if not 0 <= size <= maximum:
        raise BadInputError(f"`{name}` must be between 0 and {maximum}.")


@strawberry.interface(description="An object with a global ID.")
class Node:
    """The interface of objects with a global ID."""

    @strawberry.field(description="The global ID of the object. Opaque, and unique in all types.")
    def id(self: Model, info: strawberry.Info) -> strawberry.ID:
        """Return the global ID."""
        return global_id(info.path.typename or "", self.pk)


def described(description: str, **options: Any) -> Any:
    """Return a field that the model has, under the same name or as `field_name`."""
    return strawberry_django.field(description=description, **options)


def global_id(type_name: str, key: UUID) -> strawberry.ID:
    """Return the global ID of an object."""
    return strawberry.ID(to_base64(type_name, str(key)))


def parse_id(id: str, type_name: str) -> UUID:
    """Return the primary key in a global ID of a type, or in a UUID as the REST API has it.

    Raises:
        BadInputError: It is neither.
    """
    try:
        return UUID(id)
    except ValueError:
        name, key = split_id(id)
    if name != type_name:
        raise BadInputError(f"{quoted(id)} must be the global ID or the UUID of a {type_name}.")
    return key


def split_id(id: str) -> tuple[str, UUID]:
    """Return the type name and the primary key in a global ID.

    Raises:
        BadInputError: It is not a global ID.
    """
    try:
        name, key = from_base64(id)
        return name, UUID(key)
    except ValueError as error:
        raise BadInputError(f"{quoted(id)} must be a global ID: the `id` of an object.") from error


def checked_name(name: str, *path: str) -> str:
    """Return a name that a query looks for, if the database can.

    Args:
        name: The name.
        path: The path of the argument.

    Raises:
        BadInputError: It contains a NUL character.
    """
    if not is_storable(name):
        raise BadInputError(f"`{'.'.join(path)}` {NOT_STORABLE}", field=path)
    return name
