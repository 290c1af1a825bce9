"""What each operation takes: a role for the fields at its root, whatever is below them."""

from collections.abc import Iterator

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
)

from tasks_app import actors
from tasks_app.models import Role

_ROLES = {
    OperationType.QUERY: Role.VIEWER,
    OperationType.SUBSCRIPTION: Role.VIEWER,
    OperationType.MUTATION: Role.OPERATOR,
}
_FOR_ADMINS = {"apiTokens", "createApiToken", "revokeApiToken"}


def needed(document: DocumentNode) -> dict[str | None, Role]:
    """The role that each operation of a document takes, by its name."""
    fragments = {
        node.name.value: node.selection_set
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    return {
        node.name.value if node.name else None: (
            Role.ADMIN
            if _FOR_ADMINS & set(_fields(node.selection_set, fragments, set()))
            else _ROLES[node.operation]
        )
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
    }


def _fields(
    selections: SelectionSetNode, fragments: dict[str, SelectionSetNode], seen: set[str]
) -> Iterator[str]:
    for node in selections.selections:
        if isinstance(node, FieldNode):
            yield node.name.value
        elif isinstance(node, FragmentSpreadNode):
            if (name := node.name.value) not in seen:
                seen.add(name)
                if name in fragments:
                    yield from _fields(fragments[name], fragments, seen)
        else:
            yield from _fields(node.selection_set, fragments, seen)  # type: ignore[attr-defined]


def refusal(needed: Role) -> GraphQLError | None:
    """Why the actor may not run what takes this role; None if they may."""
    if actors.current().role is None:
        return GraphQLError(actors.AUTHENTICATION_REQUIRED, extensions={"code": "UNAUTHENTICATED"})
    if message := actors.missing_role(needed):
        return GraphQLError(message, extensions={"code": "FORBIDDEN"})
    return None
