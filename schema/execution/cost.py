"""Limits on operations: the size of a document, and the number of values it can return.

A document is measured in one pass before anything is executed. Each fragment is measured once, so
the pass takes time linear in the length of the document, however often fragments spread each other.
Values of variables count in a second pass, of documents that use them as the size of a page.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    Node,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)

from schema.core.pagination import PAGE_DEFAULT, PAGE_MAX
from schema.types.nodes.runs import RUNS_DEFAULT
from schema.types.tasks.counts import GROUPS_DEFAULT
from schema.types.tasks.suggestions import SUGGESTIONS_DEFAULT
from schema.types.tasks.types import HISTORY_MAX, RESULTS_DEFAULT
from schema.types.webhooks import DELIVERIES_DEFAULT
from tasks_app.log.pages import PAGE_EVENTS_MAX

# The size of each list whose field has no `first`, `last` or `ids`.
_SIZES = {
    "tasks": PAGE_DEFAULT,
    "taskCounts": GROUPS_DEFAULT,
    "searchSuggestions": SUGGESTIONS_DEFAULT,
    "taskSchedules": PAGE_DEFAULT,
    "ticks": PAGE_DEFAULT,
    "backfills": PAGE_DEFAULT,
    "runs": PAGE_DEFAULT,
    "nodeRuns": RUNS_DEFAULT,
    "results": RESULTS_DEFAULT,
    "history": HISTORY_MAX,
    "apiTokens": 100,
    "webhooks": PAGE_DEFAULT,
    "alerts": PAGE_DEFAULT,
    "alertRules": 10,
    "deliveries": DELIVERIES_DEFAULT,
    "queues": 10,
    "pendingGroups": 5,
    "attention": 10,
    "workerNodes": 10,
    "statusCounts": 5,
    "timeSlots": 168,
    "blocked": 10,
    "invariants": 12,
    "examples": 10,
    "events": PAGE_EVENTS_MAX,
}
# What the computation of a field takes, as a number of values that take as long.
_COMPUTATIONS = {
    "clusterAt": 5_000,
    "forecast": 8_000,
    "ledger": 8_000,
    "scheduleDensity": 5_000,
    "timeSeries": 2_000,
}
_SIZE_ARGUMENTS = ("first", "last", "ids")
_BEYOND = 10**6


class Measure(NamedTuple):
    """The size of a selection.

    Attributes:
        depth: Levels of fields.
        selections: Number of fields and fragment spreads.
        aliases: Number of aliases.
        repeats: How often the same field is selected in one place.
        nesting: Levels of objects and lists in an argument.
        cost: Number of values that the selection can return.
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


# The standard introspection query has 15 levels. Validation compares repeated fields in pairs. A
# value takes about 10 µs, so the limit of the cost stands for a tenth of a second.
LIMITS = Measure(depth=15, selections=500, aliases=30, repeats=30, nesting=10, cost=10_000)


class DocumentCosts(NamedTuple):
    """The measurement of a document.

    Attributes:
        costs: The minimum cost of each operation, by name: with one element for each size that is a
            variable.
        errors: The limits that the document exceeds with any variables.
        has_variable_sizes: Whether the cost depends on variables.
    """

    costs: dict[str | None, int]
    errors: list[GraphQLError]
    has_variable_sizes: bool = False


def measure_costs(document: DocumentNode) -> DocumentCosts:
    """Measure all definitions. Unused fragments count as well, since validation reads them."""
    costs: dict[str | None, int] = {}
    scale = _CostAnalyzer(document)
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode | FragmentDefinitionNode):
            measure = scale.weigh_definition(node)
            if errors := list(excesses(measure, node)):
                return DocumentCosts(costs, errors)
            if isinstance(node, OperationDefinitionNode):
                costs[node.name.value if node.name else None] = measure.cost
    return DocumentCosts(costs, [], scale.has_variable_sizes)


def cost_with(
    node: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, object] | None
) -> int:
    """Return the cost of an operation with the values of its variables."""
    values = {**_default_sizes(operation), **(variables or {})}
    return _CostAnalyzer(node, values).weigh_definition(operation).cost


