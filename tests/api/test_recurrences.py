"""Schedules by a cron expression and schedules that run once, through both APIs."""

import json

import pytest
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule

from tasks_app.models import TaskSchedule

pytestmark = pytest.mark.django_db

CRON = {"a": 2, "b": 3, "cron": "0 9 * * mon-fri", "timezone": "Europe/Berlin"}
ONCE = {"a": 2, "b": 3, "at": "2100-01-01T00:00:00Z"}
INTERVAL = {"a": 2, "b": 3, "scheduled_at": "2100-01-01T00:00:00Z", "interval": 60}

PREVIEW = """
    query ($input: NewScheduleInput!, $from: DateTime, $count: Int!) {
      schedulePreview(input: $input, from: $from, count: $count) {
        text ticks { at local note } errors { code field }
      }
    }
"""


def beat_rows():
    models = (IntervalSchedule, CrontabSchedule, ClockedSchedule)
    return tuple(model.objects.count() for model in models)


def test_a_cron_schedule_is_created_with_its_row_in_beat(api):
    schedule = api.create_schedule(**CRON).value

    assert (schedule["cron"], schedule["timezone"]) == ("0 9 * * MON-FRI", "Europe/Berlin")
    assert "interval" not in schedule
    assert "at" not in schedule
    assert api.get_schedule(schedule["id"]).value == schedule
    stored = TaskSchedule.objects.get(pk=schedule["id"])
    crontab = stored.periodic_task.crontab
    assert (crontab.minute, crontab.hour, crontab.day_of_week) == ("0", "9", "MON-FRI")
    assert str(crontab.timezone) == "Europe/Berlin"
    assert stored.next_run_at.weekday() < 5


def test_a_schedule_that_runs_once_has_its_row_in_beat(api):
    schedule = api.create_schedule(**ONCE).value

    assert schedule["at"].startswith("2100-01-01T00:00:00")
    assert "interval" not in schedule
    stored = TaskSchedule.objects.get(pk=schedule["id"])
    assert stored.periodic_task.one_off is True
    assert stored.periodic_task.clocked.clocked_time == stored.next_run_at


def test_a_schedule_changes_its_recurrence_and_leaves_no_row_behind(api):
    id = api.create_schedule(**INTERVAL).value["id"]
    assert beat_rows() == (1, 0, 0)

    assert api.change_schedule(id, **CRON).value["cron"] == "0 9 * * MON-FRI"
    assert beat_rows() == (0, 1, 0)
    assert "cron" not in api.change_schedule(id, **ONCE).value
    assert beat_rows() == (0, 0, 1)
    assert api.change_schedule(id, **INTERVAL).value["interval"] == 60
    assert beat_rows() == (1, 0, 0)
    api.delete_schedule(id)
    assert beat_rows() == (0, 0, 0)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"timezone": "Europe/Atlantis"}, "timezone"),
        ({"timezone": ""}, "timezone"),
        ({"cron": "0 0 30 2 *"}, "cron"),
        ({"cron": "* * * * * *"}, "cron"),
        ({"cron": "@fortnightly"}, "cron"),
        ({"cron": "x"}, "cron"),
        ({"jitter": 86_400}, "jitter"),
        ({"scheduled_at": "soon"}, "scheduled_at"),
    ],
)
def test_an_invalid_cron_schedule_is_refused_by_field(api, change, error):
    names = {"expression": "cron", "time_zone": "timezone"}

    errors = api.create_schedule(**CRON | change).errors

    assert [names.get(name, name) for name in errors] == [error]
    assert beat_rows() == (0, 0, 0)


@pytest.mark.parametrize("time", ["2020-01-01T00:00:00Z", "soon", None])
def test_a_time_that_has_passed_is_refused(api, time):
    assert api.create_schedule(**ONCE | {"at": time}).errors == ["at"]


def test_a_time_and_a_start_contradict_each_other(api):
    both = ONCE | {"scheduled_at": "2100-01-01T00:00:00Z"}

    assert api.create_schedule(**both).errors == ["scheduled_at"]


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        (INTERVAL | {"cron": "@daily"}, {"interval", "cron"}),
        (CRON | {"at": "2100-01-01T00:00:00Z"}, {"cron", "at"}),
        ({"a": 2, "b": 3}, {"interval", "scheduled_at"}),
        (CRON | {"interval": None}, {"interval"}),
        (CRON | {"on_gap": "WAIT"}, {"on_gap"}),
    ],
)
def test_rest_requires_exactly_one_recurrence(client, body, errors):
    response = client.post("/task-schedules/", json.dumps(body), content_type="application/json")

    assert response.status_code == 400
    assert response.json().keys() == errors


@pytest.mark.parametrize("recurrence", [{}, {"interval": 60, "at": "2100-01-01T00:00:00Z"}])
def test_graphql_requires_exactly_one_recurrence(graphql, recurrence):
    answer = graphql.execute(PREVIEW, input={"a": "1", "b": "1", "recurrence": recurrence}, count=1)

    assert "data" not in answer or answer["data"] is None
    assert "exactly one" in str(answer["errors"]).lower()


def test_a_preview_shows_clock_changes_and_takes_a_start(data):
    recurrence = {"cron": {"expression": "30 2 * * *", "timeZone": "Europe/Berlin"}}
    new = {"a": "1", "b": "1", "recurrence": recurrence}

    spring = data(PREVIEW, input=new, count=2, **{"from": "2027-03-27T12:00:00Z"})
    autumn = data(PREVIEW, input=new, count=2, **{"from": "2027-10-30T12:00:00Z"})

    assert spring["schedulePreview"] == {
        "text": "At 02:30 every day, Europe/Berlin",
        "ticks": [
            {
                "at": "2027-03-28T01:00:00+00:00",
                "local": "2027-03-28T03:00:00+02:00",
                "note": "GAP_SHIFTED",
            },
            {
                "at": "2027-03-29T00:30:00+00:00",
                "local": "2027-03-29T02:30:00+02:00",
                "note": None,
            },
        ],
        "errors": [],
    }
    assert [tick["at"] for tick in autumn["schedulePreview"]["ticks"]] == [
        "2027-10-31T00:30:00+00:00",
        "2027-11-01T01:30:00+00:00",
    ]


def test_a_preview_of_an_unknown_zone_names_its_path(data):
    recurrence = {"cron": {"expression": "30 2 * * *", "timeZone": "Mars/Olympus"}}

    preview = data(PREVIEW, input={"a": "1", "b": "1", "recurrence": recurrence}, count=2)

    assert preview["schedulePreview"]["errors"] == [
        {"code": "INVALID", "field": ["input", "recurrence", "cron", "timeZone"]}
    ]
