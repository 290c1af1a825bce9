"""The mutation that takes back the cancellation of tasks."""

from typing import Annotated

import strawberry
import strawberry_django

from schema.core.payloads import INPUT, attempt, mutation_input, mutation_payload
from schema.types.tasks.mutations import TasksPayload
from tasks_app.services.tasks.restoring import EVENTS_MAX, restore_tasks


@mutation_input
class RestoreTasksInput:
    events: list[str] = strawberry.field(
        description=(
            f"The cursors of up to {EVENTS_MAX:,} events `TASK_CANCELLED` whose tasks were pending:"
            " `restorableEvents` of `cancelTasks`, or `cursor` of events of the log."
        )
    )
    dry_run: bool = strawberry.field(
        default=False, description="Whether to count the tasks only. Default false."
    )


@mutation_payload
class RestoreTasksPayload(TasksPayload): ...


@strawberry.type
class RestoreMutations:
    @strawberry_django.mutation(
        description=(
            "Make tasks pending again that events cancelled while they were pending, with all their"
            " fields and their place in the queue. Tasks that changed since are left out. The"
            " limits `maxConcurrentRuns` and `maxConcurrency` do not apply."
        )
    )
    def restore_tasks(self, input: Annotated[RestoreTasksInput, INPUT]) -> RestoreTasksPayload:
        count, errors = attempt(lambda: restore_tasks(input.events, dry_run=input.dry_run))
        return RestoreTasksPayload(count=count or 0, errors=errors)
