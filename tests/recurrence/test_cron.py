"""Cron expressions, compared with cronsim and with a model, and where clocks change."""

from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile

import pytest

from tasks_app.recurrence import Cron, Interval, InvalidCronError, Once, is_zone, parse, preview
from tasks_app.recurrence.zones import zone

MINUTE = timedelta(minutes=1)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

BERLIN, NEW_YORK, LORD_HOWE = "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"
# The day before each clock change of 2027, at noon UTC.
SPRING = {
    BERLIN: datetime(2027, 3, 27, 12, tzinfo=UTC),
    NEW_YORK: datetime(2027, 3, 13, 12, tzinfo=UTC),
    LORD_HOWE: datetime(2027, 10, 1, 12, tzinfo=UTC),
}
AUTUMN = {
    BERLIN: datetime(2027, 10, 30, 12, tzinfo=UTC),
    NEW_YORK: datetime(2027, 11, 6, 12, tzinfo=UTC),
    LORD_HOWE: datetime(2027, 4, 2, 20, tzinfo=UTC),
}


def cron(expression, time_zone, starts_at=LONG_AGO, **policies):
    return Cron(parse(expression), time_zone, starts_at, **policies)


def in_next_days(recurrence, after, days=2):
    """Return the ticks as local time, with the UTC offset where clocks change, and their notes."""
    until = after + timedelta(days=days)
    ticks = takewhile(lambda tick: tick.at <= until, recurrence.noted(after))
    local = zone(recurrence.time_zone)
    return [(f"{tick.at.astimezone(local):%d %H:%M %z}", tick.note) for tick in ticks]


@pytest.mark.parametrize(
    ("time_zone", "expression", "expected"),
    [
        (BERLIN, "30 2 * * *", ["28 03:00 +0200", "29 02:30 +0200"]),
        (BERLIN, "0,15,30 2 * * *", ["28 03:00 +0200", "29 02:00 +0200"]),
        (BERLIN, "30 3 * * *", ["28 03:30 +0200", "29 03:30 +0200"]),
        (NEW_YORK, "30 2 * * *", ["14 03:00 -0400", "15 02:30 -0400"]),
        (LORD_HOWE, "15 2 * * *", ["02 02:15 +1030", "03 02:30 +1100"]),
        (LORD_HOWE, "30 2 * * *", ["02 02:30 +1030", "03 02:30 +1100"]),
    ],
)
def test_a_tick_in_the_gap_of_spring_runs_once_right_after(time_zone, expression, expected):
    ticks = in_next_days(cron(expression, time_zone), SPRING[time_zone])

    assert [time for time, _ in ticks][:2] == expected


@pytest.mark.parametrize(
    ("time_zone", "expression"),
    [(BERLIN, "30 2 * * *"), (NEW_YORK, "30 2 * * *"), (LORD_HOWE, "15 2 * * *")],
)
def test_a_tick_in_the_gap_can_be_skipped(time_zone, expression):
    shifted = cron(expression, time_zone)
    skipping = cron(expression, time_zone, on_gap="SKIP")
    after = SPRING[time_zone]
    [gap] = [tick for tick in islice(shifted.noted(after), 3) if tick.note == "GAP_SHIFTED"]
    others = [tick for tick in islice(shifted.after(after), 6) if tick != gap.at]

    assert list(islice(skipping.after(after), 5)) == others
    assert (gap.at, "GAP_SKIPPED") in list(islice(skipping.noted(after), 3))


@pytest.mark.parametrize(
    ("time_zone", "expression", "first", "second"),
    [
        (BERLIN, "30 2 * * *", "31 02:30 +0200", "31 02:30 +0100"),
        (NEW_YORK, "30 1 * * *", "07 01:30 -0400", "07 01:30 -0500"),
        (LORD_HOWE, "45 1 * * *", "04 01:45 +1100", "04 01:45 +1030"),
    ],
)
def test_a_tick_in_the_fold_of_autumn_runs_the_first_time_or_both(
    time_zone, expression, first, second
):
    once = in_next_days(cron(expression, time_zone), AUTUMN[time_zone])
    both = in_next_days(cron(expression, time_zone, on_fold="BOTH"), AUTUMN[time_zone])

    assert (first, "FOLD_FIRST") in once
    assert second not in dict(once)
    assert (first, "FOLD_FIRST") in both
    assert (second, "FOLD_SECOND") in both


