"""The changes of the cluster that a forecast assumes, as inputs."""

from enum import Enum

import strawberry
from strawberry import UNSET
from strawberry.utils.str_converters import to_camel_case

from schema.core.enums import SchedulingPolicy
from schema.core.options import option
from schema.types.nodes.types import NAME as NODE_NAME
from schema.types.queues.types import NAME as QUEUE_NAME
from schema.types.queues.types import RUNNING_LIMIT
from schema.types.scheduling import AGING, BACKFILL, POLICY
from tasks_app.models.node import NODE_SLOTS_MAX
from tasks_app.options import AGING_MS
from tasks_app.services.forecasts import changes
from tasks_app.simulation.forecast.scenario import TASKS_MAX

_SLOTS = f"The number of slots, 1 to {NODE_SLOTS_MAX}."


@strawberry.input(description="A worker node, in a change that a forecast assumes.")
class ForecastNodeInput:
    node: str = strawberry.field(description=NODE_NAME)


@strawberry.input(description="The number of slots of a worker node, in a forecast.")
class ForecastNodeSlotsInput(ForecastNodeInput):
    slots: int = strawberry.field(description=_SLOTS)


@strawberry.input(description="Worker nodes that come online, in a forecast.")
class ForecastNewNodesInput:
    slots: int = strawberry.field(
        description=f"The number of slots of each worker node, 1 to {NODE_SLOTS_MAX}."
    )
    count: int = strawberry.field(
        default=1, description=f"The number of worker nodes, 1 to {changes.NODES_MAX}. Default 1."
    )
    queues: list[str] | None = strawberry.field(
        default=None, description="The names of the queues to serve. Default null: all queues."
    )


@strawberry.input(description="A queue, in a change that a forecast assumes.")
class ForecastQueueInput:
    queue: str = strawberry.field(description=QUEUE_NAME)


@strawberry.input(description="The limit of a queue, in a forecast.")
class ForecastQueueLimitInput(ForecastQueueInput):
    limit: int | None = strawberry.field(description=RUNNING_LIMIT)


@strawberry.input(description="The scheduling policy, in a forecast.")
class ForecastPolicyInput:
    policy: SchedulingPolicy = strawberry.field(description=POLICY)
    backfill: bool = strawberry.field(default=True, description=f"{BACKFILL} Default true.")
    aging_ms: int = strawberry.field(default=AGING_MS, description=f"{AGING} Default {AGING_MS:,}.")


@strawberry.input(description="Tasks that are created now, in a forecast.")
class ForecastNewTasksInput:
    count: int = strawberry.field(description=f"The number of tasks, 1 to {TASKS_MAX:,}.")
    queue: str = option("queue")
    duration_ms: int = option("duration_ms")
    slots: int = option("slots")
    priority: int = option("priority")


@strawberry.input(
    description="A change of the cluster that a forecast assumes: exactly one of these.",
    one_of=True,
)
class ForecastChange:
    drain_node: ForecastNodeInput | None = strawberry.field(
        default=UNSET,
        description="A worker node claims no more tasks, and finishes those that it runs.",
    )
    resume_node: ForecastNodeInput | None = strawberry.field(
        default=UNSET, description="A worker node that is paused or drained claims tasks again."
    )
    set_node_slots: ForecastNodeSlotsInput | None = strawberry.field(
        default=UNSET, description="A worker node has another number of slots."
    )
    add_nodes: ForecastNewNodesInput | None = strawberry.field(
        default=UNSET, description="More worker nodes come online. They are named `new-1`, `new-2`."
    )
    pause_queue: ForecastQueueInput | None = strawberry.field(
        default=UNSET, description="No task of a queue starts."
    )
    resume_queue: ForecastQueueInput | None = strawberry.field(
        default=UNSET, description="The tasks of a paused queue start again."
    )
    set_queue_limit: ForecastQueueLimitInput | None = strawberry.field(
        default=UNSET, description="A queue has another limit of running tasks, or none."
    )
    set_scheduling_policy: ForecastPolicyInput | None = strawberry.field(
        default=UNSET, description="Worker nodes claim by another scheduling policy."
    )
    add_tasks: ForecastNewTasksInput | None = strawberry.field(
        default=UNSET, description="More tasks are due."
    )

    @property
    def kind(self) -> str:
        """The name of the one that is given."""
        return next(name for name, value in vars(self).items() if value)

    @property
    def path(self) -> str:
        """The name of the one that is given, as clients see it."""
        return to_camel_case(self.kind)

    def to_change(self) -> changes.Change:
        """Return what the service takes."""
        given = vars(getattr(self, self.kind))
        values = {name: _plain(value) for name, value in given.items()}
        return _CHANGES[self.kind](**values)


def _plain(value: object) -> object:
    return value.value if isinstance(value, Enum) else value


_CHANGES: dict[str, type[changes.Change]] = {
    "drain_node": changes.DrainNode,
    "resume_node": changes.ResumeNode,
    "set_node_slots": changes.SetNodeSlots,
    "add_nodes": changes.AddNodes,
    "pause_queue": changes.PauseQueue,
    "resume_queue": changes.ResumeQueue,
    "set_queue_limit": changes.SetQueueLimit,
    "set_scheduling_policy": changes.SetSchedulingPolicy,
    "add_tasks": changes.AddTasks,
}
