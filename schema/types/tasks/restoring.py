"""The mutation that takes back the cancellation of tasks."""

import strawberry

from schema.core.mutations import mutation
from schema.core.payloads import mutation_input
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


@strawberry.type
class RestoreMutations:
    @mutation(
        TasksPayload,
        description=(
            "Make tasks pending again that events cancelled while they were pending, with all their"
            " fields and their place in the queue. Tasks that changed since are left out. The"
            " limits `maxConcurrentRuns` and `maxConcurrency` do not apply."
        ),
    )
    def restore_tasks(self, input: RestoreTasksInput) -> int:
        return restore_tasks(input.events, dry_run=input.dry_run)
