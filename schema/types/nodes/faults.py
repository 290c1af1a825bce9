"""Faults that an administrator injects into a worker node."""

from functools import partial
from typing import Annotated

import strawberry
import strawberry_django
from strawberry import UNSET

from schema.core.payloads import INPUT, attempt, mutation_payload
from schema.core.prefetch import prefetch_for
from schema.types.nodes.mutations import WorkerNodeInput, WorkerNodePayload
from tasks_app.models.node import FREEZE_SECONDS_MAX
from tasks_app.services.nodes import faults


@strawberry.input(description="A worker node whose processes end at once.")
class KillNodeInput(WorkerNodeInput): ...


@strawberry.input(description="A worker node whose processes stop for a time.")
class FreezeNodeInput(WorkerNodeInput):
    seconds: int = strawberry.field(
        description=f"How long the processes stop, 1 to {FREEZE_SECONDS_MAX} seconds."
    )


@strawberry.input(description="Input for `injectFault`: exactly one of these.", one_of=True)
class InjectFaultInput:
    kill_node: KillNodeInput | None = strawberry.field(
        default=UNSET,
        description=(
            "The main process of a worker node and its pool end, as by SIGKILL. The tasks that it"
            " runs are requeued. It comes back if a supervisor starts it again."
        ),
    )
    freeze_node: FreezeNodeInput | None = strawberry.field(
        default=UNSET,
        description=(
            "The main process of a worker node and its pool stop, as by SIGSTOP, and continue by"
            " themselves. If its heartbeats are missing for 10 seconds or a lease expires, its"
            " tasks are requeued, and what it stores later is refused."
        ),
    )


@mutation_payload
class InjectFaultPayload(WorkerNodePayload): ...


@strawberry.type
class FaultMutations:
    @strawberry_django.mutation(
        description=(
            "Inject a fault into a worker node that is online, to see what the cluster does. The"
            " worker node injects it within two seconds. Requires the role `ADMIN`, and the"
            " setting `FAULTS`."
        )
    )
    def inject_fault(
        self, info: strawberry.Info, input: Annotated[InjectFaultInput, INPUT]
    ) -> InjectFaultPayload:
        if kill := input.kill_node:
            fault, name = "killNode", kill.name
            service = partial(faults.kill_node, note=kill.note)
        elif freeze := input.freeze_node:
            fault, name = "freezeNode", freeze.name
            service = partial(faults.freeze_node, seconds=freeze.seconds, note=freeze.note)
        node, errors = attempt(lambda: service(name), at=("input", fault), key="name")
        if node:
            prefetch_for(info, [node], "workerNode")
        return InjectFaultPayload(worker_node=node, errors=errors)  # type: ignore[arg-type]
