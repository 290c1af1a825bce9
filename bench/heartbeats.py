"""Many nodes in one process, which only send heartbeats: `python -m bench.heartbeats 100 20`.

Prints how many seconds of CPU each second took of this process, and of its one in PostgreSQL.
"""

import sys
import time

import django
import psutil
from django.db import connection

django.setup(set_prefix=False)

from tasks_app.services.nodes import HEARTBEAT_SECONDS, heartbeat  # noqa: E402  the models exist only after setup


def main(nodes: int, seconds: int) -> None:
    names = [f"simulated-{number}@bench" for number in range(nodes)]
    for name in names:
        _beat(name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [(pid,)] = cursor.fetchall()
    processes = [psutil.Process(), psutil.Process(pid)]
    before = [_cpu_seconds(process) for process in processes]
    began = time.monotonic()
    for turn in range(seconds * nodes // HEARTBEAT_SECONDS):
        due = began + turn * HEARTBEAT_SECONDS / nodes
        time.sleep(max(0.0, due - time.monotonic()))
        _beat(names[turn % nodes])
    seconds_passed = time.monotonic() - began
    for process, seconds_before in zip(processes, before, strict=True):
        print((_cpu_seconds(process) - seconds_before) / seconds_passed)


def _beat(name: str) -> None:
    heartbeat(name, host="bench", pid=1, slots=4, queues=["default"])


def _cpu_seconds(process: psutil.Process) -> float:
    return float(sum(process.cpu_times()[:2]))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
