"""A client's journal and its checker: what was acknowledged must come true."""

from dataclasses import dataclass, field

import psutil
import pytest
from django.db import connection

from tasks_app.models import Task, WorkerNode
from tasks_app.services import tasks
from tasks_app.services.leader import LEADER_LOCK
from tasks_app.services.tasks import NewTask
from tests import engines
from tests.support.cluster import running_nodes
from tests.support.waiting import eventually


@dataclass
class Journal:
    """What the cluster said yes to."""

    sums: dict[str, int] = field(default_factory=dict)

    def note(self, id, total):
        self.sums[str(id)] = total

    def create_tasks(self, news):
        """Create tasks, and note them."""
        for id, new in zip(tasks.create_tasks(news).ids, news, strict=True):
            self.note(id, new.a + new.b)

    def create_many(self, count, **parameters):
        self.create_tasks([NewTask(a=i, b=2 * i, **parameters) for i in range(count)])

    def all_ended(self):
        rows = Task.objects.filter(pk__in=self.sums)
        return not rows.exclude(status__in=Task.TERMINAL).exists() and rows.count() == len(
            self.sums
        )

    def check(self, *, seconds=60):
        """Every task has ended well, with one result per run, and each result is the sum."""
        eventually(self.all_ended, seconds=seconds)
        rows = Task.objects.filter(pk__in=self.sums).prefetch_related("results")
        assert {str(task.pk): task.status for task in rows} == dict.fromkeys(self.sums, "SUCCESS")
        assert {str(task.pk): [r.result for r in task.results.all()] for task in rows} == {
            id: [total] for id, total in self.sums.items()
        }
        check_the_log_against_the_rows()


def check_the_log_against_the_rows():
    """Each version of each task was logged once, from 1 to where the task stands now."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT task_id, array_agg(version ORDER BY e.xid, e.id)
              FROM tasks_app_clusterevent e, unnest(task_ids, versions) AS u(task_id, version)
             GROUP BY task_id
            """
        )
        logged = dict(cursor.fetchall())
    current = dict(Task.objects.values_list("pk", "version"))
    assert logged == {id: list(range(1, version + 1)) for id, version in current.items()}


@pytest.fixture
def journal(transactional_db):
    return Journal()


@pytest.fixture
def cluster(transactional_db):
    """Two nodes of two slots each."""
    with running_nodes("node-1", "node-2") as cluster:
        wait_for_nodes(2)
        yield cluster


@pytest.fixture
def cluster_with_api(cluster):
    """As `cluster`, and a web process."""
    cluster.start_web()
    return cluster


@pytest.fixture
def cluster_of_long_leases(transactional_db):
    """As `cluster`, but with leases so long that they do not expire."""
    with running_nodes("node-1", "node-2", TASK_LEASE_SECONDS="600") as cluster:
        wait_for_nodes(2)
        yield cluster


def wait_for_nodes(count):
    online = WorkerNode.objects.filter(connection="ONLINE")
    eventually(lambda: online.count() == count)


@pytest.fixture
def own_engines():
    """Only where the tests brought their own servers can they be stopped."""
    if engines.postgres is None or engines.valkey is None:
        pytest.skip("the PostgreSQL and Valkey of DATABASE_URL and REDIS_URL are not stopped")
    return engines


@pytest.fixture
def beats(transactional_db):
    """One node, and a function that starts a number of Beats and waits until one of them leads."""
    with running_nodes("node-1") as cluster:
        wait_for_nodes(1)

        def start(count):
            for number in range(count):
                cluster.start_beat(f"beat-{number}")
            eventually(lambda: leader(cluster))
            return cluster

        yield start


def leader(cluster):
    """The name of the process that holds the lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT client_port FROM pg_stat_activity JOIN pg_locks USING (pid)
             WHERE locktype = 'advisory' AND objid = %s AND granted AND datname = current_database()
            """,
            [LEADER_LOCK],
        )
        ports = {port for (port,) in cursor.fetchall()}
    for name, process in cluster.processes.items():
        if name.startswith("beat") and process.poll() is None:
            sockets = psutil.Process(process.pid).net_connections()
            if ports & {socket.laddr.port for socket in sockets}:
                return name
    return None
