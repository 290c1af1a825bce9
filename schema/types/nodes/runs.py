"""The runs that ended on a worker node lately."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import strawberry
import strawberry_django
from django.utils import timezone

from schema.core.enums import TaskStatus
from schema.core.relay import BadInputError, check_size, checked_name, global_id
from schema.types.events.rows import Rows
from schema.types.nodes.types import NAME
from schema.types.tasks.types import Task
from tasks_app import models
from tasks_app.log import runs

RUNS_DEFAULT, RUNS_MAX = 100, 300
SECONDS_MAX = 3_600


@strawberry.type(description="A run of a task that ended on a worker node.")
class NodeRun:
    task_id: strawberry.ID = strawberry.field(description="The global ID of the task.")
    status: TaskStatus = strawberry.field(description="The status with which the run ended.")
    attempt: int = strawberry.field(description="The number of the run's last attempt, from 1.")
    started_at: datetime = strawberry.field(
        description="The time at which the last attempt started."
    )
    finished_at: datetime = strawberry.field(description="The time at which the run ended.")
    key: strawberry.Private[UUID]
    rows: strawberry.Private[Rows]

    @strawberry.field(description="The task as it is now. Null if it was deleted.")
    def task(self, info: strawberry.Info) -> Task | None:
        return next(iter(self.rows.tasks([self.key], 1, info)), None)


@strawberry.type
class NodeRunQueries:
    @strawberry_django.field(
        description=(
            "The last runs that ended on a worker node, newest first: also earlier runs of tasks"
            " that have run again since then. Empty if there is no node with this name."
        )
    )
    def node_runs(
        self,
        worker_node: Annotated[str, strawberry.argument(description=NAME)],
        last_seconds: Annotated[
            int,
            strawberry.argument(
                description=(
                    f"The length of the period before now, in seconds, 1 to {SECONDS_MAX:,}."
                    " Default 300."
                )
            ),
        ] = 300,
        first: Annotated[
            int,
            strawberry.argument(
                description=f"The number of runs, 0 to {RUNS_MAX}. Default {RUNS_DEFAULT}."
            ),
        ] = RUNS_DEFAULT,
    ) -> list[NodeRun]:
        check_size("first", first, RUNS_MAX)
        if not 1 <= last_seconds <= SECONDS_MAX:
            raise BadInputError(f"`lastSeconds` must be between 1 and {SECONDS_MAX:,}.")
        name = checked_name(worker_node, "workerNode")
        node = models.WorkerNode.objects.filter(name=name).first()
        since = timezone.now() - timedelta(seconds=last_seconds)
        found = runs.ended_on(node.pk, since, first) if node else []
        rows = Rows(([run.task_id] for run in found), ())
        return [
            NodeRun(
                task_id=global_id("Task", run.task_id),
                status=TaskStatus(run.status),
                attempt=run.attempt,
                started_at=run.started_at,
                finished_at=run.ended_at,
                key=run.task_id,
                rows=rows,
            )
            for run in found
        ]
