"""Tests of the checker: it notices the removal of each protection."""

from contextlib import contextmanager
from datetime import timedelta

import pytest

from tasks_app import recovery
from tasks_app.models import Task, WorkerNode
from tests.chaos import protections
from tests.chaos.checks.checker import QUIET_WITHIN_SECONDS, ROLLING_RESTART
from tests.chaos.checks.evidence import Ended
from tests.chaos.conftest import HOUR, execute
from tests.durability.conftest import wait_for_nodes
from tests.support.cluster import running_nodes
from tests.support.waiting import eventually

# A node looks for work after each, and each half second for what a dead process held.
HEARTBEATS = 3


def a_message_comes_again_while_it_is_worked_on(scene):
    task = scene.create()
    first = scene.begin(task)
    second = scene.begin(task)
    scene.end(first)
    scene.end(second)


def a_node_wakes_up_after_its_task_was_given_to_another(scene):
    task = scene.create()
    zombie = scene.begin(task)
    assert recovery.requeue_expired(10) == 1
    second = scene.begin(task)
    scene.end(zombie)
    scene.end(second)


def a_commit_is_repeated_because_its_answer_was_lost(scene):
    claimed = scene.begin(scene.create())
    scene.end(claimed)
    scene.end(claimed)


def two_beats_read_the_same_schedule(scene):
    schedule = scene.schedule(overdue=timedelta(seconds=1))
    scene.tick(beats=2)
    scene.run(schedule.task)


def a_tick_was_missed(scene):
    schedule = scene.schedule(overdue=HOUR + timedelta(seconds=1))
    scene.tick()
    scene.run(schedule.task)


def two_beats_read_the_same_backfill(scene):
    backfill = scene.backfill(hours=3)
    for _ in range(backfill.total):
        scene.advance(beats=2)


def a_create_is_repeated(scene):
    for task in {scene.create(key="order-7").pk, scene.create(key="order-7").pk}:
        scene.run(Task(pk=task))


def a_task_is_run(scene):
    scene.run(scene.create())


SCENARIOS = {
    "claim": (a_message_comes_again_while_it_is_worked_on, "ledger"),
    "fencing": (a_node_wakes_up_after_its_task_was_given_to_another, "I5"),
    "final-status": (a_commit_is_repeated_because_its_answer_was_lost, "I3"),
    "one-tick": (two_beats_read_the_same_schedule, "I7"),
    "tick_groups": (a_tick_was_missed, "I8"),
    "one-backfill-task": (two_beats_read_the_same_backfill, "I9"),
    "idempotency": (a_create_is_repeated, "I13"),
    "log": (a_task_is_run, "ledger"),
    "sum": (a_task_is_run, "ledger"),
}


@pytest.fixture(autouse=True)
def leases_that_run_out_at_once(settings):
    settings.TASK_LEASE_SECONDS = 0


@pytest.mark.parametrize("name", SCENARIOS)
def test_with_the_protection_nothing_is_broken(scene, name):
    scenario, _ = SCENARIOS[name]
    scenario(scene)
    assert scene.broken() == set()


@pytest.mark.parametrize("name", SCENARIOS)
def test_without_the_protection_the_checker_says_so(scene, without_constraint, name):
    scenario, promise = SCENARIOS[name]
    without_constraint(name)
    with protections.without(name):
        scenario(scene)
    assert promise in scene.broken()


def test_attempts_that_fail_on_purpose_break_nothing(scene):
    task = scene.create(fail_attempts=2, retry_backoff_ms=0)
    for _ in range(3):
        scene.run(task)

    assert scene.broken() == set()
    assert [result.attempt for result in scene.gather().results] == [3]


CORRUPTIONS = {
    "a task is gone": (
        """
        WITH results AS (DELETE FROM tasks_app_taskresult)
        DELETE FROM tasks_app_task WHERE a = 101
        """,
        "I1",
    ),
    "it has other numbers": ("UPDATE tasks_app_task SET b = b + 1 WHERE a = 101", "I1"),
    "it waits for ever": (
        "UPDATE tasks_app_task SET status = 'PENDING', finished_at = NULL WHERE a = 101",
        "I2",
    ),
    "a result is gone": ("DELETE FROM tasks_app_taskresult WHERE run = 1", "ledger"),
    "nobody executed it": ("UPDATE tasks_app_taskresult SET attempt = 7", "I3"),
    "it is of another attempt": ("UPDATE tasks_app_taskresult SET attempt = 2", "I5"),
    "a line is gone": ("DELETE FROM tasks_app_clusterevent WHERE kind = 'TASK_STARTED'", "I4"),
    "its creation is gone": (
        "DELETE FROM tasks_app_clusterevent WHERE kind = 'TASK_CREATED'",
        "I4",
    ),
    "all its lines are gone": ("DELETE FROM tasks_app_clusterevent", "I4"),
    "a line tells of another status": (
        "UPDATE tasks_app_clusterevent SET status = 'FAILED' WHERE kind = 'TASK_SUCCEEDED'",
        "I4",
    ),
    "a line skips a version": (
        "UPDATE tasks_app_clusterevent SET versions = '{9}' WHERE kind = 'TASK_SUCCEEDED'",
        "ledger",
    ),
    "a tick is told twice": (
        """
        INSERT INTO tasks_app_scheduletick (id, schedule_id, nominal_at, outcome, reason, count)
        SELECT gen_random_uuid(), schedule_id, nominal_at + interval '1 hour', 'MISSED', '', 2
          FROM tasks_app_scheduletick WHERE outcome = 'FIRED'
        """,
        "I7",
    ),
    "a tick is not told": ("DELETE FROM tasks_app_scheduletick WHERE outcome = 'MISSED'", "I8"),
    "a tick is not counted": ("UPDATE tasks_app_taskschedule SET fired = 0", "I8"),
    "a parameters is two tasks": ("UPDATE tasks_app_task SET a = 101 WHERE a = 102", "I13"),
    "a sum is wrong": ("UPDATE tasks_app_taskresult SET result = result + 1", "sum"),
}


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_rows_that_are_wrong_are_found(scene, name):
    sql, promise = CORRUPTIONS[name]
    scene.run(scene.create())
    scene.run(scene.create())
    schedule = scene.schedule(overdue=HOUR + timedelta(seconds=1))
    scene.tick()
    scene.run(schedule.task)
    assert scene.broken() == set()

    execute(sql)

    assert promise in scene.broken()


