import pytest
from django.db import connection, transaction

from tasks_app.models import ClusterEvent, Task


@pytest.mark.django_db(transaction=True)
def test_an_event_carries_the_transaction_of_its_change(make_task):
    with transaction.atomic(), connection.cursor() as cursor:
        task = make_task()
        cursor.execute("SELECT pg_current_xact_id()::text::bigint, now()")
        xid, now = cursor.fetchone()

    event = ClusterEvent.objects.get()
    assert (event.xid, event.at) == (xid, now)
    assert (event.kind, event.queue, event.task_ids) == ("TASK_CREATED", "default", [task.pk])


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_never_happened(make_task):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        make_task()
        1 / 0

    assert (Task.objects.count(), ClusterEvent.objects.count()) == (0, 0)
