"""What one request may ask for, counted in one pass over its document before anything is done.

Each fragment is measured once, so the pass is linear in the document's length, however often
fragments spread each other.
"""

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from graphql import (
    ArgumentNode,
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    parse,
)
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import validate_document

from schema.core.pagination import PAGE_DEFAULT, PAGE_MAX
from schema.execution.permissions import needed, refusal
from schema.types.tasks.types import HISTORY_MAX, RESULTS_DEFAULT
from tasks_app.log.pages import PAGE_EVENTS_MAX
from tasks_app.models import Role

TOKENS_MAX = 2_000

# How many values a list holds that is not cut by `first` or `last`.
_SIZES = {
    "tasks": PAGE_DEFAULT,
    "taskSchedules": PAGE_DEFAULT,
    "ticks": PAGE_DEFAULT,
    "results": RESULTS_DEFAULT,
    "history": HISTORY_MAX,
    "nodes(ids)": PAGE_MAX,
    "apiTokens": 100,
    "queues": 10,
    "pendingGroups": 5,
    "attention": 10,
    "workerNodes": 10,
    "statsHistory": 60,
    "statusCounts": 5,
    "events": PAGE_EVENTS_MAX,
}
_BEYOND = 10**6


class Measure(NamedTuple):
    """Of a selection: how deep it goes, how much it holds, how many values it may answer.

    Selections are fields and fragments, ``repeats`` is how often the same field is asked for in one
    place, and ``nesting`` how deep an argument goes.
    """

    depth: int = 0
    selections: int = 0
    aliases: int = 0
    repeats: int = 0
    nesting: int = 0
    cost: int = 0

    def plus(self, other: "Measure") -> "Measure":
        """Return the measure of both selections together."""
        return Measure(
            max(self.depth, other.depth),
            min(self.selections + other.selections, _BEYOND),
            min(self.aliases + other.aliases, _BEYOND),
            min(self.repeats + other.repeats, _BEYOND),
            max(self.nesting, other.nesting),
            min(self.cost + other.cost, _BEYOND),
        )


# The standard introspection query is 15 deep. Fields that repeat each other are compared with each
# other, which takes the square of them. A value costs about 10 µs to answer: the limit stands for a
# tenth of a second.
LIMITS = Measure(depth=15, selections=500, aliases=30, repeats=30, nesting=10, cost=10_000)


class DocumentCosts(NamedTuple):
    """What each operation of a document costs, by name, and what is too much in it."""

    costs: dict[str | None, int]
    errors: list[GraphQLError]


def measure_costs(document: DocumentNode) -> DocumentCosts:
    """Weighs fragments too that no operation spreads: validation reads them as well."""
    costs: dict[str | None, int] = {}
    scale = _CostAnalyzer(document)
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode | FragmentDefinitionNode):
            measure = scale.weigh_definition(node)
            if errors := list(_excesses(measure, node)):
                return DocumentCosts(costs, errors)
            if isinstance(node, OperationDefinitionNode):
                costs[node.name.value if node.name else None] = measure.cost
    return DocumentCosts(costs, [])


def _excesses(measure: Measure, node: Node) -> Iterator[GraphQLError]:
    for name, found, limit in zip(Measure._fields, measure, LIMITS, strict=True):
        if found > limit:
            message = f"The operation asks for too much: {name} {found} exceeds {limit}."
            yield GraphQLError(message, [node], extensions={"code": "QUERY_TOO_COMPLEX"})


