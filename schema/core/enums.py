"""The models' choices as GraphQL enums. A choice without a description does not import."""

from enum import Enum

import strawberry

from tasks_app import models, recurrence, stats
from tasks_app.services import pending


def _publish(choices: type[Enum], name: str, description: str, **descriptions: str) -> None:
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
    TASK_REQUEUED="An attempt was lost with its node or process; the task is pending again.",
    TASK_RETRIED="Somebody gave it a new run.",
    TASK_TICKED="A tick of its schedule gave it a new run.",
    TASK_PRUNED="Tasks were deleted, long after they had ended.",
    SCHEDULE_CREATED="A client asked for a schedule.",
    SCHEDULE_UPDATED="Somebody changed a schedule.",
    SCHEDULE_DELETED="Somebody deleted a schedule, and its task with it.",
    SCHEDULE_PAUSED="Somebody paused a schedule.",
    SCHEDULE_RESUMED="Somebody had a paused schedule go on.",
    TICK_SKIPPED="A tick came that was not to run; the message says why.",
    TICK_MISSED="A tick was not run in time.",
    NODE_ONLINE="A node came, or was heard of again.",
    NODE_OFFLINE="A node left, or was not heard of any more.",
    NODE_PAUSED="A node was ordered to take no more tasks.",
    NODE_RESUMED="A node was ordered to take tasks again.",
    NODE_DRAINING="A node was ordered to finish what it runs and to take no more.",
    NODE_DRAINED="A draining node has nothing left to finish.",
    NODE_RESIZED="A node was ordered to run so many tasks at once.",
    NODE_ASSIGNED="A node was ordered to take from these queues.",
    NODE_STOPPING="A node was ordered to end its process.",
    QUEUE_CREATED="A queue was added.",
    QUEUE_UPDATED="The limit of a queue was changed.",
    QUEUE_PAUSED="A queue was paused.",
    QUEUE_RESUMED="A paused queue was resumed.",
    TOKEN_CREATED="An API token was made.",
    TOKEN_REVOKED="An API token was revoked.",
)

Role = models.Role
_publish(
    Role,
    "Role",
    "What a token or a user may do. Each may what those before it may.",
    VIEWER="Read and follow everything but tokens.",
    OPERATOR="Create and steer tasks, schedules, queues and nodes.",
    ADMIN="Make and revoke tokens.",
)

WorkerNodeConnection = models.WorkerNode.Connection
_publish(
    WorkerNodeConnection,
    "WorkerNodeConnectionState",
    "Whether a worker node has been heard of lately.",
    ONLINE="It sent a heartbeat within the last 10 seconds.",
    OFFLINE="It said good-bye, or fell silent.",
)


WorkerNodeScheduling = models.WorkerNode.Scheduling
_publish(
    WorkerNodeScheduling,
    "WorkerNodeScheduling",
    "Whether a worker node is to take tasks.",
    ACTIVE="It takes tasks.",
    PAUSED="It takes none until it is resumed.",
    DRAINING="It finishes what it runs and takes nothing more.",
    DRAINED="It has finished, and takes none until it is resumed.",
)

OverlapPolicy = recurrence.Overlap
_publish(
    OverlapPolicy,
    "OverlapPolicy",
    "What becomes of a tick that comes while the last run has not finished.",
    SKIP="It is skipped.",
    QUEUE_ONE="One is kept, and runs afterwards.",
)

TickOutcome = recurrence.TickOutcome
_publish(
    TickOutcome,
    "TickOutcome",
    "What became of a tick.",
    FIRED="It started a run.",
    SKIPPED="It came and was not to run; the reason says why.",
    MISSED="Nobody was there to run it in time.",
)

TickReason = recurrence.TickReason
_publish(
    TickReason,
    "TickReason",
    "Why a tick is as it is. More reasons may come.",
    OVERLAP="The last run had not finished.",
    PAUSED="The schedule was paused.",
    LIMIT="It came after endsAt, or after maxRuns.",
    TRIGGERED="It did: somebody asked for it, plus the grid.",
)


PendingReason = pending.Reason
_publish(
    PendingReason,
    "PendingReason",
    "Why a task that waits is not running. More reasons may come.",
    NOT_DUE="Its runAt has not come, or the first tick of its schedule.",
    RETRY_WAIT="Attempts were lost, and the next waits a while.",
    QUEUE_PAUSED="Its queue is paused.",
    NO_NODE_FOR_QUEUE="No node that is online takes from its queue.",
    TOO_LARGE="It takes more slots than any of these nodes has.",
    NODES_PAUSED="All nodes that could run it are paused, draining or drained.",
    QUEUE_LIMIT="As many tasks of its queue run as may.",
    SLOTS_RESERVED="Nodes keep their free slots for a larger task that comes first.",
    WAITING_FOR_SLOT="The slots that the task could use are occupied.",
)


StatsWindow = stats.Window
_publish(
    StatsWindow,
    "StatsWindow",
    "How far back to look, in spans of ten seconds or, for an hour, of ten minutes.",
    MINUTE="The last minute.",
    FIVE_MINUTES="The last five minutes.",
    HOUR="The last hour.",
    ALL_TIME="Ever; perSecond is 0.",
)
