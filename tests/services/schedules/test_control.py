"""Schedules are paused, resumed and triggered."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from tasks_app.services import schedules, tasks
from tests.services.schedules.rows import history, log, shift, stored

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("node")]


def test_pause_stores_its_note_and_disables_the_periodic_task(make_schedule):
    schedule = make_schedule()

    paused = schedules.pause_schedule(schedule.pk, note="holidays")
    again = schedules.pause_schedule(schedule.pk, note="more holidays")

    assert (paused.pause_note, again.pause_note) == ("holidays", "more holidays")
    assert paused.paused_at == again.paused_at is not None
    assert paused.periodic_task.enabled is False
    resumed = schedules.resume_schedule(schedule.pk)
    assert (resumed.paused_at, resumed.pause_note, resumed.periodic_task.enabled) == (
        None,
        "",
        True,
    )
    schedules.resume_schedule(schedule.pk)
    assert log()[1:] == ["SCHEDULE_PAUSED", "SCHEDULE_RESUMED"]


def test_skipped_times_of_a_pause_are_one_row(make_schedule, woken):
    schedule = make_schedule(scheduled_at=timezone.now() + timedelta(seconds=1))
    shift(schedule, seconds=150)  # three ticks that are not processed
    schedules.pause_schedule(schedule.pk)
    shift(schedule, days=100)

    resumed = schedules.resume_schedule(schedule.pk)

    assert history(schedule) == [("MISSED", "", 3), ("SKIPPED", "PAUSED", 100 * 24 * 60)]
    assert (resumed.fired, resumed.skipped, resumed.missed) == (0, 100 * 24 * 60, 3)
    assert resumed.next_run_at > timezone.now()
    assert woken == []


def test_trigger_starts_a_run_even_while_paused(make_schedule, woken):
    schedule = make_schedule()
    schedules.pause_schedule(schedule.pk)

    task = schedules.trigger_schedule(schedule.pk)

    assert (task.status, task.run) == ("PENDING", 1)
    assert woken == ["default"]
    assert history(schedule) == [("FIRED", "TRIGGERED", 1)]
    assert (stored(schedule).fired, stored(schedule).next_run_at) == (1, schedule.next_run_at)
    assert log()[-1] == "TASK_TICKED"


def test_trigger_is_rejected_while_a_run_is_active(make_schedule):
    schedule = make_schedule()
    schedules.trigger_schedule(schedule.pk)

    with pytest.raises(ValidationError) as refusal:
        schedules.trigger_schedule(schedule.pk)

    assert refusal.value.error_dict["id"][0].code == "not_triggerable"
    assert stored(schedule).fired == 1


@pytest.mark.parametrize("ending", ["success", "failure", "cancelling"])
def test_next_run_starts_whatever_the_status_of_the_last(make_schedule, ending):
    schedule = make_schedule()
    task = schedules.trigger_schedule(schedule.pk)
    if ending == "success":
        task.mark_as_successfull(5)
    elif ending == "failure":
        task.mark_as_failed("bad luck")
    else:
        tasks.cancel_task(task.pk)

    again = schedules.trigger_schedule(schedule.pk)

    assert (again.status, again.run, again.attempt) == ("PENDING", 2, 0)
    assert (again.failed_message, again.finished_at, again.started_at) == ("", None, None)
