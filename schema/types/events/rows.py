"""The rows to which events refer, loaded together."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import strawberry

from schema.core.prefetch import prefetch_for
from tasks_app import models


class Rows:
    """The tasks, worker nodes and alerts of events, loaded together when the first is resolved.

    Of each event it has the tasks that the operation can select.
    """

    def __init__(
        self,
        task_ids: Iterable[Sequence[UUID]],
        node_ids: Iterable[UUID | None],
        alert_ids: Iterable[UUID | None] = (),
    ) -> None:
        self._task_ids = list(task_ids)
        self._node_ids = set(node_ids) - {None}
        self._alert_ids = set(alert_ids) - {None}
        self._tasks: dict[UUID, models.Task] = {}
        self._nodes: dict[UUID, models.WorkerNode] | None = None
        self._alerts: dict[UUID, models.Alert] = {}
        self._loaded: set[str | int] = set()

    def tasks(self, ids: Sequence[UUID], first: int, info: strawberry.Info) -> list[models.Task]:
        """Return the first of these tasks that exist."""
        # Each alias of the field may select something else.
        if info.path.key not in self._loaded:
            wanted = {id for ids in self._task_ids for id in ids[:first]}
            self._tasks |= models.Task.objects.in_bulk(wanted - self._tasks.keys())
            prefetch_for(info, [self._tasks[id] for id in wanted if id in self._tasks])
            self._loaded.add(info.path.key)
        return [self._tasks[id] for id in ids[:first] if id in self._tasks]

    def node(self, id: UUID | None) -> models.WorkerNode | None:
        if self._nodes is None:
            self._nodes = models.WorkerNode.objects.in_bulk(self._node_ids)
        return self._nodes.get(id) if id else None

    def alert(self, id: UUID | None, info: strawberry.Info) -> models.Alert | None:
        if id and info.path.key not in self._loaded:
            self._alerts |= models.Alert.objects.in_bulk(self._alert_ids - self._alerts.keys())
            prefetch_for(info, list(self._alerts.values()))
            self._loaded.add(info.path.key)
        return self._alerts.get(id) if id else None
