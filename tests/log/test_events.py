from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tasks_app import stats
from tasks_app.log import events, pages
from tasks_app.log.cursor import Cursor, GapError
from tasks_app.models import ClusterEvent, PrunedLog, Task
from tasks_app.reconciler import prune
from tasks_app.services import tasks
from tasks_app.services.tasks import NewTask

pytestmark = pytest.mark.django_db(transaction=True)


def test_event_has_the_transaction_id_of_its_change(make_task):
    with transaction.atomic(), connection.cursor() as cursor:
        task = make_task()
        cursor.execute("SELECT pg_current_xact_id()::text::bigint, now()")
        xid, now = cursor.fetchone()

    event = ClusterEvent.objects.get()
    assert (event.xid, event.at) == (xid, now)
    assert (event.kind, event.queue, event.task_ids) == ("TASK_CREATED", "default", [task.pk])


def test_rolled_back_change_has_no_event(make_task):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        make_task()
        1 / 0

    assert (Task.objects.count(), ClusterEvent.objects.count()) == (0, 0)


def test_cursor_of_another_log_is_a_gap(make_task):
    make_task()
    here = pages.read(Cursor(0, 0)).cursor

    with pytest.raises(GapError) as gap:
        pages.read(here._replace(xid=here.xid + 1_000_000))

    assert gap.value.resume >= here
    assert pages.read(gap.value.resume).events == []


def read_all(cursor, **options):
    lines = []
    while not (page := pages.read(cursor, **options)).is_last:
        assert page.events
        lines += page.events
        cursor = page.cursor
    return lines + page.events


def test_cursor_is_encoded_and_decoded():
    for cursor in (Cursor(1, 2), Cursor(2**62, 2**40, 7), Cursor(5, 0)):
        assert Cursor.decode(cursor.encode()) == cursor


@pytest.mark.parametrize(
    "text",
    ["", "x", "é", "MTox====", "MQ==", "MToyOjM6NA==", "LTE6MQ==", "KzE6MQ==", "MTpfMQ==", "\0"],
)
def test_invalid_cursor_is_rejected(text):
    with pytest.raises(ValueError):
        Cursor.decode(text)


def test_cursors_sort_as_the_log_does():
    assert Cursor(1, 9) < Cursor(2, 1, 1) < Cursor(2, 1, 2) < Cursor(2, 1) < Cursor(2, 2, 1)


def test_pages_are_bounded_by_events_and_changes(make_task):
    start = pages.head()
    tasks.create_tasks([NewTask(a=n, b=1) for n in range(2_500)])
    for _ in range(pages.PAGE_EVENTS_MAX + 5):
        make_task()

    sizes, cursor, is_last = [], start, False
    while not is_last:
        page = pages.read(cursor)
        sizes.append([len(line.task_ids) for line in page.events])
        cursor, is_last = page.cursor, page.is_last

    assert sizes[:2] == [[1000], [1000]]
    assert sizes[2] == [500, *[1] * (pages.PAGE_EVENTS_MAX - 1)]
    assert sizes[3:] == [[1] * 6]


def test_partly_read_event_is_read_again():
    start = pages.head()
    tasks.create_tasks([NewTask(a=n, b=1) for n in range(3)])
    [line] = pages.read(start).events

    middle, end = pages.cursor_after(line, 1), pages.cursor_after(line, 2)

    assert (middle.seen, end) == (2, line.end)
    assert pages.read(middle).events == [line]
    assert pages.read(end).events == []


def test_events_can_be_filtered_by_task(make_task):
    start = pages.head()
    wanted, other = make_task(), make_task()
    tasks.cancel_task(other.pk)
    tasks.cancel_task(wanted.pk)

    lines = read_all(start, task_ids=[wanted.pk])

    assert [line.kind for line in lines] == ["TASK_CREATED", "TASK_CANCELLED"]
    assert {tuple(line.task_ids) for line in lines} == {(wanted.pk,)}


def test_cursor_before_deleted_events_is_a_gap(make_task, settings):
    start = pages.head()
    make_task()
    old = pages.read(start).events[0]
    ClusterEvent.objects.update(at=timezone.now() - timedelta(days=8))
    kept = make_task()
    stats.roll_up()

    prune()

    with pytest.raises(GapError) as gap:
        pages.read(start)
    assert gap.value.resume == old.end
    assert [line.task_ids for line in pages.read(old.end).events] == [[kept.pk]]
    assert ClusterEvent.objects.count() == 1


forget = partial(events.delete_before, rolled_up_until=2**62)


def test_position_of_deleted_events_is_stored_in_any_order(make_task):
    for _ in range(5):
        make_task()
    last = ClusterEvent.objects.latest("xid", "id")
    tomorrow = timezone.now() + timedelta(days=1)

    assert [forget(tomorrow, limit) for limit in (2, 2, 2)] == [2, 2, 1]

    noted = PrunedLog.objects.get()
    assert (noted.xid, noted.event_id) == (last.xid, last.id)
    assert forget(tomorrow, 2) == 0
    assert PrunedLog.objects.get() == noted


def test_page_is_read_by_index():
    ClusterEvent.objects.bulk_create(
        ClusterEvent(kind=ClusterEvent.Kind.QUEUE_PAUSED, queue="default") for _ in range(2_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tasks_app_clusterevent")
        cursor.execute(f"EXPLAIN {pages._READ_ALL}", {"xid": 0, "id": 0})
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "Index Scan using event_order" in plan
    assert "Seq Scan on tasks_app_clusterevent" not in plan
