"""The documents of webhooks: which are valid, and the messages that they make of the log."""

import json
from typing import NamedTuple

from graphql import GraphQLError, OperationType, get_operation_ast
from graphql.execution.values import get_variable_values
from strawberry import Schema

from schema.event_sources import LogWatch
from schema.execution import documents, executor
from schema.execution.broadcast import Watch
from schema.execution.executor import RefusedError, Request, ResponseEncoder
from schema.types.events.log import StreamGap
from tasks_app.log.cursor import Cursor
from tasks_app.models import Webhook

# The subscriptions that read the log, so that they can continue from a cursor.
_ALLOWED = {"Subscription.taskStatusChanged", "Subscription.clusterEvents"}
_NOT_ALLOWED = "Must be a subscription to taskStatusChanged or clusterEvents."


class InvalidDocumentError(Exception):
    """The document of a webhook cannot be executed. The text says why."""


class Message(NamedTuple):
    """A message: its body, and the position in the log that its receiver has then reached."""

    cursor: Cursor
    body: str


class Stream(NamedTuple):
    """The subscription of a webhook, which makes messages of pages of the log."""

    watch: Watch
    encoder: ResponseEncoder

    @property
    def is_batched(self) -> bool:
        """Whether a message has several events, so that its end must be remembered."""
        return isinstance(self.watch, LogWatch)


def validate(schema: Schema, document: str, variables: dict[str, object]) -> dict[str, str]:
    """Return the errors of a document and its variables, by field."""
    try:
        documents.verify(document)
        found = executor.read(schema, document)
    except GraphQLError as error:
        return {"document": error.message}
    if refusals := found.refusals(None, variables):
        return {"document": refusals[0].message}
    operation = get_operation_ast(found.node)
    roots = {field for field in found.fields if field.startswith("Subscription.")}
    if operation is None or operation.operation != OperationType.SUBSCRIPTION or roots - _ALLOWED:
        return {"document": _NOT_ALLOWED}
    coerced = get_variable_values(
        schema._schema, list(operation.variable_definitions or ()), variables
    )
    if isinstance(coerced, list):
        return {"variables": coerced[0].message}
    return {}


async def open_stream(schema: Schema, webhook: Webhook) -> Stream:
    """Return the subscription of a webhook, for the current actor.

    Raises:
        InvalidDocumentError: It cannot be executed, for example because the schema has changed.
    """
    request = Request(webhook.document, webhook.variables, last_event_id=webhook.cursor)
    try:
        is_valid = await executor.run_in_thread(lambda: executor.is_subscription(schema, request))
        source, encoder = await executor.subscribe(schema, request) if is_valid else (None, None)
    except RefusedError as refused:
        raise InvalidDocumentError(str(refused.errors[0]["message"])) from refused
    if not isinstance(source, Watch) or encoder is None:
        raise InvalidDocumentError(_NOT_ALLOWED)
    return Stream(source, encoder)


def checked(answer: str) -> str:
    """Return the response to send, which has no errors.

    Raises:
        InvalidDocumentError: The execution failed, so there is nothing that a receiver could use.
    """
    if '"errors"' in answer and (errors := json.loads(answer).get("errors")):
        raise InvalidDocumentError(errors[0]["message"])
    return answer


async def gap_body(stream: Stream, cursor: Cursor) -> str:
    """Return the body that says that events before a cursor are no longer in the log."""
    data = None
    if stream.is_batched:
        [answer] = await stream.encoder.make([StreamGap(cursor=cursor.encode())])
        data = json.loads(checked(answer))["data"]
    return _body(data, {"code": "STREAM_GAP", "cursor": cursor.encode()})


def test_body(answer: str | None) -> str:
    """Return the body of a test: a response that the document has made, if it has made one."""
    data = json.loads(checked(answer))["data"] if answer else None
    return _body(data, {"code": "TEST"})


def _body(data: object, extensions: dict[str, str]) -> str:
    return json.dumps({"data": data, "extensions": extensions}, separators=(",", ":"))
