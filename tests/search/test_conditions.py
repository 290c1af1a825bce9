"""Which tasks a search finds."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from tasks_app.models import Queue, Task, TaskSchedule, WorkerNode
from tasks_app.search import KEYS, condition, parse

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(tasks):
    """Return the names of the tasks that a search finds, sorted."""
    by_id = {pk: name for name, pk in tasks.items()}

    def found(text):
        rows = Task.objects.filter(condition(parse(text)))
        return " ".join(sorted(by_id[task.pk] for task in rows))

    return found


@pytest.fixture
def tasks(make_task, make_schedule, node):
    """The IDs of a task in each state, by name."""
    Queue.objects.create(name="mail, urgent")
    now = timezone.now()
    made = {
        "old": make_task(a=10, b=1, priority=9, idempotency_key="order 1"),
        "slow": make_task(a=20, b=2, slots=4, duration_ms=2_000),
        "failed": make_task(a=30, b=3, queue="mail, urgent"),
        "waiting": make_task(a=40, b=4, concurrency_key="customer 7"),
    }
    made["old"].mark_as_successfull(11)
    made["failed"].mark_as_failed('Node "x" is 100% lost.')
    changes = {
        "old": {"created_at": now - timedelta(days=3)},
        "slow": {
            **{"status": "SUCCESS", "node": node, "attempt": 3, "max_attempts": 3},
            **{"due_at": now - timedelta(seconds=60), "started_at": now - timedelta(seconds=50)},
            "finished_at": now - timedelta(seconds=47.5),
        },
    }
    for name, change in changes.items():
        Task.objects.filter(pk=made[name].pk).update(**change)
    schedule = make_schedule(a=50, b=5, labels=["nightly", "eu"])
    ids = {name: task.pk for name, task in made.items()}
    return {**ids, "cron": schedule.tasks.get().pk}


ALL = "cron failed old slow waiting"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ALL),
        ("status:failed", "failed"),
        ("status:failed,success", "failed old slow"),
        ("-status:failed,success", "cron waiting"),
        ('queue:"mail, urgent"', "failed"),
        ("-queue:default", "failed"),
        ("queue:unknown", ""),
        ("node:node-1@here", "slow"),
        ("-node:node-1@here", "cron failed old waiting"),
        ("node:unknown", ""),
        ("error:LOST", "failed"),
        ('error:"100%"', "failed"),
        ('error:"1%t"', ""),
        (r'error:"\"x\""', "failed"),
        ("-error:lost", "cron old slow waiting"),
        ("created:<1h", "cron failed slow waiting"),
        ("created:>2d", ""),
        ("finished:<1h", "failed old slow"),
        ("-finished:<1h", "cron waiting"),
        ("started:<1h", "slow"),
        ("a:20..30", "failed slow"),
        ("a:10,40", "old waiting"),
        ("-a:<40", "cron waiting"),
        ("b:>3", "cron waiting"),
        (f"a:>{10**30}", ""),
        (f"-a:>{10**30}", ALL),
        ("result:11", "old"),
        ("result:>=0", "old"),
        ("-result:11", "cron failed slow waiting"),
        ("priority:9", "old"),
        ("slots:>2", "slow"),
        ("slots:>99999", ""),
        ("attempt:3", "slow"),
        ("duration:2s", "slow"),
        ("duration:>2s", ""),
        ("runtime:>2s", "slow"),
        ("runtime:2500ms", "slow"),
        ("runtime:<2s", ""),
        ("-runtime:>2s", "cron failed old waiting"),
        ("wait:10s", "slow"),
        ("wait:>36000d", ""),
        ("type:scheduled", "cron"),
        ("-type:scheduled", "failed old slow waiting"),
        ("type:scheduled,one-off", ALL),
        ("label:nightly", "cron"),
        ("label:other,eu", "cron"),
        ("-label:nightly", "failed old slow waiting"),
        ('concurrency:"customer 7"', "waiting"),
        ('idempotency:"order 1"', "old"),
        ("11", "old"),
        ("30", "failed"),
        ("-30", ""),
        ("status:success slots:>2 a:20", "slow"),
        ("status:success status:failed", ""),
    ],
)
def test_search_finds_tasks(found, text, names):
    assert found(text) == names


def test_search_finds_tasks_by_their_ids(found, tasks):
    slow = tasks["slow"]
    for text in (slow, slow.hex, str(slow)[-8:], slow.hex[-12:], str(slow)[:23]):
        assert found(f"id:{text}") == "slow"
    assert found(f"id:{slow},{tasks['old']}") == "old slow"
    assert found(f"-id:{slow}") == "cron failed old waiting"
    # Without a key, these digits can be a number, too.
    assert found(str(slow)) == "slow"


def test_search_finds_the_task_of_a_schedule(found):
    schedule = TaskSchedule.objects.get()
    for text in (schedule.pk, str(schedule.pk)[-8:]):
        assert found(f"schedule:{text}") == "cron"
        assert found(f"-schedule:{text}") == "failed old slow waiting"


def test_negated_term_matches_tasks_of_a_node_that_was_forgotten(found):
    WorkerNode.objects.all().delete()
    assert found("-node:node-1@here") == ALL


def test_only_recent_failures_are_compared_by_their_message(found, make_task, monkeypatch):
    monkeypatch.setattr("tasks_app.search.indexed.RECENT_MAX", 1)
    assert found("error:lost") == "failed"
    make_task().mark_as_failed("Another.")
    assert found("error:lost") == ""


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("runtime:>2s", ""),
        ("wait:10s", ""),
        ("-runtime:>2s", "cron waiting"),
        ("runtime:>2s created:>1h", ""),
        ("runtime:>2s started:<1h", ""),
        ("runtime:>2s -finished:>1h", ""),
        ("runtime:>2s finished:<1h", "slow"),
        ("runtime:>2s created:1m..1h,<1h", "slow"),
        ("-runtime:>2s finished:<1h", "failed old"),
        ("wait:<1h 20", "slow"),
        ("-wait:10s type:scheduled", "cron"),
    ],
)
def test_durations_of_old_tasks_are_compared_if_the_search_limits_them(
    found, monkeypatch, text, names
):
    monkeypatch.setattr("tasks_app.search.indexed.RECENT_MAX", 2)
    assert found(text) == names


def test_times_without_a_zone_are_in_utc(found, tasks):
    created = timezone.now() - timedelta(days=1)
    Task.objects.filter(pk=tasks["waiting"]).update(created_at=created)
    assert found(f"created:{created:%Y-%m-%d}") == ""  # Its ID is of today.
    today = Task.objects.get(pk=tasks["slow"]).created_at
    assert "slow" in found(f"created:{today:%Y-%m-%d}")
    assert "slow" in found(f"created:{today:%Y-%m-%dT%H:%M}")


INDEXES = {
    "status:failed": "task_status",
    "id:01a21a6d-c2c7": "tasks_app_task_pkey",
    "error:expired": "task_status",
    "created:<1h": "tasks_app_task_pkey",
    "created:>2d": "tasks_app_task_pkey",
    "finished:<1h": "task_finished",
    "idempotency:order-1": "task_idempotency_key",
}
OF_SCHEDULES = ["type:scheduled", "schedule:a570ee06", "label:nightly"]


@pytest.fixture
def many_tasks(db):
    """Enough old tasks that the planner uses an index for few of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tasks_app_task (id, a, b, status, finished_at)"
            " SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,"
            "        n, n, CASE n % 100 WHEN 0 THEN 'FAILED' ELSE 'SUCCESS' END,"
            "        now() - interval '9 days'"
            " FROM generate_series(1, 3000) n"
        )
        cursor.execute("ANALYZE tasks_app_task")


