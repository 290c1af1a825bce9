"""Calendars, labels and the control of many schedules at once."""

import pytest

from tasks_app.models import Calendar, Task, TaskSchedule
from tasks_app.services import schedules
from tasks_app.services.schedules import calendars
from tasks_app.services.schedules.calendars import NewCalendar

pytestmark = pytest.mark.django_db

SAVE = """mutation ($input: SaveCalendarInput!) { saveCalendar(input: $input) {
    calendar { name timeZone weekly { days from until } dates { from until } scheduleCount }
    errors { code field } } }"""
WEEKEND = {
    "name": "weekend",
    "timeZone": "Europe/Berlin",
    "weekly": [{"days": ["SATURDAY", "SUNDAY"], "from": "00:00", "until": "00:00"}],
    "dates": [{"from": "2027-12-24", "until": "2027-12-26"}],
}
CREATE = """mutation ($input: CreateTaskScheduleInput!) { createTaskSchedule(input: $input) {
    taskSchedule { calendars labels } errors { code field } } }"""
DAILY = {
    "a": 1,
    "b": 1,
    "recurrence": {"cron": {"expression": "0 9 * * *", "timeZone": "Europe/Berlin"}},
}


def test_saved_calendar_is_returned_and_can_be_replaced(data):
    saved = data(SAVE, input=WEEKEND)["saveCalendar"]

    assert saved == {"calendar": WEEKEND | {"scheduleCount": 0}, "errors": []}
    data(SAVE, input={"name": "weekend"})
    assert data("{ calendars { name dates { from } } }")["calendars"] == [
        {"name": "weekend", "dates": []}
    ]


def test_preview_notes_the_excluded_times(data):
    data(SAVE, input=WEEKEND)
    query = """query ($input: NewScheduleInput!) {
        schedulePreview(input: $input, from: "2027-12-23T00:00:00Z", count: 4) {
            ticks { local note } } }"""

    ticks = data(query, input=DAILY | {"calendars": ["weekend"]})["schedulePreview"]["ticks"]

    assert [(tick["local"][:10], tick["note"]) for tick in ticks] == [
        ("2027-12-23", None),
        ("2027-12-24", "EXCLUDED"),
        ("2027-12-27", None),
        ("2027-12-28", None),
    ]


def test_calendar_preview_returns_the_next_excluded_times_or_the_errors(data):
    query = """query ($input: SaveCalendarInput!) { calendarPreview(input: $input, count: 3) {
        excludedTimes { startsAt endsAt } errors { code field } } }"""

    preview = data(query, input=WEEKEND)["calendarPreview"]
    assert (len(preview["excludedTimes"]), preview["errors"]) == (3, [])
    assert preview["excludedTimes"][0]["endsAt"] < preview["excludedTimes"][1]["startsAt"]

    backwards = WEEKEND | {"dates": [{"from": "2027-12-26", "until": "2027-12-24"}]}
    assert data(query, input=backwards)["calendarPreview"] == {
        "excludedTimes": [],
        "errors": [{"code": "OUT_OF_RANGE", "field": ["input", "dates", "0", "until"]}],
    }
    assert not Calendar.objects.exists()


def test_calendar_is_renamed_and_has_its_next_excluded_times(data):
    data(SAVE, input=WEEKEND)
    rename = """mutation ($newName: String!) {
        renameCalendar(input: {name: "weekend", newName: $newName}) {
            calendar { name upcoming(count: 2) { endsAt } } errors { code field } } }"""

    assert data(rename, newName="")["renameCalendar"]["errors"] == [
        {"code": "INVALID", "field": ["input", "newName"]}
    ]
    renamed = data(rename, newName="saturdays")["renameCalendar"]["calendar"]
    assert (renamed["name"], len(renamed["upcoming"])) == ("saturdays", 2)
    assert data(rename, newName="x")["renameCalendar"]["errors"] == [
        {"code": "NOT_FOUND", "field": ["input", "name"]}
    ]


def test_schedule_has_calendars_and_labels(data):
    data(SAVE, input=WEEKEND)

    options = {"calendars": ["weekend"], "labels": ["nightly", "billing", "nightly"]}
    created = data(CREATE, input=DAILY | options)["createTaskSchedule"]

    assert created["taskSchedule"] == {"calendars": ["weekend"], "labels": ["nightly", "billing"]}
    assert data('{ calendar(name: "weekend") { scheduleCount } }')["calendar"] == {
        "scheduleCount": 1
    }


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"calendars": ["none"]}, {"code": "NOT_FOUND", "field": ["input", "calendars"]}),
        ({"labels": [""]}, {"code": "INVALID", "field": ["input", "labels"]}),
        ({"labels": ["x" * 64]}, {"code": "INVALID", "field": ["input", "labels"]}),
        ({"labels": ["x"] * 21}, {"code": "INVALID", "field": ["input", "labels"]}),
    ],
)
def test_names_that_are_not_valid_are_refused_by_field(data, options, error):
    created = data(CREATE, input=DAILY | options)["createTaskSchedule"]

    assert created == {"taskSchedule": None, "errors": [error]}


