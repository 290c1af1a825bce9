"""Runs an operation as a stream of responses, each encoded once for all its subscribers.

The WebSocket and the SSE transport send these. The event loop only waits: threads parse documents,
execute operations and encode responses.
"""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Hashable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial
from typing import Any, NamedTuple, TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    Visitor,
    create_source_event_stream,
    get_operation_ast,
    specified_rules,
    visit,
)
from graphql.execution import execute_subscription_event
from graphql.execution.executor import Executor
from strawberry import Schema
from strawberry.schema.exceptions import CannotGetOperationTypeError
from strawberry.types import ExecutionResult as StrawberryResult

from schema.core import errors
from schema.execution import documents, parsing

logger = logging.getLogger(__name__)

RETRY_SECONDS = 1.0
# If a client does not read a response for so long, its connection is closed.
SEND_SECONDS = 10.0
# Responses of subscriptions have threads of their own, since client operations may be slow.
_operation_threads = ThreadPoolExecutor(settings.STREAM_THREADS, thread_name_prefix="stream")
_response_threads = ThreadPoolExecutor(2, thread_name_prefix="answers")

T = TypeVar("T")


class Request(NamedTuple):
    """A GraphQL request.

    Attributes:
        query: The document. Empty if the request contains only its hash; see `documents`.
        variables: The values of its variables.
        operation_name: The name of the operation to execute.
        may_write: Whether mutations are allowed.
        last_event_id: The cursor from which a subscription resumes, in place of `after`.
        wants_start: Whether a subscription that starts without a payload yields an empty response
            with the cursor from which it starts.
    """

    query: str
    variables: dict[str, object] | None = None
    operation_name: str | None = None
    may_write: bool = True
    last_event_id: str | None = None
    wants_start: bool = False

    @classmethod
    def of(cls, message: dict[str, Any], *, may_write: bool = True) -> "Request":
        """Return the request in a decoded JSON message.

        Raises:
            ValueError: The message is no request. The text is the predicate of a sentence.
        """
        query = message.get("query")
        if query is None:
            query = ""
        is_named = query or documents.is_persisted(message.get("extensions"))
        if not isinstance(query, str) or not is_named:
            raise ValueError("must have a `query`, a string that is not empty")
        for name, kind in (("variables", dict), ("operationName", str), ("extensions", dict)):
            if not isinstance(message.get(name), kind | None):
                rule = "an object" if kind is dict else "a string"
                raise ValueError(f"must have `{name}` that is {rule} or null")  # noqa: TRY004
        return cls(query, message.get("variables"), message.get("operationName"), may_write)


class Response(str):
    """An encoded response, with the cursor from which a client can resume after it."""

    __slots__ = ("cursor",)

    cursor: str | None

    def __new__(cls, text: str, cursor: str | None = None) -> "Response":
        """Return the response."""
        response = super().__new__(cls, text)
        response.cursor = cursor
        return response


_connections = 0


@contextmanager
def reserve_connection() -> Iterator[bool]:
    """Reserve a connection of this process, and yield whether it is within STREAMS_MAX."""
    global _connections
    _connections += 1
    try:
        yield _connections <= settings.STREAMS_MAX
    finally:
        _connections -= 1


class RefusedError(Exception):
    """The operation was refused before execution. The errors are sent to the client."""

    def __init__(self, found: Sequence[GraphQLError]) -> None:
        super().__init__(found)
        self.errors = [error.formatted for error in errors.public(found)]


class Source(AsyncIterator[object]):
    """The return value of a subscription resolver, which yields encoded responses."""

    wants_start = False

    def answers(self, answering: "ResponseEncoder") -> AsyncGenerator[str, None]:
        """Yield the encoded responses."""
        raise NotImplementedError

    async def __anext__(self) -> object:
        raise TypeError("A subscription is run by schema.execution.executor.")


class ResponseEncoder:
    """Encodes payloads as responses, for one selection with its variables.

    `key` is equal for all operations that make equal responses.
    """

    def __init__(self, executor: Executor[dict[str, object]], key: Hashable) -> None:
        self._executor = executor
        self.key = key

    async def make(self, payloads: Sequence[object]) -> list[str]:
        """Return a response for each payload. While the database is unavailable, it retries."""
        while True:
            try:
                return await _run(_response_threads, partial(self._make, payloads))
            except (OperationalError, InterfaceError) as error:
                logger.warning("cannot make responses, retrying: %s", str(error).strip())
                await asyncio.sleep(RETRY_SECONDS)

    def _make(self, payloads: Sequence[object]) -> list[str]:
        return [self._answer(payload) for payload in payloads]

    def _answer(self, payload: object) -> str:
        result = execute_subscription_event(self._executor.build_per_event_executor(payload))
        assert isinstance(result, ExecutionResult)  # All resolvers are synchronous.
        for error in result.errors or ():
            if isinstance(error.original_error, OperationalError | InterfaceError):
                raise error.original_error
        return encode(result)


def encode(result: ExecutionResult | StrawberryResult) -> str:
    """Return the response of an execution in JSON, with internal errors masked."""
    answer: dict[str, object] = {"data": result.data}
    if result.errors:
        errors.log(result.errors, None)
        answer["errors"] = [error.formatted for error in errors.public(result.errors)]
    if extensions := getattr(result, "extensions", None):
        answer["extensions"] = extensions
    return json.dumps(answer, separators=(",", ":"))


