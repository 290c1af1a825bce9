"""The mutations of worker nodes, with their inputs and payload.

A mutation changes the desired state of a node. The node applies it within two seconds if it is
online, and when it comes back otherwise.
"""

from datetime import datetime

import strawberry

from schema.core.mutations import DeletePayload, mutation
from schema.core.payloads import UserError, errors_field, mutation_input, result_field
from schema.core.relay import global_id
from schema.types.nodes.types import NAME, WorkerNode
from schema.types.queues.types import NOTE
from tasks_app import models
from tasks_app.services import nodes


@strawberry.input
class WorkerNodeInput:
    name: str = strawberry.field(description=NAME)
    note: str = strawberry.field(default="", description=NOTE)


@mutation_input
class DrainWorkerNodeInput(WorkerNodeInput):
    deadline: datetime | None = strawberry.field(
        default=None,
        description=(
            "The time at which tasks that still run are requeued. Default null: no deadline."
        ),
    )


@mutation_input
class ResizeWorkerNodeInput(WorkerNodeInput):
    slots: int | None = strawberry.field(
        default=None,
        description=(
            "The number of slots, 1 to 100. Default null: the number that the worker node was"
            " started with."
        ),
    )


@mutation_input
class AssignWorkerNodeInput(WorkerNodeInput):
    queues: list[str] | None = strawberry.field(
        default=None,
        description=(
            "The names of the queues to serve. Default null: those that the worker node was started"
            " with."
        ),
    )


@strawberry.type
class WorkerNodePayload:
    worker_node: WorkerNode | None = result_field("worker node")
    errors: list[UserError] = errors_field()


@strawberry.type
class NodeMutations:
    @mutation(
        WorkerNodePayload,
        key="name",
        description="Pause a worker node: it claims no tasks and finishes those that it runs.",
    )
    def pause_worker_node(self, input: WorkerNodeInput) -> models.WorkerNode:
        return nodes.pause_node(input.name, note=input.note)

    @mutation(
        WorkerNodePayload,
        key="name",
        description="Resume a worker node that is paused or drained.",
    )
    def resume_worker_node(self, input: WorkerNodeInput) -> models.WorkerNode:
        return nodes.resume_node(input.name, note=input.note)

    @mutation(
        WorkerNodePayload,
        key="name",
        description=(
            "Drain a worker node: it claims no tasks and finishes those that it runs. When none is"
            " left, it is `DRAINED` until it is resumed."
        ),
    )
    def drain_worker_node(self, input: DrainWorkerNodeInput) -> models.WorkerNode:
        return nodes.drain_node(input.name, deadline=input.deadline, note=input.note)

    @mutation(
        WorkerNodePayload,
        key="name",
        description="Change the number of slots of a worker node. Running tasks continue.",
    )
    def resize_worker_node(self, input: ResizeWorkerNodeInput) -> models.WorkerNode:
        return nodes.resize_node(input.name, slots=input.slots, note=input.note)

    @mutation(
        WorkerNodePayload,
        key="name",
        description="Change the queues that a worker node serves.",
    )
    def assign_worker_node(self, input: AssignWorkerNodeInput) -> models.WorkerNode:
        return nodes.assign_node(input.name, queues=input.queues, note=input.note)

    @mutation(
        WorkerNodePayload,
        key="name",
        description=(
            "Stop a worker node: it finishes the tasks that it runs, and its process ends."
        ),
    )
    def stop_worker_node(self, input: WorkerNodeInput) -> models.WorkerNode:
        return nodes.stop_node(input.name, note=input.note)

    @mutation(
        DeletePayload,
        key="name",
        description=(
            "Remove an offline worker node. Its tasks, results and events stay, without their"
            " worker node. If it starts again, it is a new one."
        ),
    )
    def forget_worker_node(self, input: WorkerNodeInput) -> strawberry.ID:
        return global_id("WorkerNode", nodes.forget_node(input.name, note=input.note))
