"""Worker nodes: what they show, and their queries."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated

import strawberry
import strawberry_django
from django.db.models import Model

from schema.core.enums import StatsWindow, WorkerNodeConnection, WorkerNodeScheduling
from schema.core.prefetch import Arguments, Loaded, fetch_selected, prefetches
from schema.core.relay import Node, checked_name, described
from schema.types.statistics import TaskStats, Window, stats_of
from tasks_app import models
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
        found = models.WorkerNode.objects.filter(name=checked_name(name, "name"))
        return next(iter(fetch_selected(info, found)), None)
