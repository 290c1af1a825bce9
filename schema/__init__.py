"""The GraphQL API: one schema for HTTP, WebSocket and server-sent events."""

import re
from typing import Any

import strawberry
from django.conf import settings
from graphql import GraphQLError
from strawberry.extensions import DisableIntrospection
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.graphql import OperationType

from schema.core import errors
from schema.core.scalars import SCALARS
from schema.execution.parsing import Documents
from schema.mutations import Mutation
from schema.queries import Query
from schema.subscriptions import Subscription

_SINGLE_RESULT = {OperationType.QUERY, OperationType.MUTATION}


class Schema(strawberry.Schema):
    """A Strawberry schema that runs subscriptions elsewhere and logs errors by their origin."""

    def execute_sync(self, *args: Any, **options: Any) -> ExecutionResult:
        """Execute a query or mutation. Subscriptions are run by schema.execution.executor."""
        allowed = options.get("allowed_operation_types") or OperationType
        options["allowed_operation_types"] = _SINGLE_RESULT.intersection(allowed)
        return super().execute_sync(*args, **options)

    @staticmethod
    def remove_field_suggestion(error: GraphQLError) -> None:
        """Remove each suggestion. Strawberry only removes those of field names."""
        error.message = re.sub(r" Did you mean [^?]*\?", "", error.message)

    def process_errors(
        self, found: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Log the errors of an execution."""
        errors.log(found, execution_context)


schema = Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    config=StrawberryConfig(
        scalar_map=SCALARS, disable_field_suggestions=not settings.GRAPHQL_INTROSPECTION
    ),
    extensions=[
        *([] if settings.GRAPHQL_INTROSPECTION else [DisableIntrospection]),
        Documents,
        errors.Mask,
    ],
)