def test_calendar_is_deleted_unless_a_schedule_uses_it(data, make_schedule):
    calendars.save_calendar(NewCalendar(name="closed"))
    schedule = make_schedule(calendars=["closed"])
    delete = """mutation { deleteCalendar(input: {name: "closed"}) {
        deletedId errors { code field } } }"""

    refused = data(delete)["deleteCalendar"]
    assert refused["errors"] == [{"code": "IN_USE", "field": ["input", "name"]}]
    schedules.delete_schedule(schedule.pk)
    assert data(delete)["deleteCalendar"]["deletedId"]
    assert data(delete)["deleteCalendar"]["errors"][0]["code"] == "NOT_FOUND"
    assert not Calendar.objects.exists()


def change_many(name):
    kind = f"{name[0].upper()}{name[1:]}Input"
    return f"mutation ($input: {kind}!) {{ {name}(input: $input) {{ count errors {{ code }} }} }}"


@pytest.fixture
def labeled(make_schedule):
    """Three schedules, of which two have the label `nightly`."""
    return [make_schedule(labels=labels) for labels in (["nightly"], ["nightly", "x"], [])]


def test_schedules_are_paused_and_resumed_by_label(data, labeled):
    nightly = {"where": {"labels": ["nightly"]}}

    dry = data(change_many("pauseTaskSchedules"), input=nightly | {"dryRun": True})
    assert dry["pauseTaskSchedules"] == {"count": 2, "errors": []}
    assert not TaskSchedule.objects.exclude(paused_at=None).exists()

    paused = data(change_many("pauseTaskSchedules"), input=nightly | {"note": "release"})
    assert paused["pauseTaskSchedules"]["count"] == 2
    assert TaskSchedule.objects.filter(pause_note="release").count() == 2
    query = '{ taskSchedules(where: {paused: true, labels: ["x"]}) { nodes { labels } } }'
    assert data(query)["taskSchedules"]["nodes"] == [{"labels": ["nightly", "x"]}]

    resumed = data(change_many("resumeTaskSchedules"), input={"where": {"labels": ["x"]}})
    assert resumed["resumeTaskSchedules"]["count"] == 1
    assert TaskSchedule.objects.exclude(paused_at=None).count() == 1


def test_schedules_whose_run_has_not_ended_are_not_triggered(data, labeled):
    schedules.trigger_schedule(labeled[0].pk)

    triggered = data(change_many("triggerTaskSchedules"), input={"where": {}})

    assert triggered["triggerTaskSchedules"] == {"count": 2, "errors": []}
    assert Task.objects.filter(run=1).count() == 3


def test_schedules_are_deleted_by_id(data, labeled):
    ids = [str(schedule.pk) for schedule in labeled[:2]]

    deleted = data(change_many("deleteTaskSchedules"), input={"where": {"ids": ids}})

    assert deleted["deleteTaskSchedules"]["count"] == 2
    assert [schedule.pk for schedule in TaskSchedule.objects.all()] == [labeled[2].pk]


def test_too_many_labels_in_a_condition_are_refused(graphql):
    answer = graphql.execute(
        change_many("deleteTaskSchedules"), input={"where": {"labels": ["x"] * 21}}
    )

    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


def test_schedules_of_many_calendars_are_counted_in_one_query(
    data, make_schedule, django_assert_max_num_queries
):
    for number in range(5):
        calendars.save_calendar(NewCalendar(name=f"c{number}"))
        make_schedule(calendars=["c0", f"c{number}"])

    with django_assert_max_num_queries(2):
        found = data("{ calendars { name scheduleCount } }")["calendars"]

    assert {each["name"]: each["scheduleCount"] for each in found} == {
        "c0": 5,
        **{f"c{number}": 1 for number in range(1, 5)},
    }


def test_next_runs_of_a_list_are_read_without_the_calendars(
    data, make_schedule, django_assert_max_num_queries
):
    calendars.save_calendar(NewCalendar(name="closed"))
    for _ in range(5):
        make_schedule(calendars=["closed"])

    with django_assert_max_num_queries(1):
        found = data("{ taskSchedules { nodes { nextRunAt } } }")["taskSchedules"]["nodes"]

    assert len([each for each in found if each["nextRunAt"]]) == 5
