"""Documents that were parsed, measured and validated, each once."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    get_operation_ast,
    parse,
)
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import validate_document

from schema.core.errors import coded
from schema.execution.cost import LIMITS, Measure, cost_with, excesses, measure_costs
from schema.execution.permissions import fields_of, needed, refusal, scope_refusal
from tasks_app.models import Role

TOKENS_MAX = 2_000


class Document(NamedTuple):
    """A document that was parsed, measured and validated.

    Attributes:
        node: The document.
        costs: The minimum cost of each operation, by name.
        has_variable_sizes: Whether the cost depends on variables.
        roles: The role that each operation requires, by name.
        errors: The errors for which no operation of the document is executed.
        fields: The fields that it selects, as `Type.field`; empty if there are errors.
    """

    node: DocumentNode
    costs: dict[str | None, int]
    has_variable_sizes: bool
    roles: dict[str | None, Role]
    errors: list[GraphQLError]
    fields: frozenset[str]

    def cost(self, operation_name: str | None, variables: Mapping[str, object] | None) -> int:
        """Return the cost of an operation with the values of its variables."""
        operation = get_operation_ast(self.node, operation_name)
        if operation is None or not self.has_variable_sizes:
            return self.costs.get(operation_name, 0)
        return cost_with(self.node, operation, variables)

    def refusals(
        self, operation_name: str | None, variables: Mapping[str, object] | None
    ) -> list[GraphQLError]:
        """Return the errors for which the operation is not executed for the current actor."""
        if self.errors:
            return self.errors
        if operation_name is None and len(self.costs) > 1:
            # Strawberry would execute the first one.
            message = "The document has several operations: name the one to be run."
            return [GraphQLError(message, extensions={"code": "BAD_REQUEST"})]
        if operation_name is None:
            [role] = self.roles.values() or [Role.ADMIN]
        else:
            role = self.roles.get(operation_name, Role.VIEWER)
        if error := refusal(role) or scope_refusal(self.fields):
            return [error]
        cost = self.cost(operation_name, variables)
        return list(excesses(Measure(cost=cost), self.node)) if cost > LIMITS.cost else []


@lru_cache(256)
def read(text: str, schema: GraphQLSchema, rules: tuple[type[ASTValidationRule], ...]) -> Document:
    """Parse, measure and validate a document.

    The cache is keyed by the text, since the hash of a document visits all its nodes.
    """
    try:
        node = parse(text, max_tokens=TOKENS_MAX)
    except GraphQLSyntaxError as error:
        coded(error, "GRAPHQL_PARSE_FAILED")
        raise
    costs, errors, has_variable_sizes = measure_costs(node)
    # Validation can take quadratic time, so it does not run if the document is too large.
    errors = errors or _validate(schema, node, rules)
    fields = frozenset[str]() if errors else fields_of(node, schema)
    return Document(node, costs, has_variable_sizes, needed(node), errors, fields)


def _validate(
    schema: GraphQLSchema, node: DocumentNode, rules: tuple[type[ASTValidationRule], ...]
) -> list[GraphQLError]:
    errors = validate_document(schema, node, rules)
    return [coded(error, "GRAPHQL_VALIDATION_FAILED") for error in errors]


class Documents(SchemaExtension):
    """Caches documents, refuses operations beyond the limits, and returns the cost."""

    _document: Document | None = None

    def on_parse(self) -> Iterator[None]:
        """Take the document from the cache, or parse and validate it."""
        context = self.execution_context
        if context.query:
            rules = context.validation_rules
            self._document = read(context.query, context.schema._schema, rules)
            context.graphql_document = self._document.node
        yield

    def on_validate(self) -> Iterator[None]:
        """Refuse the operation if it must not be executed."""
        assert self._document is not None
        context = self.execution_context
        context.pre_execution_errors = self._document.refusals(
            context._provided_operation_name, context.variables
        )
        yield

    def get_results(self) -> dict[str, object]:
        """Return the cost for the response's `extensions`."""
        context = self.execution_context
        if self._document is None or context.pre_execution_errors:
            return {}
        cost = self._document.cost(context.operation_name, context.variables)
        return {"cost": {"requested": cost, "limit": LIMITS.cost}}
