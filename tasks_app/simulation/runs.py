"""The result of a simulation."""

import hashlib
from dataclasses import dataclass
from typing import Literal, NamedTuple

from tasks_app.simulation.cluster import Cluster
from tasks_app.simulation.workloads.workload import Workload


class Attempt(NamedTuple):
    """One attempt of a task: its numbers, its node's index, when it ran, and how it ended."""

    task: int
    attempt: int
    node: int
    started_ms: int
    ended_ms: int
    outcome: Literal["COMPLETED", "LOST"]


@dataclass(frozen=True)
class Run:
    """The result of a simulation.

    `attempts` are in order of their ends, and `log` has a line for each decision. `down_slot_ms`
    are the slot milliseconds between the first submission and the last event during which nodes
    were down.
    """

    workload: Workload
    cluster: Cluster
    attempts: list[Attempt]
    log: list[str]
    started_ms: int
    ended_ms: int
    down_slot_ms: int

    @property
    def digest(self) -> str:
        """The SHA-256 digest of the log, in hexadecimal.

        Two runs that made the same decisions have the same digest.
        """
        return hashlib.sha256("".join(f"{line}\n" for line in self.log).encode()).hexdigest()