BACKFILL_CORRUPTIONS = {
    "a time is left out": ("DELETE FROM tasks_app_backfillrun WHERE {first}", "I10"),
    "its task is gone": (
        "UPDATE tasks_app_backfillrun SET stage = 'WAITING', task_id = NULL WHERE {first}",
        "I10",
    ),
    "a time is another": (
        """
        UPDATE tasks_app_backfillrun SET scheduled_for = scheduled_for + interval '1 s'
         WHERE {first}
        """,
        "I10",
    ),
    "a task is of no time": (
        "UPDATE tasks_app_task SET backfill_of_id = id WHERE backfill_of_id IS NULL AND run = 1",
        "I9",
    ),
    "it does not end": (
        "UPDATE tasks_app_backfill SET state = 'RUNNING', ended_at = NULL",
        "I10",
    ),
}


@pytest.mark.parametrize("name", BACKFILL_CORRUPTIONS)
def test_backfills_that_are_wrong_are_found(scene, name):
    sql, promise = BACKFILL_CORRUPTIONS[name]
    scene.run(scene.create())
    two_beats_read_the_same_backfill(scene)
    assert scene.broken() == set()

    first = "id = (SELECT id FROM tasks_app_backfillrun ORDER BY id LIMIT 1)"
    execute(sql.format(first=first))

    assert promise in scene.broken()


def test_what_comes_too_late_is_found(scene):
    scene.run(scene.create())
    scene.schedule(overdue=HOUR)

    assert scene.broken(quiet_after_seconds=QUIET_WITHIN_SECONDS + 1) == {"I2"}
    behind = scene.gather().schedules[0].next_run_at
    assert scene.broken(settled_at=behind) == {"I8"}
    [task] = [task for task in scene.gather().tasks.values() if not task.is_scheduled]
    execute("UPDATE tasks_app_task SET finished_at = finished_at + interval '61 s' WHERE run = 1")
    assert scene.broken(faults=[Ended("node killed", task.created_at, awaited=True)]) == {"I2"}


def test_a_restart_that_interrupts_a_task_is_found(scene):
    a_node_wakes_up_after_its_task_was_given_to_another(scene)
    [later] = {task.finished_at for task in scene.gather().tasks.values()}

    assert scene.broken(faults=[Ended("Valkey emptied", later, awaited=True)]) == set()
    assert scene.broken(faults=[Ended(ROLLING_RESTART, later, awaited=True)]) == {"I17"}


@pytest.fixture
def crippled(scene):
    """A function that starts a real node without a protection, in the place of the scene's."""

    @contextmanager
    def start(name):
        scene.node.delete()
        settings = {"CHAOS_WITHOUT": name, "CHAOS_EXECUTIONS": str(scene.executions)}
        with running_nodes(TASK_LEASE_SECONDS="600", **settings) as cluster:
            cluster.start_node("node-1", app="tests.chaos.cluster.worker")
            wait_for_nodes(1)
            yield cluster

    return start


def test_without_looking_for_work_what_the_broker_lost_stays_lost(scene, crippled):
    with crippled("looking"):
        # The wake-up for what a scene creates is never published.
        scene.create()
        wait_for_heartbeats(HEARTBEATS)
    assert scene.broken() == {"I1", "I2"}


def test_without_the_requeue_what_a_dead_process_held_stays_with_it(scene, crippled):
    with crippled("requeue") as cluster:
        scene.create(duration_ms=2000)
        eventually(Task.objects.filter(status="RUNNING").exists)
        for process in cluster.pool("node-1"):
            process.kill()
        wait_for_heartbeats(HEARTBEATS)
    assert scene.broken() == {"I1", "I2"}


def wait_for_heartbeats(count):
    """Wait until the node has had the time in which its protections take effect."""
    for _ in range(count):
        last = WorkerNode.objects.get().heartbeat_at
        eventually(lambda last=last: WorkerNode.objects.get().heartbeat_at > last)
