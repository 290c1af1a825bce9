"""The choices of the application as GraphQL enums. Each value must have a description."""

from enum import Enum

import strawberry

from tasks_app import models, recurrence, stats
from tasks_app.services.tasks import pending


def _publish(choices: type[Enum], name: str, description: str, **descriptions: str) -> None:
    strawberry.enum(choices, name=name, description=description)
    for value in choices.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = descriptions[value.name]


TaskStatus = models.Task.Status
_publish(
    TaskStatus,
    "TaskStatus",
    "The status of a task's current run. `SUCCESS`, `FAILED` and `CANCELLED` are final.",
    PENDING="The task waits for its time, or to be claimed by a worker node.",
    RUNNING="A worker node runs an attempt of the task.",
    SUCCESS="The result of the task is stored.",
    FAILED="The task ended without a result. `failedMessage` contains the reason.",
    CANCELLED="The task was cancelled.",
)

ClusterEventKind = models.ClusterEvent.Kind
_publish(
    ClusterEventKind,
    "ClusterEventKind",
    "The kind of an event. More kinds may be added.",
    TASK_CREATED="Tasks were created.",
    TASK_STARTED="A worker node started an attempt of each task.",
    TASK_SUCCEEDED="The results of the tasks were stored.",
    TASK_FAILED="The tasks ended without a result.",
    TASK_CANCELLED="The tasks were cancelled.",
    TASK_CANCEL_REQUESTED="Cancellation of running tasks was requested.",
    TASK_ATTEMPT_FAILED=(
        "Attempts failed. The tasks are pending again for their next attempts. The message contains"
        " the reason."
    ),
    TASK_REQUEUED=(
        "Attempts were lost with their worker node or process. The tasks are pending again."
    ),
    TASK_RETRIED="New runs of failed or cancelled tasks were started on request.",
    TASK_RESTORED="Cancelled tasks became pending again, as they were before their cancellation.",
    TASK_TICKED="New runs of tasks were started by their schedules.",
    TASK_PRUNED="Finished tasks were deleted because their retention period had passed.",
    SCHEDULE_CREATED="A schedule was created.",
    SCHEDULE_UPDATED="A schedule was changed.",
    SCHEDULE_DELETED="A schedule was deleted with its task.",
    SCHEDULE_PAUSED="A schedule was paused.",
    SCHEDULE_RESUMED="A schedule was resumed.",
    BACKFILL_CREATED="A backfill was created.",
    BACKFILL_PAUSED="A backfill was paused.",
    BACKFILL_RESUMED="A backfill was resumed.",
    BACKFILL_CANCELLED="Backfills were cancelled.",
    BACKFILL_COMPLETED="All tasks of the backfills have ended.",
    TICK_SKIPPED="Scheduled times were skipped. The message contains the reason.",
    TICK_MISSED="Scheduled times were missed.",
    NODE_ONLINE="A worker node came online.",
    NODE_OFFLINE="A worker node went offline.",
    NODE_PAUSED="A worker node was paused.",
    NODE_RESUMED="A worker node was resumed.",
    NODE_DRAINING="Draining of a worker node was requested.",
    NODE_DRAINED="A draining worker node finished its last task.",
    NODE_RESIZED="The number of slots of a worker node was changed.",
    NODE_ASSIGNED="The queues of a worker node were changed.",
    NODE_STOPPING="A worker node was asked to stop.",
    NODE_FORGOTTEN="An offline worker node was removed. The message contains its name.",
    FAULT_INJECTED="A fault was injected into a worker node. The message says which.",
    QUEUE_CREATED="A queue was created.",
    QUEUE_UPDATED="The limit or the weight of a queue was changed.",
    QUEUE_PAUSED="A queue was paused.",
    QUEUE_RESUMED="A queue was resumed.",
    QUEUE_DELETED="A queue was deleted.",
    SCHEDULING_CHANGED=(
        "The scheduling policy of the cluster was changed. The message contains the new policy."
    ),
    CALENDAR_SAVED="A calendar was created or changed. The message contains its name.",
    CALENDAR_DELETED="A calendar was deleted. The message contains its name.",
    TOKEN_CREATED="An API token was created.",
    TOKEN_REVOKED="An API token was revoked.",
    WEBHOOK_CREATED="A webhook was created. The message contains its host and UUID.",
    WEBHOOK_UPDATED="A webhook or its secret was changed.",
    WEBHOOK_DISABLED="A webhook stopped. The message contains the reason.",
    WEBHOOK_RESUMED="A webhook was resumed or replayed.",
    WEBHOOK_DELETED="A webhook was deleted.",
    ALERT_OPENED="An alert was opened. `alert` contains it.",
    ALERT_RESOLVED="An alert was resolved. `alert` contains it.",
    ALERT_RULE_CHANGED="The rule for alerts of a kind was changed. The message contains it.",
)

