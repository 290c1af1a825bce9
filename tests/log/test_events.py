from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tasks_app import stats
from tasks_app.log import events
from tasks_app.log.events import Cursor, GapError
from tasks_app.models import ClusterEvent, PrunedLog, Task
from tasks_app.reconciler import prune
from tasks_app.services import tasks
from tasks_app.services.tasks import NewTask

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_event_carries_the_transaction_of_its_change(make_task):
    with transaction.atomic(), connection.cursor() as cursor:
        task = make_task()
        cursor.execute("SELECT pg_current_xact_id()::text::bigint, now()")
        xid, now = cursor.fetchone()

    event = ClusterEvent.objects.get()
    assert (event.xid, event.at) == (xid, now)
    assert (event.kind, event.queue, event.task_ids) == ("TASK_CREATED", "default", [task.pk])


def test_what_is_rolled_back_never_happened(make_task):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        make_task()
        1 / 0

    assert (Task.objects.count(), ClusterEvent.objects.count()) == (0, 0)


def read_all(cursor, **options):
    lines = []
    while not (page := events.read(cursor, **options)).is_last:
        assert page.lines
        lines += page.lines
        cursor = page.cursor
    return lines + page.lines


def test_a_cursor_is_text_and_back():
    for cursor in (Cursor(1, 2), Cursor(2**62, 2**40, 7), Cursor(5, 0)):
        assert Cursor.decode(cursor.encode()) == cursor


@pytest.mark.parametrize(
    "text",
    ["", "x", "é", "MTox====", "MQ==", "MToyOjM6NA==", "LTE6MQ==", "KzE6MQ==", "MTpfMQ==", "\0"],
)
def test_no_other_text_is_a_cursor(text):
    with pytest.raises(ValueError):
        Cursor.decode(text)


def test_cursors_sort_as_the_log_does():
    assert Cursor(1, 9) < Cursor(2, 1, 1) < Cursor(2, 1, 2) < Cursor(2, 1) < Cursor(2, 2, 1)


def test_pages_end_after_enough_changes_or_lines(make_task):
    start = events.head()
    tasks.create_tasks([NewTask(a=n, b=1) for n in range(2_500)])
    for _ in range(events.PAGE_EVENTS_MAX + 5):
        make_task()

    sizes, cursor, is_last = [], start, False
    while not is_last:
        page = events.read(cursor)
        sizes.append([len(line.task_ids) for line in page.lines])
        cursor, is_last = page.cursor, page.is_last

    assert sizes[:2] == [[1000], [1000]]
    assert sizes[2] == [500, *[1] * (events.PAGE_EVENTS_MAX - 1)]
    assert sizes[3:] == [[1] * 6]


def test_a_line_that_was_not_seen_to_its_end_is_read_again():
    start = events.head()
    tasks.create_tasks([NewTask(a=n, b=1) for n in range(3)])
    [line] = events.read(start).lines

    middle, end = events.cursor_after(line, 1), events.cursor_after(line, 2)

    assert (middle.seen, end) == (2, line.end)
    assert events.read(middle).lines == [line]
    assert events.read(end).lines == []


def test_only_lines_about_some_tasks(make_task):
    start = events.head()
    wanted, other = make_task(), make_task()
    tasks.cancel_task(other.pk)
    tasks.cancel_task(wanted.pk)

    lines = read_all(start, task_ids=[wanted.pk])

    assert [line.kind for line in lines] == ["TASK_CREATED", "TASK_CANCELLED"]
    assert {tuple(line.task_ids) for line in lines} == {(wanted.pk,)}


def test_what_was_pruned_is_a_gap_and_what_is_kept_is_not(make_task, settings):
    start = events.head()
    make_task()
    old = events.read(start).lines[0]
    ClusterEvent.objects.update(at=timezone.now() - timedelta(days=8))
    kept = make_task()
    stats.roll_up()

    prune()

    with pytest.raises(GapError) as gap:
        events.read(start)
    assert gap.value.resume == old.end
    assert [line.task_ids for line in events.read(old.end).lines] == [[kept.pk]]
    assert ClusterEvent.objects.count() == 1


forget = partial(events.delete_before, rolled_up_until=2**62)


def test_pruning_is_noted_whatever_the_order(make_task):
    for _ in range(5):
        make_task()
    last = ClusterEvent.objects.latest("xid", "id")
    tomorrow = timezone.now() + timedelta(days=1)

    assert [forget(tomorrow, limit) for limit in (2, 2, 2)] == [2, 2, 1]

    noted = PrunedLog.objects.get()
    assert (noted.xid, noted.event_id) == (last.xid, last.id)
    assert forget(tomorrow, 2) == 0
    assert PrunedLog.objects.get() == noted
