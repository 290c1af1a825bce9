"""The query `scheduleDensity`: how many scheduled times come in the next hours."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from tasks_app.services.schedules.density import schedule_density

pytestmark = pytest.mark.django_db

DENSITY = """query ($hours: Int) { scheduleDensity(hours: $hours) {
    slotMinutes scheduleCount isEstimate
    timeSlots { startsAt count busiestMinute collisions excludedBy } } }"""


def test_density_of_a_week_is_returned(data, make_schedule):
    start = timezone.now() + timedelta(days=2)
    for interval in (1800, 3600):
        make_schedule(interval=interval, scheduled_at=start, max_runs=2)

    found = data(DENSITY, hours=168)["scheduleDensity"]

    assert (found["slotMinutes"], len(found["timeSlots"])) == (60, 168)
    assert (found["scheduleCount"], found["isEstimate"]) == (2, False)
    assert sum(slot["count"] for slot in found["timeSlots"]) == 4
    busiest = max(found["timeSlots"], key=lambda slot: slot["collisions"])
    assert busiest["collisions"] == 2
    assert busiest["busiestMinute"].startswith(f"{start:%Y-%m-%dT%H:%M}:00")


def test_service_refuses_hours_out_of_range():
    with pytest.raises(ValidationError) as refusal:
        schedule_density(169)

    assert refusal.value.error_dict["hours"][0].code == "out_of_range"


@pytest.mark.parametrize("hours", [0, 169, -1])
def test_hours_out_of_range_are_refused(send_query, hours):
    [error] = send_query(DENSITY, hours=hours).json()["errors"]

    assert error["message"] == "`hours` must be between 1 and 168."
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


def test_operation_can_select_it_once(send_query):
    query = "{ scheduleDensity { isEstimate } %s }"
    assert "errors" not in send_query(query % "").json()

    [error] = send_query(query % "again: scheduleDensity { isEstimate }").json()["errors"]

    assert error["extensions"]["code"] == "QUERY_TOO_COMPLEX"
