"""The role that an operation requires, which the fields at its root decide."""

from collections.abc import Iterator

from django.conf import settings
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    visit,
)

from tasks_app.access import actors, scopes
from tasks_app.models import Role, Scope, ScopeKind

_ROLES = {
    OperationType.QUERY: Role.VIEWER,
    OperationType.SUBSCRIPTION: Role.VIEWER,
    OperationType.MUTATION: Role.OPERATOR,
}
_FOR_ADMINS = {
    *("apiTokens", "createApiToken", "revokeApiToken"),
    *("webhook", "webhooks", "createWebhook", "updateWebhook", "deleteWebhook"),
    *("rotateWebhookSecret", "testWebhook", "resumeWebhook", "replayWebhook"),
    "injectFault",
}
# They change only what belongs to the actor, and nothing in the cluster.
_FOR_VIEWERS = {"saveView", "deleteView"}

# The fields that a scoped token may select. Below them are only objects inside of its scope, or
# names of others. All other types and fields are refused, also those added later.
_SCOPED = {
    "Query": {
        *("viewer", "task", "tasks", "taskCounts", "taskSchedule", "taskSchedules"),
        *("queue", "queues"),
    },
    "Subscription": {"taskStatusChanged"},
    "Mutation": {
        *("cancelTask", "retryTask", "pauseTaskSchedule", "resumeTaskSchedule"),
        *("triggerTaskSchedule", "pauseQueue", "resumeQueue"),
    },
    "Task": {
        *("id", "uuid", "a", "b", "status", "priority", "runAt", "expiresAt", "durationMs"),
        *("slots", "maxAttempts", "failAttempts", "retryBackoffMs", "concurrencyLimit"),
        *("version", "run", "attempt", "createdAt", "updatedAt"),
        *("startedAt", "finishedAt", "cancelRequestedAt", "dueAt", "result", "results"),
        *("isTerminal", "failedMessage", "celeryTaskId", "idempotencyKey", "queue"),
        *("concurrencyKey",),
        *("workerNode", "queueTimeMs", "runTimeMs", "history"),
    },
    "Queue": {"id", "name", "paused", "pausedAt", "createdAt"},
    "WorkerNode": {"id", "name"},
}
_SCOPED_BY_KIND = {
    ScopeKind.TASK: set[str](),
    ScopeKind.SCHEDULE: {
        *("Task.schedule", "Task.isOverlapping", "Task.scheduledFor", "Task.backfill"),
        *("Query.backfill", "Query.backfills"),
    },
    ScopeKind.QUEUE: {
        f"Queue.{name}"
        for name in ("pausedBy", "pauseNote", "runningLimit", "statusCounts", "stats")
    },
}
# Types of which all fields may be selected.
_SCOPED_TYPES = {
    *("Viewer", "TokenScope", "PageInfo", "UserError", "TaskConnection", "TaskEdge"),
    *("TaskCounts", "TaskCountGroup", "TaskResult", "TaskEvent", "TaskStatusChange"),
    *("TaskSchedule", "Recurrence", "Backfill", "BackfillCounts", "BackfillRun"),
    *("BackfillConnection", "BackfillEdge", "BackfillRunConnection", "BackfillRunEdge"),
    *("CronRecurrence", "ScheduleTick", "ScheduleTickConnection", "ScheduleTickEdge"),
    *("TaskScheduleConnection", "TaskScheduleEdge", "StatusCount", "TaskStats", "Percentiles"),
    *("CancelTaskPayload", "RetryTaskPayload", "PauseTaskSchedulePayload"),
    *("ResumeTaskSchedulePayload", "TriggerTaskSchedulePayload"),
    *("PauseQueuePayload", "ResumeQueuePayload"),
    *("__Schema", "__Type", "__Field", "__InputValue", "__EnumValue", "__Directive"),
}


class _Fields(Visitor):
    """Collects each selected field as `Type.field`."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.found: set[str] = set()
        self._types = types

    def enter_field(self, node: FieldNode, *_: object) -> None:
        parent = self._types.get_parent_type()
        self.found.add(f"{parent.name if parent else ''}.{node.name.value}")


def fields_of(document: DocumentNode, schema: GraphQLSchema) -> frozenset[str]:
    """Return the fields that a valid document selects, as `Type.field`."""
    types = TypeInfo(schema)
    fields = _Fields(types)
    visit(document, TypeInfoVisitor(types, fields))
    return frozenset(fields.found)


def scope_refusal(fields: frozenset[str]) -> GraphQLError | None:
    """Return why the scope of the current actor does not permit a document; None if it does."""
    scope = actors.current().scope
    if scope is None:
        return None
    refused = sorted(field for field in fields if not _is_scoped(field, scope))
    if not refused:
        return None
    message = f"{scopes.refusal(scope)} It cannot select {', '.join(refused[:5])}."
    return GraphQLError(message, extensions={"code": "FORBIDDEN"})


def _is_scoped(path: str, scope: Scope) -> bool:
    type_name, _, field = path.partition(".")
    return (
        field in ("__typename", "__schema", "__type")
        or type_name in _SCOPED_TYPES
        or field in _SCOPED.get(type_name, ())
        or path in _SCOPED_BY_KIND[scope.kind]
    )


def needed(document: DocumentNode) -> dict[str | None, Role]:
    """The role that each operation of a document takes, by its name."""
    fragments = {
        node.name.value: node.selection_set
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    return {
        node.name.value if node.name else None: _role(
            node.operation, set(_fields(node.selection_set, fragments, set()))
        )
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
    }


def _role(operation: OperationType, fields: set[str]) -> Role:
    if fields & _FOR_ADMINS:
        return Role.ADMIN
    # A replay has only viewers, and accepts no changes.
    if fields <= _FOR_VIEWERS and not settings.REPLAY:
        return Role.VIEWER
    return _ROLES[operation]


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