AttentionKind = models.Alert.Kind
_publish(
    AttentionKind,
    "AttentionKind",
    "Why an item needs attention. More kinds may be added.",
    NODE_LOST="A worker node is offline because its heartbeats stopped.",
    TOO_LARGE="Tasks need more slots than any worker node has.",
    NO_NODE_FOR_QUEUE="No online worker node serves a queue with due tasks.",
    NODES_PAUSED="Every worker node that could run due tasks is paused or drained.",
    QUEUE_PAUSED="A queue with due tasks is paused.",
    SLOTS_IDLE="A worker node has free slots and has not started a due task for 5 seconds.",
    BACKLOG_GROWING=(
        "In each half of the last 10 minutes, more tasks of a queue became pending than started,"
        " and its oldest due task waited longer."
    ),
    TASKS_FAILING=(
        "At least 5 runs, and 20 percent of the runs in a queue, failed in the last 5 minutes."
    ),
    TICKS_MISSED="A schedule missed ticks in the last hour.",
    WEBHOOK_STOPPED=("A webhook is disabled or invalid. The message contains its host and UUID."),
)

Role = models.Role
_publish(
    Role,
    "Role",
    "The permissions of a user or a token. Each role includes those before it.",
    VIEWER="Read and subscribe to everything but tokens and webhooks. Save views of tasks.",
    OPERATOR="Create tasks, and control tasks, schedules, queues and worker nodes.",
    ADMIN="Create and revoke API tokens, and control webhooks.",
)

TokenScopeKind = models.ScopeKind
_publish(
    TokenScopeKind,
    "TokenScopeKind",
    "The kind of the object that a scoped token is limited to.",
    TASK="One task with its results.",
    SCHEDULE="One schedule with its tasks and backfills.",
    QUEUE="One queue with its tasks.",
)

WorkerNodeConnection = models.WorkerNode.Connection
_publish(
    WorkerNodeConnection,
    "WorkerNodeConnectionState",
    "Whether a worker node sends heartbeats.",
    ONLINE="The node sent a heartbeat within the last 10 seconds.",
    OFFLINE="The node stopped, or its heartbeats stopped.",
)


SchedulingPolicy = models.SchedulingSettings.Policy
_publish(
    SchedulingPolicy,
    "SchedulingPolicy",
    "The order in which worker nodes claim due tasks.",
    PRIORITY="Tasks with a higher priority first, then those that have been due for longer.",
    FIFO="Tasks that have been due for longer first.",
    AGED_PRIORITY=(
        "Tasks with a higher priority first. The priority of a task grows while it waits, by one"
        " for each period of `agingMs`."
    ),
    SHORTEST_FIRST="Tasks with a shorter duration first.",
    FAIR_SHARE=(
        "Tasks with a higher priority first. Among tasks of the same priority, queues share the"
        " slots in proportion to their weights. A queue without due tasks saves no credit."
    ),
)

WorkerNodeScheduling = models.WorkerNode.Scheduling
_publish(
    WorkerNodeScheduling,
    "WorkerNodeScheduling",
    "Whether a worker node claims tasks.",
    ACTIVE="The node claims tasks.",
    PAUSED="The node claims no tasks until it is resumed.",
    DRAINING="The node finishes the tasks that it runs and claims no others.",
    DRAINED="The node has finished its tasks and claims no others until it is resumed.",
)

OverlapPolicy = recurrence.Overlap
_publish(
    OverlapPolicy,
    "OverlapPolicy",
    "What happens to a scheduled time that comes while the previous run has not ended.",
    SKIP="The scheduled time is skipped.",
    QUEUE_ONE="One run is queued, and starts when the previous run has ended.",
    CANCEL_RUNNING=(
        "The previous run is cancelled, and a run starts when it has ended. If another scheduled"
        " time comes before that, it takes the place of the one that waits."
    ),
    ALLOW=(
        "Another run starts at once, as a task of its own, up to `maxConcurrentRuns` at the same"
        " time. Further scheduled times are skipped."
    ),
)

CatchUpPolicy = recurrence.CatchUp
_publish(
    CatchUpPolicy,
    "CatchUpPolicy",
    "What happens to scheduled times that came while no scheduler ran.",
    LATEST=(
        "The last one starts a run, unless it is later than the misfire grace period. The earlier"
        " ones are missed."
    ),
    ALL=(
        "Each starts a run when the previous run has ended. At most the last"
        f" {recurrence.CATCH_UP_MAX} wait. Earlier ones, and those later than the misfire grace"
        " period, are missed."
    ),
    NONE=f"A scheduled time that is more than {recurrence.ON_TIME_SECONDS} seconds late is missed.",
)

OnGap = recurrence.OnGap
_publish(
    OnGap,
    "OnGap",
    "What happens to a scheduled time that does not exist because clocks are set forward.",
    RUN_AFTER="A run starts once, right after the gap.",
    SKIP="The scheduled time is skipped.",
)

OnFold = recurrence.OnFold
_publish(
    OnFold,
    "OnFold",
    "What happens to a scheduled time that comes twice because clocks are set back.",
    FIRST="A run starts the first time.",
    BOTH="A run starts both times.",
)

TickNote = recurrence.TickNote
_publish(
    TickNote,
    "TickNote",
    "How a clock change or a calendar affects a scheduled time.",
    GAP_SHIFTED="The local time does not exist. The run starts right after the gap.",
    GAP_SKIPPED="The local time does not exist. No run starts.",
    FOLD_FIRST="The local time comes twice. This is the first time.",
    FOLD_SECOND="The local time comes twice. This is the second time.",
    EXCLUDED="A calendar excludes it and those that follow until the end of the excluded times.",
)

