"""Recorded times move to the present at the speed of the replay."""

from datetime import UTC, datetime, timedelta

import pytest

from tasks_app.recording.timeline import Timeline

RECORDED = datetime(2026, 1, 1, tzinfo=UTC)
PRESENT = datetime(2027, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("speed", "recorded", "present"),
    [(1, 30, 30), (10, 30, 3), (10, -30, -30), (0.5, 30, 60), (0, 30, 30)],
)
def test_times_after_the_start_come_at_the_speed(speed, recorded, present):
    timeline = Timeline(RECORDED, PRESENT, speed)

    assert timeline.present(RECORDED + timedelta(seconds=recorded)) == PRESENT + timedelta(
        seconds=present
    )


def test_earlier_times_keep_their_place_when_the_speed_changes():
    timeline = Timeline(RECORDED, PRESENT, 10)
    early = RECORDED + timedelta(seconds=5)
    before = timeline.present(early)
    timeline.continue_at(RECORDED + timedelta(seconds=10), PRESENT + timedelta(seconds=7), 1)

    assert timeline.present(early) == before
    assert timeline.present(RECORDED + timedelta(seconds=12)) == PRESENT + timedelta(seconds=9)


def test_skipped_times_are_at_one_moment():
    timeline = Timeline(RECORDED, PRESENT, 0)
    timeline.continue_at(RECORDED, PRESENT, float("inf"))
    timeline.continue_at(RECORDED + timedelta(seconds=60), PRESENT, 0)

    assert timeline.present(RECORDED + timedelta(seconds=59)) == PRESENT