@pytest.mark.parametrize(("text", "index"), INDEXES.items(), ids=INDEXES)
def test_an_index_serves_the_key(many_tasks, text, index):
    rows = Task.objects.filter(condition(parse(text)))
    # A page of the list, where its order is the one of the index.
    rows = rows.order_by("-pk")[:51] if index == "tasks_app_task_pkey" else rows.order_by()
    with connection.cursor() as cursor:
        for other in ("seqscan", "bitmapscan", "sort"):  # Few rows would make them cheaper.
            cursor.execute(f"SET LOCAL enable_{other} = off")
    assert re.search(rf"using {index}.*\n.*Index Cond", rows.explain())


@pytest.mark.parametrize("text", OF_SCHEDULES)
def test_two_indexes_serve_the_tasks_of_schedules(many_tasks, text):
    rows = Task.objects.filter(condition(parse(text))).order_by("-pk")[:51]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
    plan = rows.explain()
    for index in ("task_schedule", "task_overlap"):
        assert f"Bitmap Index Scan on {index} " in plan


def test_table_of_keys_says_what_an_index_serves():
    served = {key.name for key in KEYS.values() if not key.served_by.startswith("no index")}
    assert served == {text.partition(":")[0] for text in (*INDEXES, *OF_SCHEDULES)}