def excesses(measure: Measure, node: Node) -> Iterator[GraphQLError]:
    """Yield an error for each limit that a measure exceeds."""
    for name, found, limit in zip(Measure._fields, measure, LIMITS, strict=True):
        if found > limit:
            message = f"The operation asks for too much: {name} {found} exceeds {limit}."
            yield GraphQLError(message, [node], extensions={"code": "QUERY_TOO_COMPLEX"})


class _CostAnalyzer:
    """Measures definitions of a document.

    Args:
        document: The document.
        variables: The values of all variables that have one. None for the minimum cost.
    """

    def __init__(
        self, document: DocumentNode, variables: Mapping[str, object] | None = None
    ) -> None:
        self.has_variable_sizes = False
        self._variables = variables
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
        # The fields of a fragment can repeat any field.
        shared = repeats.pop("", 0)
        most = shared + max(repeats.values(), default=0)
        return total._replace(repeats=min(most, _BEYOND))

    def _weigh_one(self, node: SelectionNode) -> Measure:
        if isinstance(node, FragmentSpreadNode):
            inner = self._weigh_fragment(node.name.value)
        else:
            assert isinstance(node, FieldNode | InlineFragmentNode)
            inner = self._weigh(node.selection_set)
        if not isinstance(node, FieldNode):
            return inner._replace(selections=inner.selections + 1)
        name = node.name.value
        cost = _COMPUTATIONS.get(name, 0) + 1 + self._size(node) * inner.cost
        return Measure(
            depth=inner.depth + 1,
            selections=inner.selections + 1,
            aliases=inner.aliases + bool(node.alias),
            repeats=max(1, inner.repeats),
            nesting=max(inner.nesting, _nesting(node.arguments)),
            cost=0 if name == "__schema" else min(cost, _BEYOND),
        )

    def _weigh_fragment(self, name: str) -> Measure:
        if name not in self._known:
            # A fragment counts nothing while it is measured, so that a cycle ends. Validation
            # refuses cycles and unknown fragments.
            self._known[name] = Measure()
            self._known[name] = self._weigh(self._fragments.get(name))
        return self._known[name]

    def _size(self, node: FieldNode) -> int:
        """Return how many values the field can return."""
        sizes = [
            size
            for argument in node.arguments or ()
            if argument.name.value in _SIZE_ARGUMENTS
            and (size := self._argument_size(argument.value)) is not None
        ]
        return min(max(1, *sizes), _BEYOND) if sizes else _SIZES.get(node.name.value, 1)

    def _argument_size(self, value: ValueNode) -> int | None:
        """Return the size that an argument sets; None if it sets none, so that a default counts."""
        if not isinstance(value, VariableNode):
            return _literal_size(value)
        self.has_variable_sizes = True
        if self._variables is None:
            return 1
        return _value_size(self._variables.get(value.name.value))


def _answer_name(node: SelectionNode) -> str:
    return (node.alias or node.name).value if isinstance(node, FieldNode) else ""


def _literal_size(value: ValueNode) -> int | None:
    if isinstance(value, NullValueNode):
        return None
    if isinstance(value, ListValueNode):
        return len(value.values)
    is_number = isinstance(value, IntValueNode) and len(value.value) < 6
    return int(value.value) if is_number else PAGE_MAX  # type: ignore[attr-defined]


def _value_size(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, list):
        return len(value)
    # GraphQL accepts 3.0 as an Int, and one value as a list. It refuses others before the field is
    # resolved, with a message that says what is wrong.
    is_number = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return int(value) if is_number else 1  # type: ignore[call-overload]


def _default_sizes(operation: OperationDefinitionNode) -> dict[str, int | None]:
    return {
        definition.variable.name.value: _literal_size(definition.default_value)
        for definition in operation.variable_definitions or ()
        if definition.default_value
    }


def _nesting(arguments: tuple[ArgumentNode, ...] | None) -> int:
    return max((_depth(argument.value) for argument in arguments or ()), default=0)


def _depth(value: ValueNode) -> int:
    if isinstance(value, ObjectValueNode):
        return 1 + max((_depth(field.value) for field in value.fields), default=0)
    if isinstance(value, ListValueNode):
        return 1 + max(map(_depth, value.values), default=0)
    return 0
