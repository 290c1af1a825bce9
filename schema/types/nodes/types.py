"""Worker nodes: what they show, and the mutations that control them.

A mutation changes the desired state of a node. The node applies it within two seconds if it is
online, and when it comes back otherwise.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Annotated, TypeVar

import strawberry
import strawberry_django
from django.db.models import Model

from schema.core.enums import StatsWindow, WorkerNodeConnection, WorkerNodeScheduling
from schema.core.payloads import (
    INPUT,
    UserError,
    attempt,
    errors_field,
    mutation_input,
    mutation_payload,
)
from schema.core.prefetch import Arguments, Loaded, fetch_selected, prefetch_for, prefetches
from schema.core.relay import Node, checked_name, described, global_id
from schema.types.queues.types import NOTE
from schema.types.statistics import TaskStats, Window, stats_of
from tasks_app import models
from tasks_app.services import nodes
from tasks_app.sql.claiming import claims

NAME = "The Celery name of the worker node, such as `node-1@host`."

_busy_slots = Loaded[int]("busySlots")


@strawberry_django.type(
    models.WorkerNode, description="A node of the cluster: a Celery worker with a pool of slots."
)
class WorkerNode(Node):
    name: str = described(NAME)
    host: str = described("The name of the host on which the node runs.")
    pid: int = described("The process ID of the node's main process.")
    version: str = described("The version of the software that the node runs.")
    labels: list[str] = described("The labels of the node, such as `zone=a`.")
    slots: int = described("The number of slots of the node: the size of its process pool.")
    queues: list[str] = described("The names of the queues that the node serves.")
    connection: WorkerNodeConnection = described("Whether the node sends heartbeats.")
    heartbeat_at: datetime = described("The time of the node's last heartbeat.")
    online_since: datetime = described("The time at which the node's current process came online.")
    lost_at: datetime | None = described(
        "The time at which the node was marked offline because its heartbeats had stopped. Null if"
        " it is online or has stopped by itself."
    )
    scheduling: WorkerNodeScheduling = described("Whether the node claims tasks.")
    scheduling_note: str = described(
        "The reason for which the node is paused or drained. Empty if none was given."
    )
    scheduling_by: str = described(
        "The name of the actor who paused or drained the node. Empty if it is unknown."
    )
    drain_deadline: datetime | None = described(
        "The time at which tasks that still run on the draining node are requeued. Null if there"
        " is no deadline."
    )
    desired_slots: int | None = described(
        "The number of slots that an operator set. Null for the number it was started with."
    )
    desired_queues: list[str] | None = described(
        "The queues that an operator assigned. Null for the queues it was started with."
    )
    stop_requested_at: datetime | None = described(
        "The time at which an operator asked the node to stop. Null if none did."
    )

    @strawberry.field(description="The number of slots that running tasks occupy.")
    def busy_slots(self: models.WorkerNode) -> int:
        return _busy_slots.of(self)

    @strawberry.field(description="Statistics of the runs that ended recently on the node.")
    def stats(self: models.WorkerNode, window: Window = StatsWindow.MINUTE) -> TaskStats:
        return stats_of(self, window)


@prefetches(models.WorkerNode, "busySlots")
def _load_busy_slots(rows: Sequence[models.WorkerNode], arguments: Arguments) -> Iterable[Model]:
    busy = claims.busy_slots()
    for row in rows:
        _busy_slots.set(row, busy.get(row.pk, 0))
    return []


@strawberry.input
class WorkerNodeInput:
    name: str = strawberry.field(description=NAME)
    note: str = strawberry.field(default="", description=NOTE)


@mutation_input
class PauseWorkerNodeInput(WorkerNodeInput): ...


@mutation_input
class ResumeWorkerNodeInput(WorkerNodeInput): ...


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


@mutation_input
class StopWorkerNodeInput(WorkerNodeInput): ...


@mutation_input
class ForgetWorkerNodeInput(WorkerNodeInput): ...


@strawberry.type
class WorkerNodePayload:
    worker_node: WorkerNode | None = strawberry.field(
        description="The worker node after the mutation. Null if the mutation failed."
    )
    errors: list[UserError] = errors_field()


@mutation_payload
class PauseWorkerNodePayload(WorkerNodePayload): ...


@mutation_payload
class ResumeWorkerNodePayload(WorkerNodePayload): ...


@mutation_payload
class DrainWorkerNodePayload(WorkerNodePayload): ...


@mutation_payload
class ResizeWorkerNodePayload(WorkerNodePayload): ...


@mutation_payload
class AssignWorkerNodePayload(WorkerNodePayload): ...


@mutation_payload
class StopWorkerNodePayload(WorkerNodePayload): ...


@mutation_payload
class ForgetWorkerNodePayload:
    deleted_id: strawberry.ID | None = strawberry.field(
        description="The global ID that the worker node had. Null if the mutation failed."
    )
    errors: list[UserError] = errors_field()


P = TypeVar("P", bound=WorkerNodePayload)


@strawberry.type
class NodeQueries:
    @strawberry_django.field(description="All worker nodes, online or offline, ordered by name.")
    def worker_nodes(self, info: strawberry.Info) -> list[WorkerNode]:
        return fetch_selected(info, models.WorkerNode.objects.order_by("name"))

    @strawberry_django.field(
        description="The worker node with this name. Null if it does not exist."
    )
    def worker_node(
        self,
        info: strawberry.Info,
        name: Annotated[str, strawberry.argument(description=NAME)],
    ) -> WorkerNode | None:
        found = models.WorkerNode.objects.filter(name=checked_name(name))
        return next(iter(fetch_selected(info, found)), None)


@strawberry.type
class NodeMutations:
    @strawberry_django.mutation(
        description="Pause a worker node: it claims no tasks and finishes those that it runs."
    )
    def pause_worker_node(
        self, info: strawberry.Info, input: Annotated[PauseWorkerNodeInput, INPUT]
    ) -> PauseWorkerNodePayload:
        return _payload(PauseWorkerNodePayload, info, input, nodes.pause_node)

    @strawberry_django.mutation(description="Resume a worker node that is paused or drained.")
    def resume_worker_node(
        self, info: strawberry.Info, input: Annotated[ResumeWorkerNodeInput, INPUT]
    ) -> ResumeWorkerNodePayload:
        return _payload(ResumeWorkerNodePayload, info, input, nodes.resume_node)

    @strawberry_django.mutation(
        description=(
            "Drain a worker node: it claims no tasks and finishes those that it runs. When none is"
            " left, it is `DRAINED` until it is resumed."
        )
    )
    def drain_worker_node(
        self, info: strawberry.Info, input: Annotated[DrainWorkerNodeInput, INPUT]
    ) -> DrainWorkerNodePayload:
        options = {"deadline": input.deadline}
        return _payload(DrainWorkerNodePayload, info, input, nodes.drain_node, **options)

    @strawberry_django.mutation(
        description="Change the number of slots of a worker node. Running tasks continue."
    )
    def resize_worker_node(
        self, info: strawberry.Info, input: Annotated[ResizeWorkerNodeInput, INPUT]
    ) -> ResizeWorkerNodePayload:
        options = {"slots": input.slots}
        return _payload(ResizeWorkerNodePayload, info, input, nodes.resize_node, **options)

    @strawberry_django.mutation(description="Change the queues that a worker node serves.")
    def assign_worker_node(
        self, info: strawberry.Info, input: Annotated[AssignWorkerNodeInput, INPUT]
    ) -> AssignWorkerNodePayload:
        options = {"queues": input.queues}
        return _payload(AssignWorkerNodePayload, info, input, nodes.assign_node, **options)

    @strawberry_django.mutation(
        description="Stop a worker node: it finishes the tasks that it runs, and its process ends."
    )
    def stop_worker_node(
        self, info: strawberry.Info, input: Annotated[StopWorkerNodeInput, INPUT]
    ) -> StopWorkerNodePayload:
        return _payload(StopWorkerNodePayload, info, input, nodes.stop_node)

    @strawberry_django.mutation(
        description=(
            "Remove an offline worker node. Its tasks, results and events stay, without their"
            " worker node. If it starts again, it is a new one."
        )
    )
    def forget_worker_node(
        self, input: Annotated[ForgetWorkerNodeInput, INPUT]
    ) -> ForgetWorkerNodePayload:
        id, errors = attempt(
            lambda: nodes.forget_node(checked_name(input.name), note=input.note), key="name"
        )
        deleted_id = global_id("WorkerNode", id) if id else None
        return ForgetWorkerNodePayload(deleted_id=deleted_id, errors=errors)


def _payload(
    payload: type[P],
    info: strawberry.Info,
    input: WorkerNodeInput,
    service: Callable[..., models.WorkerNode],
    **options: object,
) -> P:
    node, errors = attempt(
        lambda: service(checked_name(input.name), note=input.note, **options), key="name"
    )
    if node:
        prefetch_for(info, [node], "workerNode")
    return payload(worker_node=node, errors=errors)  # type: ignore[arg-type]