async def run_in_thread(function: Callable[[], T]) -> T:
    """Run a function in a thread for client operations."""
    return await _run(_operation_threads, function)


async def answers(schema: Schema, request: Request) -> AsyncGenerator[str, None]:
    """Yield the encoded responses: one for a query or mutation, any number for a subscription.

    Raises:
        RefusedError: The operation is not executed. Raised before the first response.
    """
    if await run_in_thread(partial(is_subscription, schema, request)):
        source, answering = await subscribe(schema, request)
        stream = source.answers(answering)
        try:
            async for answer in stream:
                yield answer
        except GraphQLError as error:
            # The subscription has started, so the error is a response.
            cursor = (error.extensions or {}).get("cursor")
            yield Response(encode(ExecutionResult(None, [error])), cursor)
        except Exception as error:  # noqa: BLE001  encode() logs it
            yield encode(ExecutionResult(None, [_internal(error)]))
        finally:
            await stream.aclose()
    else:
        yield await run_in_thread(partial(_execute, schema, request))


def _execute(schema: Schema, request: Request) -> str:
    try:
        result = schema.execute_sync(
            request.query,
            variable_values=request.variables,
            operation_name=request.operation_name,
            context_value={},
        )
    except CannotGetOperationTypeError as error:
        message, code = error.as_http_error_reason(), {"code": "BAD_REQUEST"}
        raise RefusedError([GraphQLError(message, extensions=code)]) from error
    if result.data is None and result.errors and all(e.path is None for e in result.errors):
        raise RefusedError(result.errors)
    return encode(result)


def is_subscription(schema: Schema, request: Request) -> bool:
    """Parse and validate the document, and return whether the operation is a subscription.

    Raises:
        RefusedError: The document is not valid, or the actor must not execute the subscription.
    """
    try:
        document = read(schema, request.query)
    except GraphQLError as error:
        raise RefusedError([error]) from error
    operation = get_operation_ast(document.node, request.operation_name)
    if operation and operation.operation == OperationType.MUTATION and not request.may_write:
        code = {"code": "METHOD_NOT_ALLOWED"}
        raise RefusedError([GraphQLError("Send mutations by POST.", extensions=code)])
    if operation is None or operation.operation != OperationType.SUBSCRIPTION:
        return False  # Its execution reports what is wrong with it.
    if refusals := document.refusals(request.operation_name, request.variables):
        raise RefusedError(refusals)
    return True


def read(schema: Schema, query: str) -> parsing.Document:
    """Return the parsed document, with its errors.

    Raises:
        GraphQLError: It cannot be parsed.
    """
    return parsing.read(query, schema._schema, tuple(specified_rules))


async def subscribe(schema: Schema, request: Request) -> tuple[Source, ResponseEncoder]:
    """Return the source of a subscription that `is_subscription` has accepted.

    Raises:
        RefusedError: Its variables or arguments are not valid.
    """
    document = read(schema, request.query)
    executor = schema.execution_context_class.build(
        schema._schema,
        document.node,
        context_value={"last_event_id": request.last_event_id},
        raw_variable_values=request.variables,
        operation_name=request.operation_name,
        hide_suggestions=schema.config.disable_field_suggestions,
    )
    if isinstance(executor, list):
        raise RefusedError(executor)
    try:
        source: Any = create_source_event_stream(executor)
        if asyncio.iscoroutine(source):
            source = await source
    except Exception as error:
        logger.exception("cannot subscribe")
        raise RefusedError([_internal(error)]) from error
    if isinstance(source, ExecutionResult):
        errors.log(source.errors or [], None)
        raise RefusedError(source.errors or [])
    source.wants_start = request.wants_start
    return source, ResponseEncoder(executor, _key(request, document.node, executor.operation))


def _internal(error: Exception) -> GraphQLError:
    return GraphQLError("Internal error.", original_error=error)


def _key(request: Request, document: DocumentNode, operation: OperationDefinitionNode) -> Hashable:
    """Return what the responses depend on. Arguments of the root field do not count."""
    found = _Variables()
    for definition in document.definitions:
        if isinstance(definition, FragmentDefinitionNode):
            visit(definition, found)
    for node in operation.selection_set.selections:
        if not isinstance(node, FieldNode):
            visit(node, found)
        elif node.selection_set:
            visit(node.selection_set, found)
    given = request.variables or {}
    variables = {name: given[name] for name in found.names if name in given}
    return request.query, request.operation_name, json.dumps(variables, sort_keys=True)


class _Variables(Visitor):
    """Collects the names of the variables that are used."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.names.add(node.name.value)


async def _run(threads: ThreadPoolExecutor, function: Callable[[], T]) -> T:
    # The context contains the actor.
    run = copy_context().run
    return await asyncio.get_running_loop().run_in_executor(threads, run, _freshly, function)


def _freshly(function: Callable[[], T]) -> T:
    """Call the function with a usable database connection."""
    close_old_connections()
    try:
        return function()
    except (OperationalError, InterfaceError):
        connection.close()
        raise
