"""A replay answers as the cluster did, at each position of the recording."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg2
import pytest
from django.test import Client
from django.utils import timezone

from tasks_app import reconciler
from tasks_app.log import pages
from tasks_app.log.cursor import GapError
from tasks_app.models import Task, TaskResult, WorkerNode
from tasks_app.models.base import uuid7_floor
from tasks_app.recording import database
from tasks_app.recording.file import Recording, RecordingError, Writer
from tasks_app.recording.recorder import Recorder
from tasks_app.recording.timeline import Timeline
from tasks_app.services import alert_rules, alerts, queues, schedules, tasks
from tasks_app.services.schedules import calendars
from tasks_app.stats.rollup import roll_up
from tests.support.cluster import database_url
from tests.support.working import claim, complete, run_all

pytestmark = pytest.mark.django_db(transaction=True)

QUERIES = (
    """{ tasks(first: 8) { totalCount nodes {
        id a b status version run attempt createdAt startedAt finishedAt failedMessage result
        workerNode { name } queue { name } schedule { id } results(first: 5) { result createdAt }
    } } }""",
    """{ tasks(first: 8) { nodes {
        id history { kind at version message workerNode { name } }
    } } }""",
    """{ taskSchedules(first: 5) { nodes {
        id paused nextRunAt labels firedCount recurrence { interval } task { id status }
        ticks(first: 5) { nodes { nominalAt outcome run } }
    } } }""",
    "{ queues { name paused runningLimit statusCounts { status count } } }",
    "{ workerNodes { name connection heartbeatAt slots scheduling } calendars { name timeZone } }",
    """{ alerts { nodes { kind subject openedAt resolvedAt } }
        alertRules { kind isDefault } }""",
    """{ cluster {
        statusCounts { status count } stats(window: ALL_TIME) { succeeded failed runTime { p50 } }
    } }""",
)


def ask(query):
    response = Client().post("/graphql/", {"query": query}, content_type="application/json")
    body = response.json()
    assert "errors" not in body, body
    return body["data"]


def answer():
    return [ask(query) for query in QUERIES]


def cluster():
    return ask(QUERIES[-1])["cluster"]


class Recorded:
    """A recording of this process, and what the API answered at each look."""

    def __init__(self, file):
        self._file = file
        self._recorder = Recorder(Writer(file), "1.0")
        self._recorder.begin()
        self.answers = [answer()]

    def look(self):
        self._recorder.look()
        self.answers.append(answer())

    def end(self):
        self._recorder.end()
        self._file.flush()
        return Recording.load(Path(self._file.name))


@pytest.fixture
def recorded(tmp_path):
    """Begin to record."""
    with open(tmp_path / "recording.jsonl", "w") as file:
        yield lambda: Recorded(file)


def test_state_at_the_start_is_restored(recorded, make_task, make_schedule, node):
    make_task(a=1)
    make_task(a=2, fail_attempts=1, max_attempts=1)
    run_all()
    while roll_up():
        pass
    make_task(a=3)
    make_schedule(labels=["nightly"])
    calendars.save_calendar(calendars.NewCalendar(name="holidays"))
    recording = recorded()
    whole = recording.end()
    make_task()
    queues.create_queue("later")

    database.load(whole, None)

    assert [answer()] == recording.answers


def test_each_frame_brings_what_changed(recorded, make_task, make_schedule, node):
    make_task()
    old = timezone.now() - timedelta(days=99)
    Task.objects.create(
        id=uuid7_floor(old), a=1, b=2, status="SUCCESS", created_at=old, finished_at=old
    )
    schedule = make_schedule()
    queues.create_queue("batch", running_limit=3)
    recording = recorded()

    def see(change):
        made = change()
        recording.look()
        return made

    see(lambda: make_task(a=5))
    claimed = see(claim)
    see(lambda: complete(claimed))
    see(lambda: tasks.create_tasks([tasks.NewTask(a=n, b=n) for n in range(3)]))
    see(run_all)
    see(lambda: schedules.pause_schedule(schedule.pk))
    see(lambda: schedules.resume_schedule(schedule.pk))
    see(lambda: schedules.trigger_schedule(schedule.pk))
    see(run_all)
    see(lambda: queues.pause_queue("default", note="maintenance"))
    paused = alert_rules.Kind.QUEUE_PAUSED
    see(lambda: alert_rules.set_rule(paused, open_after_seconds=0, resolve_after_seconds=0))
    see(lambda: make_task(a=6))
    # The first evaluation sees that something changed, which is not an alert yet.
    see(lambda: [alerts.evaluate(), alerts.evaluate()])
    see(lambda: queues.resume_queue("default"))
    see(lambda: [alerts.evaluate(), alerts.evaluate()])
    assert ask(QUERIES[-2])["alerts"]["nodes"][0]["resolvedAt"] is not None
    see(lambda: queues.delete_queue("batch"))
    see(lambda: schedules.delete_schedule(schedule.pk))
    see(reconciler.prune)
    whole = recording.end()

    database.load(whole, None)

    replayed = [answer()]
    for frame in whole.frames:
        database.apply(frame, None)
        replayed.append(answer())
    assert replayed == recording.answers


def test_heartbeats_are_recorded_without_an_event(recorded, node, monkeypatch):
    monkeypatch.setattr("tasks_app.recording.recorder._COMPARE_EVERY", timedelta(0))
    recording = recorded()
    WorkerNode.objects.update(heartbeat_at=datetime(2026, 1, 1, tzinfo=UTC))
    recording.look()
    whole = recording.end()

    database.load(whole, None)
    [frame] = whole.frames
    database.apply(frame, None)

    assert answer() == recording.answers[-1]


def test_follower_gets_the_changes_in_the_order_of_the_log(recorded, make_task, node):
    make_task()
    start = pages.head()
    recording = recorded()
    for _ in range(3):
        make_task()
        run_all()
        recording.look()
    whole = recording.end()
    original = changes(start)

    database.load(whole, None)
    start = pages.head()
    for frame in whole.frames:
        database.apply(frame, None)

    assert changes(start) == original != []


def changes(start):
    events = pages.read(start).events
    return [
        (event.kind, id, version)
        for event in events
        for id, version in zip(event.task_ids, event.versions, strict=True)
    ]


def test_event_above_a_running_transaction_waits_for_its_turn(recorded, make_task):
    recording = recorded()
    other = psycopg2.connect(database_url())
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()")
        make_task()
        recording.look()
        other.rollback()
        recording.look()
    finally:
        other.close()
    whole = recording.end()

    [frame] = [frame for frame in whole.frames if "clusterevent" in frame.rows]
    assert len(frame.rows["clusterevent"]) == len(frame.rows["task"]) == 1


def test_every_older_cursor_leads_to_a_gap(recorded, make_task, node):
    make_task()
    whole = recorded().end()
    database.load(whole, None)
    make_task()
    for begin_log in (database.forget_log, lambda: database.load(whole, None)):
        cursors = [pages.head(), *(event.end for event in pages.read(pages.head()).events)]
        before = cluster()["statusCounts"]

        begin_log()

        if begin_log is database.forget_log:
            assert cluster()["statusCounts"] == before
        for cursor in cursors:
            with pytest.raises(GapError) as gap:
                pages.read(cursor)
        task = make_task()
        [event] = pages.read(gap.value.resume).events
        assert event.task_ids == [task.pk]


def test_no_time_is_in_the_future(recorded, make_task, node):
    make_task()
    run_all()
    while roll_up():
        pass
    recording = recorded()
    make_task()
    run_all()
    recording.look()
    whole = recording.end()
    start = timezone.now()

    timeline = Timeline(whole.header.at, start, 1000)
    database.load(whole, timeline)
    [frame] = whole.frames
    database.apply(frame, timeline)

    [later, earlier] = Task.objects.order_by("-created_at")
    assert earlier.created_at < earlier.finished_at < start
    assert start < later.created_at < later.finished_at < start + timedelta(seconds=1)
    assert TaskResult.objects.latest("created_at").created_at > start
    while roll_up():
        pass
    assert cluster()["stats"]["succeeded"] == 2


@pytest.mark.parametrize(
    ("columns", "wrong"),
    [
        ({"task": ["color"]}, r"task\.a, task\.b, task\.color"),
        ({"token": ["id"]}, r"token\.id"),
    ],
    ids=["column", "table"],
)
def test_recording_of_other_tables_is_refused(recorded, make_task, columns, wrong):
    whole = recorded().end()
    task = make_task()
    whole.header.columns.update(columns)

    with pytest.raises(RecordingError, match=wrong):
        database.load(whole, None)
    assert Task.objects.filter(pk=task.pk).exists()


def test_new_column_with_a_default_keeps_older_recordings(recorded, make_task):
    make_task(priority=9)
    recording = recorded().end()
    recording.header.columns["task"].remove("priority")
    for rows in recording.state:
        for row in rows.get("task", ()):
            del row["priority"]

    database.load(recording, None)

    assert Task.objects.get().priority == 5


def test_recording_contains_no_secrets(recorded, tmp_path):
    from tasks_app.models import Role
    from tasks_app.services.access import tokens

    made = tokens.create_token("ci", Role.OPERATOR)
    recorded().end()
    text = (tmp_path / "recording.jsonl").read_text()

    assert "TOKEN_CREATED" in text
    assert made.secret not in text
    assert made.token.digest not in text
