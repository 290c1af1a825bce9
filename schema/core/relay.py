"""Objects with an id that is unique among all types (Relay's Node)."""

from typing import Any
from uuid import UUID

import strawberry
import strawberry_django
from graphql import GraphQLError
from strawberry.relay.utils import from_base64, to_base64


class BadInputError(GraphQLError):
    """Something in the operation's arguments cannot be used. The message is for the client."""

    def __init__(self, message: str) -> None:
        super().__init__(message, extensions={"code": "BAD_USER_INPUT"})


@strawberry.interface(description="An object that can be fetched again by its id.")
class Node:
    @strawberry.field(description="Unique among all objects of all types. Opaque.")
    def id(self, info: strawberry.Info) -> strawberry.ID:
        row: Any = self
        return global_id(info.path.typename or "", row.pk)


def described(description: str) -> Any:
    """A field that the model has under the same name."""
    return strawberry_django.field(description=description)


def global_id(type_name: str, key: UUID) -> strawberry.ID:
    return strawberry.ID(to_base64(type_name, str(key)))


def parse_id(id: str, type_name: str) -> UUID:
    """The primary key in a global id of this type. A plain UUID, as in REST, will do too."""
    try:
        return UUID(id)
    except ValueError:
        name, key = split_id(id)
    if name != type_name:
        raise BadInputError(f"{_short(id)} is not the id of a {type_name}.")
    return key


def split_id(id: str) -> tuple[str, UUID]:
    """Type name and primary key of a global id."""
    try:
        name, key = from_base64(id)
        return name, UUID(key)
    except ValueError as error:
        raise BadInputError(f"{_short(id)} is not an id.") from error


def _short(id: str) -> str:
    return repr(id if len(id) <= 100 else f"{id[:100]}…")
