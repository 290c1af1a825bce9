"""How relations of a list are loaded: in bulk before they are resolved, or by DataLoaders."""

import json

from bench.graphql import Web
from bench.report import Figures
from bench.stack import Engines

# A hundred finished tasks of ten nodes.
_ROWS = """
    INSERT INTO tasks_app_workernode (id, name, host, pid, slots, queues, connection, heartbeat_at)
    SELECT uuidv7(), 'simulated-' || n || '@bench', 'bench', 1, 4, '{default}', 'ONLINE', now()
      FROM generate_series(0, 9) AS n;
    INSERT INTO tasks_app_task (id, a, b, status, run, node_id, started_at, finished_at)
    SELECT uuidv7(), n, n, 'SUCCESS', 1, node.id, now(), now()
      FROM generate_series(1, 100) AS n
      JOIN (SELECT id, row_number() OVER () AS place FROM tasks_app_workernode) AS node
        ON node.place = n % 10 + 1;
    INSERT INTO tasks_app_taskresult (id, task_id, node_id, result, run, attempt)
    SELECT uuidv7(), id, node_id, a + b, 1, 1 FROM tasks_app_task;
    INSERT INTO tasks_app_clusterevent
           (kind, node_id, queue, previous_status, status, task_ids, versions, attempts)
    SELECT kind, node_id, 'default', 'PENDING', 'SUCCESS', ARRAY[id], '{1}', '{1}'
      FROM tasks_app_task, unnest(ARRAY['TASK_STARTED', 'TASK_SUCCEEDED']) AS kind;
"""


def measure(engines: Engines) -> tuple[Figures, Figures]:
    """What a list of 100 tasks with its relations costs, prefetched and with DataLoaders."""
    web = Web(engines)
    web.run("migrate", "manage.py migrate -v 0")
    web.execute(_ROWS)
    output = web.run("loading", "-m bench.yardsticks.raw.loaders")
    ours, theirs = json.loads(output.splitlines()[-1])
    name = "list of 100 with relations, CPU, ms"
    return {name: ours}, {name: theirs}
