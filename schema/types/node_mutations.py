"""How the cluster is steered: what can be done with worker nodes and queues.

Each mutation is one call of a service. An order to a node is kept, and followed within two seconds
if the node is online.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, TypeVar

import strawberry
import strawberry_django

from schema.core.payloads import UserError, attempt
from schema.core.prefetch import prefetch_for
from schema.types.nodes import Queue, WorkerNode
from schema.types.task_filter import text
from tasks_app import models
from tasks_app.services import nodes, queues


def _note() -> Any:
    return strawberry.field(default="", description="Why, for those who look at it or at the log.")


@strawberry.input(description="A worker node that has joined.")
class WorkerNodeInput:
    name: str = strawberry.field(description="Its name.")
    note: str = _note()


@strawberry.input(description="The node to be paused.")
class PauseWorkerNodeInput(WorkerNodeInput):
    pass


@strawberry.input(description="The node to be resumed.")
class ResumeWorkerNodeInput(WorkerNodeInput):
    pass


@strawberry.input(description="The node to be drained.")
class DrainWorkerNodeInput(WorkerNodeInput):
    deadline: datetime | None = strawberry.field(
        default=None, description="What still runs then is given to others."
    )


@strawberry.input(description="The node to be resized.")
class ResizeWorkerNodeInput(WorkerNodeInput):
    slots: int | None = strawberry.field(
        default=None, description="How many slots, 1 to 100; null for what it was started with."
    )


@strawberry.input(description="The node and its queues.")
class AssignWorkerNodeInput(WorkerNodeInput):
    queues: list[str] | None = strawberry.field(
        default=None, description="Where it is to take from; null for what it was started with."
    )


@strawberry.input(description="The node to be stopped.")
class StopWorkerNodeInput(WorkerNodeInput):
    pass


@strawberry.input(description="The queue to be created.")
class CreateQueueInput:
    name: str = strawberry.field(
        description="Lower-case letters, digits, dots, dashes and underscores; at most 63."
    )
    running_limit: int | None = strawberry.field(
        default=None, description="How many of its tasks may run at once; null for no limit."
    )
    note: str = _note()


@strawberry.input(description="What is to change of a queue.")
class UpdateQueueInput:
    name: str = strawberry.field(description="Its name.")
    running_limit: int | None = strawberry.field(
        description="How many of its tasks may run at once; null for no limit."
    )
    note: str = _note()


@strawberry.input(description="The queue to be paused.")
class PauseQueueInput:
    name: str = strawberry.field(description="Its name.")
    note: str = _note()


@strawberry.input(description="The queue to be resumed.")
class ResumeQueueInput(PauseQueueInput):
    pass


@strawberry.type(description="The node, or why it is not as asked.")
class WorkerNodePayload:
    worker_node: WorkerNode | None = strawberry.field(description="As it stands now.")
    errors: list[UserError] = strawberry.field(description="What was refused, if anything.")


@strawberry.type(description="The node that was paused, or why it was not.")
class PauseWorkerNodePayload(WorkerNodePayload):
    pass


@strawberry.type(description="The node that was resumed, or why it was not.")
class ResumeWorkerNodePayload(WorkerNodePayload):
    pass


@strawberry.type(description="The node that drains, or why it does not.")
class DrainWorkerNodePayload(WorkerNodePayload):
    pass


@strawberry.type(description="The node that is resized, or why it is not.")
class ResizeWorkerNodePayload(WorkerNodePayload):
    pass


@strawberry.type(description="The node that has other queues, or why it does not.")
class AssignWorkerNodePayload(WorkerNodePayload):
    pass


@strawberry.type(description="The node that is to stop, or why it is not.")
class StopWorkerNodePayload(WorkerNodePayload):
    pass


@strawberry.type(description="The queue, or why it is not as asked.")
class QueuePayload:
    queue: Queue | None = strawberry.field(description="As it stands now.")
    errors: list[UserError] = strawberry.field(description="What was refused, if anything.")


@strawberry.type(description="The queue that was created, or why it was not.")
class CreateQueuePayload(QueuePayload):
    pass


@strawberry.type(description="The queue that was changed, or why it was not.")
class UpdateQueuePayload(QueuePayload):
    pass


@strawberry.type(description="The queue that was paused, or why it was not.")
class PauseQueuePayload(QueuePayload):
    pass


@strawberry.type(description="The queue that was resumed, or why it was not.")
class ResumeQueuePayload(QueuePayload):
    pass


N = TypeVar("N", bound=WorkerNodePayload)
Q = TypeVar("Q", bound=QueuePayload)


def _input(description: str) -> Any:
    return strawberry.argument(description=description)


@strawberry.type
class ClusterMutations:
    @strawberry_django.mutation(
        description="Have a node take no more tasks. It finishes what it runs."
    )
    def pause_worker_node(
        self,
        info: strawberry.Info,
        input: Annotated[PauseWorkerNodeInput, _input("The node.")],
    ) -> PauseWorkerNodePayload:
        return _node_payload(PauseWorkerNodePayload, info, input, nodes.pause_node)

    @strawberry_django.mutation(description="Have a node take tasks again.")
    def resume_worker_node(
        self,
        info: strawberry.Info,
        input: Annotated[ResumeWorkerNodeInput, _input("The node.")],
    ) -> ResumeWorkerNodePayload:
        return _node_payload(ResumeWorkerNodePayload, info, input, nodes.resume_node)

    @strawberry_django.mutation(
        description=(
            "Have a node finish what it runs and take nothing more. It ends DRAINED and stays so"
            " until it is resumed."
        )
    )
    def drain_worker_node(
        self,
        info: strawberry.Info,
        input: Annotated[DrainWorkerNodeInput, _input("The node.")],
    ) -> DrainWorkerNodePayload:
        return _node_payload(
            DrainWorkerNodePayload, info, input, nodes.drain_node, deadline=input.deadline
        )

    @strawberry_django.mutation(description="Have a node run more or fewer tasks at once.")
    def resize_worker_node(
        self,
        info: strawberry.Info,
        input: Annotated[ResizeWorkerNodeInput, _input("The node and its slots.")],
    ) -> ResizeWorkerNodePayload:
        return _node_payload(
            ResizeWorkerNodePayload, info, input, nodes.resize_node, slots=input.slots
        )

    @strawberry_django.mutation(description="Have a node take from these queues only.")
    def assign_worker_node(
        self,
        info: strawberry.Info,
        input: Annotated[AssignWorkerNodeInput, _input("The node and its queues.")],
    ) -> AssignWorkerNodePayload:
        return _node_payload(
            AssignWorkerNodePayload, info, input, nodes.assign_node, queues=input.queues
        )

    @strawberry_django.mutation(description="Have a node finish what it runs and end its process.")
    def stop_worker_node(
        self,
        info: strawberry.Info,
        input: Annotated[StopWorkerNodeInput, _input("The node.")],
    ) -> StopWorkerNodePayload:
        return _node_payload(StopWorkerNodePayload, info, input, nodes.stop_node)

    @strawberry_django.mutation(
        description="Add a queue. Nodes that were started for no queues in particular serve it."
    )
    def create_queue(
        self,
        info: strawberry.Info,
        input: Annotated[CreateQueueInput, _input("The queue.")],
    ) -> CreateQueuePayload:
        limit = input.running_limit
        return _queue_payload(
            CreateQueuePayload, info, input, queues.create_queue, running_limit=limit
        )

    @strawberry_django.mutation(
        description="Change how many tasks of a queue may run at once in the cluster."
    )
    def update_queue(
        self,
        info: strawberry.Info,
        input: Annotated[UpdateQueueInput, _input("The queue and its limit.")],
    ) -> UpdateQueuePayload:
        limit = input.running_limit
        return _queue_payload(
            UpdateQueuePayload, info, input, queues.update_queue, running_limit=limit
        )

    @strawberry_django.mutation(
        description="Have no task of a queue start from now on. What runs, runs on."
    )
    def pause_queue(
        self,
        info: strawberry.Info,
        input: Annotated[PauseQueueInput, _input("The queue.")],
    ) -> PauseQueuePayload:
        return _queue_payload(PauseQueuePayload, info, input, queues.pause_queue)

    @strawberry_django.mutation(description="Have the tasks of a paused queue start again.")
    def resume_queue(
        self,
        info: strawberry.Info,
        input: Annotated[ResumeQueueInput, _input("The queue.")],
    ) -> ResumeQueuePayload:
        return _queue_payload(ResumeQueuePayload, info, input, queues.resume_queue)


def _node_payload(
    payload: type[N],
    info: strawberry.Info,
    input: WorkerNodeInput,
    service: Callable[..., models.WorkerNode],
    **wish: Any,
) -> N:
    node, errors = _attempt(input, service, wish)
    if node:
        prefetch_for(info, [node], "workerNode")
    return payload(worker_node=node, errors=errors)


def _queue_payload(
    payload: type[Q],
    info: strawberry.Info,
    input: CreateQueueInput | UpdateQueueInput | PauseQueueInput,
    service: Callable[..., models.Queue],
    **wish: Any,
) -> Q:
    queue, errors = _attempt(input, service, wish)
    if queue:
        prefetch_for(info, [queue], "queue")
    return payload(queue=queue, errors=errors)


def _attempt(
    input: Any, service: Callable[..., Any], wish: dict[str, Any]
) -> tuple[Any, list[UserError]]:
    return attempt(lambda: service(text(input.name), note=input.note, **wish), key="name")