@pytest.mark.parametrize("time_zone", [BERLIN, NEW_YORK, LORD_HOWE])
@pytest.mark.parametrize("seasons", [SPRING, AUTUMN])
@pytest.mark.parametrize("policies", [{}, {"on_gap": "SKIP"}, {"on_fold": "BOTH"}])
def test_finer_than_hourly_expressions_keep_elapsed_time(time_zone, seasons, policies):
    start = seasons[time_zone]

    ticks = list(islice(cron("*/30 * * * *", time_zone, **policies).after(start), 96))

    assert ticks == [start + k * timedelta(minutes=30) for k in range(1, 97)]


def test_days_of_month_and_of_week_add_up_unless_one_begins_with_a_star():
    either = cron("0 0 13 * 5", "UTC")
    both = cron("0 0 */13 * 5", "UTC")

    days = {tick.day for tick in islice(either.after(datetime(2027, 5, 31, tzinfo=UTC)), 5)}

    assert days == {4, 11, 13, 18, 25}
    assert all(tick.weekday() == 4 for tick in islice(both.after(LONG_AGO), 50))


@pytest.mark.parametrize(
    ("expression", "first"),
    [
        ("@daily", "2027-01-02"),
        ("@WEEKLY", "2027-01-03"),
        ("0 0 L * *", "2027-01-31"),
        ("0 0 LW * *", "2027-01-29"),
        ("0 0 * * MON#2", "2027-01-11"),
        ("0 0 * * 5L", "2027-01-29"),
        ("0 0 * feb-mar sun", "2027-02-07"),
        ("0 0 29 2 *", "2028-02-29"),
        ("0 0 1-31/10 * *", "2027-01-11"),
    ],
)
def test_names_lists_ranges_steps_and_aliases(expression, first):
    tick = cron(expression, "UTC").first_after(datetime(2027, 1, 1, tzinfo=UTC))

    assert tick == datetime.fromisoformat(first).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("", "exactly five fields"),
        ("* * * * * *", "exactly five fields"),
        ("@fortnightly", "alias must be one of @hourly"),
        ("60 * * * *", "field minute"),
        ("* 24 * * *", "field hour"),
        ("0 0 30 2 *", "field day of month"),
        ("0 0 31 feb *", "field day of month"),
        ("0 0 */15 2 5#5", "No date matches"),
        ("*/0 * * * *", "field minute"),
        ("²L * * * *", "field minute"),
        ("1" * 256, "at most 255"),
        (f"{'9' * 240} * * * *", "field minute"),
        (f"* * * {','.join(['11'] * 30)} *", "field month must have at most 64"),
    ],
)
def test_invalid_and_impossible_expressions_are_refused(expression, message):
    with pytest.raises(InvalidCronError, match=message):
        parse(expression)


def test_zones_come_from_the_pinned_package():
    assert is_zone("Europe/Berlin")
    assert is_zone("UTC")
    assert not is_zone("Europe/Atlantis")
    assert not is_zone("../zones")
    assert not is_zone("")


@pytest.mark.parametrize(
    ("recurrence", "words"),
    [
        (cron("0 9 * * 1-5", BERLIN), "At 09:00 on Monday through Friday, Europe/Berlin"),
        (cron("*/5 * * * *", "UTC"), "Every fifth minute of every hour, UTC"),
        (Interval(LONG_AGO, 1), "Every second"),
        (Interval(LONG_AGO, 90), "Every 90 seconds"),
        (Interval(LONG_AGO, 3600), "Every hour"),
        (Interval(LONG_AGO, 14 * 86400), "Every 14 days"),
        (Once(datetime(2027, 3, 1, 9, tzinfo=UTC)), "Once, at 2027-03-01 09:00:00 UTC"),
    ],
)
def test_recurrences_in_words(recurrence, words):
    assert recurrence.describe() == words


def test_a_preview_counts_no_skipped_tick_as_a_run():
    recurrence = cron("30 2 * * *", BERLIN, on_gap="SKIP")

    ticks = preview(recurrence, SPRING[BERLIN], 10, ends_at=None, max_runs=2)

    assert [tick.note for tick in ticks] == ["GAP_SKIPPED", None, None]