class _CostAnalyzer:
    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            node.name.value: node.selection_set
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self._known: dict[str, Measure] = {}

    def weigh_definition(self, node: OperationDefinitionNode | FragmentDefinitionNode) -> Measure:
        try:
            if isinstance(node, FragmentDefinitionNode):
                return self._weigh_fragment(node.name.value)
            return self._weigh(node.selection_set)
        except RecursionError:
            return Measure(depth=_BEYOND)

    def _weigh(self, selections: SelectionSetNode | None) -> Measure:
        total = Measure()
        repeats: Counter[str] = Counter()
        for node in selections.selections if selections else ():
            measure = self._weigh_one(node)
            total = total.plus(measure)
            repeats[_answer_name(node)] += measure.repeats
        # What is in a fragment may repeat any field.
        shared = repeats.pop("", 0)
        most = shared + max(repeats.values(), default=0)
        return total._replace(repeats=min(most, _BEYOND))

    def _weigh_one(self, node: Any) -> Measure:
        if isinstance(node, FragmentSpreadNode):
            inner = self._weigh_fragment(node.name.value)
        else:
            inner = self._weigh(node.selection_set)
        if not isinstance(node, FieldNode):
            return inner._replace(selections=inner.selections + 1)
        cost = 0 if node.name.value == "__schema" else 1 + _size(node) * inner.cost
        return Measure(
            depth=inner.depth + 1,
            selections=inner.selections + 1,
            aliases=inner.aliases + bool(node.alias),
            repeats=max(1, inner.repeats),
            nesting=max(inner.nesting, _nesting(node.arguments)),
            cost=min(cost, _BEYOND),
        )

    def _weigh_fragment(self, name: str) -> Measure:
        if name not in self._known:
            # While it is being weighed it weighs nothing, so that a cycle ends; another rule
            # refuses it. So does one for a fragment that is not there.
            self._known[name] = Measure()
            self._known[name] = self._weigh(self._fragments.get(name))
        return self._known[name]


def _answer_name(node: Any) -> str:
    return (node.alias or node.name).value if isinstance(node, FieldNode) else ""


def _size(node: FieldNode) -> int:
    """How many values the field can answer. A variable may turn out to be anything allowed."""
    for argument in node.arguments or ():
        if argument.name.value in ("first", "last"):
            value = argument.value
            is_number = isinstance(value, IntValueNode) and len(value.value) < 6
            return max(1, int(value.value)) if is_number else PAGE_MAX  # type: ignore[attr-defined]
        if argument.name.value == "ids":
            return _SIZES["nodes(ids)"]
    return _SIZES.get(node.name.value, 1)


def _nesting(arguments: tuple[ArgumentNode, ...] | None) -> int:
    return max((_depth(argument.value) for argument in arguments or ()), default=0)


def _depth(value: ValueNode) -> int:
    if isinstance(value, ObjectValueNode):
        return 1 + max((_depth(field.value) for field in value.fields), default=0)
    if isinstance(value, ListValueNode):
        return 1 + max(map(_depth, value.values), default=0)
    return 0


class Document(NamedTuple):
    """A document that has been read: what its operations cost and take, and what is wrong."""

    node: DocumentNode
    costs: dict[str | None, int]
    roles: dict[str | None, Role]
    errors: list[GraphQLError]

    def refusals(self, operation_name: str | None) -> list[GraphQLError]:
        """Return the errors for which the operation is not executed for the current actor."""
        if self.errors:
            return self.errors
        if operation_name is None and len(self.costs) > 1:
            # Strawberry would take the first one.
            return [GraphQLError("The document has several operations: name the one to be run.")]
        if operation_name is None:
            [role] = self.roles.values() or [Role.ADMIN]
        else:
            role = self.roles.get(operation_name, Role.VIEWER)
        error = refusal(role)
        return [error] if error else []


@lru_cache(256)
def read(text: str, schema: GraphQLSchema, rules: tuple[type[ASTValidationRule], ...]) -> Document:
    """By its text: a document's own hash walks through all of it."""
    node = parse(text, max_tokens=TOKENS_MAX)
    costs, errors = measure_costs(node)
    # What asks for too much is not even shown to the rules.
    return Document(node, costs, needed(node), errors or validate_document(schema, node, rules))


class Documents(SchemaExtension):
    """Reads each document once, and puts what it costs, and may cost, into `extensions`."""

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
        context.pre_execution_errors = self._document.refusals(context._provided_operation_name)
        yield

    def get_results(self) -> dict[str, Any]:
        """Return the cost for the response's `extensions`."""
        context = self.execution_context
        if self._document is None or context.pre_execution_errors:
            return {}
        cost = self._document.costs[context.operation_name]
        return {"cost": {"requested": cost, "limit": LIMITS.cost}}
