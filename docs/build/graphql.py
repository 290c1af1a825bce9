"""The GraphQL reference: every type of the schema, with every description."""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLUnionType,
    get_named_type,
    is_introspection_type,
    is_specified_scalar_type,
)
from graphql.language import print_ast
from graphql.pyutils import Undefined
from graphql.utilities import ast_from_value

from docs.build.reference import cell

_ROOTS = {"Query": "Queries", "Mutation": "Mutations", "Subscription": "Subscriptions"}
_KINDS: list[tuple[str, type | tuple[type, ...]]] = [
    ("Objects", GraphQLObjectType),
    ("Interfaces and unions", (GraphQLInterfaceType, GraphQLUnionType)),
    ("Inputs", GraphQLInputObjectType),
    ("Enums", GraphQLEnumType),
    ("Scalars", GraphQLScalarType),
]


def page() -> str:
    """Return the page of the GraphQL API."""
    lines = [
        "# GraphQL API",
        "",
        (
            "The endpoint is `/graphql/`; subscriptions use the same path over WebSocket, or "
            "`/graphql/stream/`. The schema is also in `schema/schema.graphql`."
        ),
    ]
    types = _types()
    for name, heading in _ROOTS.items():
        lines += ["", f"## {heading}"]
        root = types.pop(name)
        assert isinstance(root, GraphQLObjectType)
        for field_name, field in root.fields.items():
            lines += [
                "",
                f"### {field_name}",
                "",
                _text(field.description),
                "",
                f"Returns {_type(field.type)}.",
                "",
            ]
            lines += _table("argument", field.args)
    for heading, kind in _KINDS:
        lines += ["", f"## {heading}"]
        for named in (each for each in types.values() if isinstance(each, kind)):
            lines += [
                "",
                f"### {named.name} {{ #type-{named.name.lower()} }}",
                "",
                _text(named.description),
                "",
                *_members(named),
            ]
    return "\n".join(lines) + "\n"


def events_page() -> str:
    """Return the page of event kinds."""
    kinds = _types()["ClusterEventKind"]
    assert isinstance(kinds, GraphQLEnumType)
    return "\n".join(
        [
            "# Events",
            "",
            (
                "The kinds of entries in the event log, as `clusterEvents` returns them. "
                "[The event log](../explanation/subscriptions.md) explains order and cursors."
            ),
            "",
            *_values(kinds),
            "",
        ]
    )


def _types() -> dict[str, GraphQLNamedType]:
    from schema import schema

    return {
        name: named
        for name, named in sorted(schema._schema.type_map.items())
        if not is_introspection_type(named)
        and not (is_specified_scalar_type(named) and not named.description)
    }


def _members(named: GraphQLNamedType) -> Iterator[str]:
    if isinstance(named, GraphQLObjectType | GraphQLInterfaceType):
        if named.interfaces if isinstance(named, GraphQLObjectType) else ():
            yield f"Implements {', '.join(_type(each) for each in named.interfaces)}.\n"
        yield from _table("field", named.fields)
    elif isinstance(named, GraphQLInputObjectType):
        yield from _table("field", named.fields)
    elif isinstance(named, GraphQLUnionType):
        yield f"One of {', '.join(_type(each) for each in named.types)}."
    elif isinstance(named, GraphQLEnumType):
        yield from _values(named)


def _table(
    kind: str, members: Mapping[str, GraphQLField | GraphQLArgument | GraphQLInputField]
) -> Iterator[str]:
    if not members:
        return
    yield f"| {kind} | type | description |"
    yield "| --- | --- | --- |"
    for name, member in members.items():
        arguments = getattr(member, "args", {})
        extra = "".join(
            f"<br>`{key}` ({_type(each.type)}{_default(each)}): {cell(each.description or '')}"
            for key, each in arguments.items()
        )
        yield (
            f"| `{name}` | {_type(member.type)}{_default(member)} |"
            f" {cell(member.description or '')}{extra} |"
        )


def _values(enum: GraphQLEnumType) -> Iterator[str]:
    yield "| value | description |"
    yield "| --- | --- |"
    for name, value in enum.values.items():
        yield f"| `{name}` | {cell(value.description or '')} |"


def _default(member: Any) -> str:
    value = getattr(member, "default_value", Undefined)
    if value is Undefined or value is None:
        return ""
    tree = ast_from_value(value, member.type)
    return "" if tree is None else f", default `{print_ast(tree)}`"


def _type(reference: Any) -> str:
    """Return the type as written in the schema, linked to its section where it has one."""
    named = get_named_type(reference)
    written = f"`{reference}`"
    if is_specified_scalar_type(named):
        return written
    return f"[{written}](#type-{named.name.lower()})"


def _text(description: str | None) -> str:
    return (description or "").strip().replace("<", "&lt;")