Weekday = recurrence.Weekday
_publish(
    Weekday,
    "Weekday",
    "A day of the week.",
    MONDAY="The first day of the week in ISO 8601.",
    TUESDAY="The second day of the week.",
    WEDNESDAY="The third day of the week.",
    THURSDAY="The fourth day of the week.",
    FRIDAY="The fifth day of the week.",
    SATURDAY="The sixth day of the week.",
    SUNDAY="The seventh day of the week.",
)

TickOutcome = recurrence.TickOutcome
_publish(
    TickOutcome,
    "TickOutcome",
    "What happened at a scheduled time.",
    FIRED="A run was started.",
    SKIPPED="No run was started, because of the rules of the schedule.",
    MISSED=(
        "No run was started in time, because no scheduler was running or because earlier runs took"
        " too long."
    ),
)

TickReason = recurrence.TickReason
_publish(
    TickReason,
    "TickReason",
    "Why a scheduled time had its outcome. More reasons may be added.",
    OVERLAP=(
        "The previous run had not ended. With the overlap policy `ALLOW`, as many runs as are"
        " allowed had not."
    ),
    PAUSED="The schedule was paused.",
    LIMIT="The scheduled time came after `endsAt`, or after `maxRuns` runs.",
    TRIGGERED="The run was triggered on request, apart from the scheduled times.",
)

WebhookState = models.Webhook.State
_publish(
    WebhookState,
    "WebhookState",
    "The state of a webhook.",
    ACTIVE="The last message was delivered, or none was sent yet.",
    RETRYING="The last attempt failed. The same message is sent again.",
    DISABLED=(
        "Nothing is sent until the webhook is resumed: the receiver failed for three days, answered"
        " 410, or the owner lost the role ADMIN."
    ),
    INVALID=(
        "Nothing is sent until the document is changed, because its execution fails. The message"
        " contains the reason."
    ),
)

BackfillState = models.Backfill.State
_publish(
    BackfillState,
    "BackfillState",
    "The state of a backfill. `DONE` and `CANCELLED` are final.",
    RUNNING="The scheduler creates its tasks.",
    PAUSED="No more tasks are created until the backfill is resumed.",
    DONE="All its tasks have ended.",
    CANCELLED="The backfill was cancelled.",
)

BackfillOrder = models.Backfill.Order
_publish(
    BackfillOrder,
    "BackfillOrder",
    "The order in which the scheduled times of a backfill run.",
    OLDEST_FIRST="The oldest scheduled time runs first.",
    NEWEST_FIRST="The newest scheduled time runs first.",
)

BackfillRunState = models.BackfillRun.State
_publish(
    BackfillRunState,
    "BackfillRunState",
    "The state of a scheduled time of a backfill.",
    WAITING="Its task has not been created.",
    ACTIVE="Its task is pending or running.",
    SUCCEEDED="Its task succeeded.",
    FAILED="Its task failed.",
    CANCELLED="Its task was cancelled, or the backfill before it had a task.",
)


TaskColumn = models.SavedView.Column
_publish(
    TaskColumn,
    "TaskColumn",
    "A column of a list of tasks that can be left out.",
    REASON="Why the task is pending, or why it failed.",
    QUEUE="The queue of the task.",
    PRIORITY="The priority of the task.",
    NODE="The worker node that claimed the task last.",
    QUEUE_TIME="How long the task waited from when it was due.",
    DURATION="How long the last attempt ran.",
    CREATED="The time at which the task was created.",
    FINISHED="The time at which the task ended.",
)


PendingReason = pending.Reason
_publish(
    PendingReason,
    "PendingReason",
    "Why a task is pending. More reasons may be added.",
    NOT_DUE="The time `runAt`, or the first scheduled time, has not come.",
    RETRY_WAIT="An attempt failed or was lost, and the next one waits for a backoff.",
    QUEUE_PAUSED="The queue of the task is paused.",
    NO_NODE_FOR_QUEUE="No online worker node serves the queue.",
    TOO_LARGE="The task needs more slots than any online worker node has.",
    NODES_PAUSED="Every worker node that could run the task is paused or drained.",
    QUEUE_LIMIT="The queue runs as many tasks as its limit allows.",
    CONCURRENCY_KEY="As many tasks with the concurrency key run as the task's limit allows.",
    START_RATE="The start rate of the queue lets no task start yet.",
    SLOTS_RESERVED="Worker nodes keep their free slots for a larger task that comes first.",
    WAITING_FOR_SLOT="The slots that the task could use are occupied.",
)


StatsWindow = stats.Window
_publish(
    StatsWindow,
    "StatsWindow",
    "A period before now. It begins at a multiple of 10 seconds; `HOUR` at one of 10 minutes.",
    MINUTE="The last minute.",
    FIVE_MINUTES="The last five minutes.",
    HOUR="The last hour.",
    ALL_TIME="The whole time since the cluster was created.",
)
