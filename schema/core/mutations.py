"""Makes the field of a mutation from a function: its input and payload types, and its resolver.

GraphQL clients expect types of its own for each mutation. Most differ only in their names, so they
are made from the types that the mutations of a noun share.
"""

import inspect
from collections.abc import Callable
from dataclasses import fields
from typing import Annotated, Any

import strawberry
import strawberry_django
from django.db.models import Model
from strawberry.utils.str_converters import capitalize_first, to_camel_case

from schema.core.payloads import (
    INPUT,
    UserError,
    attempt,
    errors_field,
    mutation_input,
    mutation_payload,
)
from schema.core.prefetch import prefetch_for
from schema.core.relay import ID_OR_UUID


@strawberry.input
class IdInput:
    """The input of a mutation that needs only the object."""

    id: strawberry.ID = strawberry.field(description=ID_OR_UUID)


@strawberry.type
class DeletePayload:
    """The payload of a mutation that deletes an object."""

    deleted_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The global ID that the deleted object had. Null if the mutation failed.",
    )
    errors: list[UserError] = errors_field()


def mutation(
    payload: type, *, description: str, key: str = "id"
) -> Callable[[Callable[..., object]], Any]:
    """Return a decorator that makes the field of a mutation from a method.

    `pause_queue`, with the payload `QueuePayload` and a parameter `input` of type `QueueInput`, has
    the types `PauseQueueInput` and `PauseQueuePayload` in the schema. The method may have `info`,
    too. It may raise what `attempt` takes.

    Args:
        payload: The type that the payload extends. The method returns the value of its field, or a
            tuple if it has several besides `errors`. All have defaults, for a mutation that failed.
        description: The description of the mutation.
        key: The name of the parameter that identifies the object.
    """
    names = [field.name for field in fields(payload) if field.name != "errors"]

    def make_field(service: Callable[..., object]) -> Any:
        name = capitalize_first(to_camel_case(service.__name__))
        own_payload = mutation_payload(type(f"{name}Payload", (payload,), {}))
        parameters = inspect.signature(service).parameters
        own_input = _own_input(name, parameters["input"].annotation)

        def resolve(self: object, info: strawberry.Info, input: object) -> object:
            context = {"info": info} if "info" in parameters else {}
            value, errors = attempt(lambda: service(self, input=input, **context), key=key)
            if errors:
                return own_payload(errors=errors)
            values = dict(zip(names, value if len(names) > 1 else [value], strict=True))  # type: ignore[call-overload]
            for field, row in values.items():
                if isinstance(row, Model):
                    prefetch_for(info, [row], to_camel_case(field))
            return own_payload(**values, errors=[])

        resolve.__name__ = service.__name__
        resolve.__annotations__ |= {"input": Annotated[own_input, INPUT], "return": own_payload}
        return strawberry_django.mutation(resolve, description=description)

    return make_field


def _own_input(name: str, shared: type) -> type:
    """Return the input type of a mutation: that of the method, under the mutation's name."""
    if shared.__name__ == f"{name}Input":
        return shared
    return mutation_input(type(f"{name}Input", (shared,), {}))
