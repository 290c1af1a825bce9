import pytest
from django.core.exceptions import ValidationError

from tasks_app.models import ClusterEvent, Queue, TaskSchedule
from tasks_app.services import schedules
from tasks_app.services.schedules.creation import create_schedules
from tests.services.schedules.test_schedules import counts, new_schedule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("node")]


def test_many_schedules_are_created_in_order():
    Queue.objects.create(name="email")
    news = [new_schedule(a=number, queue="email") for number in range(3)]

    made = create_schedules([*news, new_schedule(a=3, interval=None, cron="0 9 * * *")])

    assert [schedule.task.a for schedule in made] == [0, 1, 2, 3]
    assert list(TaskSchedule.objects.order_by("id")) == made
    assert counts() == (4, 4, 4, 1, 0)
    events = ClusterEvent.objects.order_by("id").values_list("kind", "schedule_ids")
    assert list(events) == [("SCHEDULE_CREATED", [schedule.pk]) for schedule in made]


def test_invalid_rows_are_named_and_nothing_is_created():
    news = [
        new_schedule(),
        new_schedule(interval=0, priority=10),
        new_schedule(queue="nowhere"),
        new_schedule(calendars=["none"]),
    ]

    with pytest.raises(ValidationError) as refusal:
        create_schedules(news)

    assert {name: errors[0].code for name, errors in refusal.value.error_dict.items()} == {
        "task_schedules.1.interval": "out_of_range",
        "task_schedules.1.priority": "out_of_range",
        "task_schedules.2.queue": "unknown_queue",
        "task_schedules.3.calendars": "not_found",
    }
    assert (counts(), ClusterEvent.objects.count()) == ((0, 0, 0, 0, 0), 0)


@pytest.mark.parametrize("count", [0, 501])
def test_number_of_rows_is_bounded(count):
    with pytest.raises(ValidationError) as refusal:
        create_schedules([new_schedule()] * count)

    assert list(refusal.value.message_dict) == ["task_schedules"]
    assert counts() == (0, 0, 0, 0, 0)


def test_repeated_rows_return_the_first_schedules():
    first = create_schedules([new_schedule(idempotency_key=key) for key in "ab"])

    again = create_schedules([new_schedule(idempotency_key=key) for key in "bca"])

    assert (again[0], again[2]) == (first[1], first[0])
    assert counts()[0] == 3


def test_key_with_other_parameters_creates_nothing():
    schedules.create_schedule(new_schedule(idempotency_key="taken"))

    with pytest.raises(ValidationError) as refusal:
        create_schedules([new_schedule(), new_schedule(a=9, idempotency_key="taken")])

    assert list(refusal.value.message_dict) == ["task_schedules.1.idempotency_key"]
    assert counts()[0] == 1
