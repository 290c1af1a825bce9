"""The models' choices as GraphQL enums. A choice without a description does not import."""

from enum import Enum

import strawberry
from django.db.models import TextChoices

from tasks_app import models
from tasks_app.models import grid


def _publish(choices: type[TextChoices], name: str, description: str, **descriptions: str) -> None:
    strawberry.enum(choices, name=name, description=description)
    for value in choices.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = descriptions[value.name]


TaskStatus = models.Task.Status
_publish(
    TaskStatus,
    "TaskStatus",
    "Where a task stands. SUCCESS, FAILED and CANCELLED are ends, until it is retried.",
    PENDING="It waits: for its time, or for a node.",
    RUNNING="An attempt of a node holds it.",
    SUCCESS="Its sum is stored.",
    FAILED="It ended without a result; failedMessage says why.",
    CANCELLED="Somebody asked for that.",
)

ClusterEventKind = models.ClusterEvent.Kind
_publish(
    ClusterEventKind,
    "ClusterEventKind",
    "What happened. More kinds may come.",
    TASK_CREATED="A client asked for a task.",
    TASK_STARTED="A node took it, for one attempt.",
    TASK_SUCCEEDED="Its result was stored.",
    TASK_FAILED="It ended without a result.",
    TASK_CANCELLED="It ended because somebody asked for that.",
    TASK_CANCEL_REQUESTED="Somebody asked to end it while it was running.",
    TASK_GIVEN_BACK="Its node was lost; it waits for another one.",
    TASK_RETRIED="Somebody gave it a new run.",
    TASK_TICKED="A tick of its schedule gave it a new run.",
    SCHEDULE_CREATED="A client asked for a schedule.",
    SCHEDULE_UPDATED="Somebody changed a schedule.",
    SCHEDULE_DELETED="Somebody deleted a schedule, and its task with it.",
    SCHEDULE_PAUSED="Somebody paused a schedule.",
    SCHEDULE_RESUMED="Somebody had a paused schedule go on.",
    TICK_SKIPPED="A tick came that was not to run; the message says why.",
    TICK_MISSED="A tick was not run in time.",
    NODE_ONLINE="A node came, or was heard of again.",
    NODE_OFFLINE="A node left, or was not heard of any more.",
)

WorkerNodeConnection = models.WorkerNode.Connection
_publish(
    WorkerNodeConnection,
    "WorkerNodeConnectionState",
    "Whether a worker node has been heard of lately.",
    ONLINE="It sent a heartbeat within the last 10 seconds.",
    OFFLINE="It said good-bye, or fell silent.",
)


OverlapPolicy = grid.Overlap
_publish(
    OverlapPolicy,
    "OverlapPolicy",
    "What becomes of a tick that comes while the last run has not finished.",
    SKIP="It is skipped.",
    QUEUE_ONE="One is kept, and runs afterwards.",
)

TickOutcome = grid.Outcome
_publish(
    TickOutcome,
    "TickOutcome",
    "What became of a tick.",
    FIRED="It started a run.",
    SKIPPED="It came and was not to run; the reason says why.",
    MISSED="Nobody was there to run it in time.",
)

TickReason = grid.Reason
_publish(
    TickReason,
    "TickReason",
    "Why a tick is as it is. More reasons may come.",
    OVERLAP="The last run had not finished.",
    PAUSED="The schedule was paused.",
    LIMIT="It came after endsAt, or after maxRuns.",
    TRIGGERED="It did: somebody asked for it, beside the grid.",
)


@strawberry.enum(description="Why a task that waits is not running. More reasons may come.")
class PendingReason(Enum):
    NOT_DUE = strawberry.enum_value(
        "NOT_DUE", description="Its runAt has not come, or the first tick of its schedule."
    )
    QUEUE_PAUSED = strawberry.enum_value("QUEUE_PAUSED", description="Its queue is paused.")
    NO_NODE_FOR_QUEUE = strawberry.enum_value(
        "NO_NODE_FOR_QUEUE", description="No node that is online takes from its queue."
    )
    WAITING_FOR_SLOT = strawberry.enum_value(
        "WAITING_FOR_SLOT", description="The nodes are busy with others; its turn will come."
    )
