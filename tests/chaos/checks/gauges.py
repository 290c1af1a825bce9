"""What the cluster takes of the machine at some moment."""

from contextlib import closing, suppress
from dataclasses import dataclass

import psutil
import psycopg2

from tests.chaos.cluster.stack import KINDS, Stack


@dataclass(frozen=True)
class Usage:
    """Of all processes of a kind together: proportional memory in MB, file descriptors."""

    memory: dict[str, float]
    descriptors: dict[str, int]
    connections: int


def measure(stack: Stack) -> Usage:
    memory: dict[str, float] = {}
    descriptors: dict[str, int] = {}
    roots = [(service.kind, service.running.pid) for service in stack.services]
    for engine in (stack.engines.postgresql, stack.engines.valkey):
        assert engine.process is not None
        roots.append((engine.name, engine.process.pid))
    for kind, pid in roots:
        with suppress(psutil.NoSuchProcess):
            root = psutil.Process(pid)
            for process in [root, *root.children(recursive=True)]:
                with suppress(psutil.NoSuchProcess):
                    # What is shared is counted once.
                    pss = process.memory_full_info().pss / 1e6
                    memory[kind] = memory.get(kind, 0) + pss
                    descriptors[kind] = descriptors.get(kind, 0) + process.num_fds()
    return Usage(memory, descriptors, _connections(stack.database_url))


def _connections(url: str) -> int:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        [(count,)] = cursor.fetchall()
    return int(count)


def kinds(usages: list[Usage]) -> list[str]:
    """In the order of the report."""
    return [*KINDS, *sorted({kind for usage in usages for kind in usage.memory} - set(KINDS))]
