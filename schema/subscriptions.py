"""The root type Subscription."""

from collections.abc import AsyncIterator
from typing import Annotated

import strawberry

from schema.core.enums import AttentionKind, ClusterEventKind
from schema.core.relay import BadInputError
from schema.event_sources import LogWatch, TaskChangeWhere, TaskWatch
from schema.execution.executor import run_in_thread
from schema.execution.polling import ClusterPolling
from schema.types.cluster import Cluster
from schema.types.events.log import ClusterEventMessage, parse_cursor
from schema.types.events.status_changes import TaskStatusChange
from tasks_app.log.cursor import Cursor

INTERVAL_MS_DEFAULT, INTERVAL_MS_MIN, INTERVAL_MS_MAX = 1_000, 250, 60_000

After = Annotated[
    str | None,
    strawberry.argument(
        description=(
            "A cursor of the event log, from a query or a subscription. Returns all events after"
            " it, each once. Default: the end of the log."
        )
    ),
]


@strawberry.type(description="The root of subscriptions, over WebSocket or server-sent events.")
class Subscription:
    @strawberry.subscription(
        description=(
            "The changes of matching tasks, in order. With `ids` or `scheduleId` and without a"
            " cursor, it begins with the state of these tasks, but not of overlapping runs and runs"
            " of backfills that have ended. If the log no longer contains the events after the"
            " cursor, it ends with an error whose code is `STREAM_GAP`."
        )
    )
    async def task_status_changed(
        self,
        info: strawberry.Info,
        where: Annotated[
            TaskChangeWhere | None,
            strawberry.argument(
                description="Returns the changes that match this condition. Default all."
            ),
        ] = None,
        after: After = None,
    ) -> AsyncIterator[TaskStatusChange]:
        cursor = _cursor(after, info)
        watch = await run_in_thread(lambda: TaskWatch(where or TaskChangeWhere(), cursor))
        return watch  # noqa: RET504  its type is not known to the type checker in one step

    @strawberry.subscription(
        description=(
            "The events of the log, in batches. The first batch is empty and contains the position"
            " from which the stream starts."
        )
    )
    async def cluster_events(
        self,
        info: strawberry.Info,
        after: After = None,
        kinds: Annotated[
            list[ClusterEventKind] | None,
            strawberry.argument(description="Returns events of these kinds. Default all."),
        ] = None,
        alert_kinds: Annotated[
            list[AttentionKind] | None,
            strawberry.argument(
                description=(
                    "Of the events about alerts, returns those about alerts of these kinds."
                    " Default all. It has no effect on other events."
                )
            ),
        ] = None,
    ) -> AsyncIterator[ClusterEventMessage]:
        return LogWatch(
            None if kinds is None else frozenset(kinds),
            _cursor(after, info),
            None if alert_kinds is None else frozenset(alert_kinds),
        )

    @strawberry.subscription(
        description="The cluster as a whole: its state now, and again whenever it has changed."
    )
    async def cluster(
        self,
        interval_ms: Annotated[
            int,
            strawberry.argument(
                description=(
                    "The minimum interval between two messages, in milliseconds, from"
                    f" {INTERVAL_MS_MIN} to {INTERVAL_MS_MAX:,}. Default {INTERVAL_MS_DEFAULT:,}."
                )
            ),
        ] = INTERVAL_MS_DEFAULT,
    ) -> AsyncIterator[Cluster]:
        if not INTERVAL_MS_MIN <= interval_ms <= INTERVAL_MS_MAX:
            raise BadInputError(
                f"`intervalMs` must be between {INTERVAL_MS_MIN} and {INTERVAL_MS_MAX}."
            )
        return ClusterPolling(interval_ms)


def _cursor(after: str | None, info: strawberry.Info) -> Cursor | None:
    if last_event_id := info.context.get("last_event_id"):
        return parse_cursor("Last-Event-ID", last_event_id)
    return None if after is None else parse_cursor("after", after)
