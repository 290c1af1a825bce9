"""Each scheduled time counts once if Beat, the broker or the database fails."""

import signal
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from tasks_app.models import ScheduleTick, Task, TaskSchedule
from tasks_app.options import INTERVAL_MAX_SECONDS
from tasks_app.services import schedules
from tasks_app.services.schedules.creation import create_schedules
from tasks_app.services.schedules.parameters import NewSchedule
from tests.durability.conftest import check_the_log_against_the_rows, leader
from tests.support.waiting import TIMEOUT_FACTOR, eventually

# Until the first scheduled time. One that has passed when the schedule is created does not count.
START = timedelta(seconds=2 * TIMEOUT_FACTOR)


@contextmanager
def ticking(*, interval=1, **parameters):
    """Twenty schedules whose phases differ, until the block ends."""
    start = timezone.now() + START
    made = create_schedules(
        [
            NewSchedule(
                a=number,
                b=1,
                scheduled_at=start + timedelta(seconds=number / 20),
                interval=interval,
                **parameters,
            )
            for number in range(20)
        ]
    )
    yield made
    for schedule in made:
        schedules.pause_schedule(schedule.pk)


def wait_for_ticks(count):
    """Wait until a number of scheduled times of each schedule have an outcome."""
    decided = F("fired") + F("skipped") + F("missed")
    behind = TaskSchedule.objects.alias(decided=decided).filter(decided__lt=count)
    eventually(lambda: not behind.exists())


def check_each_tick():
    """Each nominal tick has one fate, each that fired has one result, and the log says the same."""
    open_runs = Task.objects.exclude(status__in=Task.TERMINAL).exclude(run=0)
    eventually(lambda: not open_runs.exists())
    for schedule in TaskSchedule.objects.all():
        step = timedelta(seconds=schedule.interval)
        ticks = list(schedule.ticks.all())
        decided = [tick.nominal_at - k * step for tick in ticks for k in range(tick.count)]
        assert sorted(decided) == [schedule.scheduled_at + k * step for k in range(len(decided))]
        assert schedule.next_run_at == schedule.scheduled_at + len(decided) * step
        fired = sorted(tick.run for tick in ticks if tick.outcome == "FIRED" and tick.run)
        assert fired == list(range(1, schedule.fired + 1))
        assert sorted(schedule.task.results.values_list("run", flat=True)) == fired
        assert len(decided) == schedule.fired + schedule.skipped + schedule.missed
    check_the_log_against_the_rows()


def test_three_beats_fire_each_tick_once(beats):
    beats(3)

    with ticking():
        wait_for_ticks(4)

    check_each_tick()
    assert not ScheduleTick.objects.exclude(outcome="FIRED").exists()


def replace_the_leader(cluster):
    """Kill it, and wait until the other Beat leads."""
    killed = leader(cluster)
    cluster.processes[killed].kill()
    cluster.processes[killed].wait()
    cluster.start_beat(killed)
    eventually(lambda: leader(cluster))


def test_the_leader_is_killed_again_and_again(beats):
    cluster = beats(2)

    with ticking():
        for count in (1, 3, 5):
            wait_for_ticks(count)
            replace_the_leader(cluster)
        wait_for_ticks(7)

    check_each_tick()


# The first scheduled time of a local day on which the clocks change, and how many quarters of an
# hour pass until 5 o'clock of that day.
CLOCK_CHANGES = [
    ("Europe/Berlin", "2026-03-28 23:00", 16),
    ("Europe/Berlin", "2026-10-24 22:00", 24),
    ("America/New_York", "2026-03-08 05:00", 16),
    ("America/New_York", "2025-11-02 04:00", 24),
    ("Australia/Lord_Howe", "2025-10-04 13:30", 18),
    ("Australia/Lord_Howe", "2026-04-04 13:00", 22),
]


def test_the_leader_is_killed_while_the_times_of_clock_changes_run(beats):
    cluster = beats(2)
    expected = {}
    with transaction.atomic():
        for zone, begin, quarters in CLOCK_CHANGES:
            start = datetime.fromisoformat(begin).replace(tzinfo=UTC)
            [schedule] = create_schedules([in_the_past("*/15 0-4 * * *", zone)])
            times = [start + number * timedelta(minutes=15) for number in range(quarters)]
            TaskSchedule.objects.filter(pk=schedule.pk).update(
                scheduled_at=times[0], next_run_at=times[0], ends_at=times[-1]
            )
            expected[schedule.pk] = times

    for count in (2, 6, 10):
        wait_for_ticks(count)
        replace_the_leader(cluster)
    active = Task.objects.exclude(status__in=Task.TERMINAL)
    eventually(lambda: not active.exists() and not TaskSchedule.objects.exclude(next_run_at=None))

    for schedule in TaskSchedule.objects.all():
        times = expected[schedule.pk]
        ticks = schedule.ticks.exclude(reason="LIMIT").order_by("nominal_at")
        assert [tick.nominal_at for tick in ticks] == times
        assert {tick.outcome for tick in ticks} == {"FIRED"}
        runs = schedule.task.results.order_by("run").values_list("run", flat=True)
        assert list(runs) == list(range(1, len(times) + 1))
    check_the_log_against_the_rows()


def in_the_past(cron, time_zone):
    """A schedule whose scheduled times of years ago run, one after the other."""
    return NewSchedule(
        a=1, b=2, cron=cron, time_zone=time_zone, catch_up="ALL", misfire_grace=INTERVAL_MAX_SECONDS
    )


def test_all_scheduled_times_of_a_downtime_run_one_after_another(beats):
    cluster = beats(1)
    beat = cluster.processes["beat-0"]

    with ticking(catch_up="ALL", duration_ms=50):
        wait_for_ticks(1)
        beat.kill()
        beat.wait()
        past = timezone.now() + timedelta(seconds=4)
        waiting = TaskSchedule.objects.filter(next_run_at__lt=past - timedelta(seconds=1))
        eventually(lambda: timezone.now() > past and waiting.count() == 20)
        cluster.start_beat("beat-0")
        wait_for_ticks(8)

    check_each_tick()
    assert not ScheduleTick.objects.exclude(outcome="FIRED").exists()
    assert any(
        tick.fired_at - tick.nominal_at > timedelta(seconds=1)
        for tick in ScheduleTick.objects.all()
    )


def test_a_frozen_leader_is_replaced_and_does_no_harm_when_it_wakes_up(beats):
    cluster = beats(2)
    frozen = leader(cluster)

    with ticking():
        wait_for_ticks(1)
        cluster.processes[frozen].send_signal(signal.SIGSTOP)
        eventually(lambda: leader(cluster) not in (None, frozen))
        cluster.processes[frozen].send_signal(signal.SIGCONT)
        wait_for_ticks(8)

    check_each_tick()
    assert cluster.processes[frozen].poll() is None


def test_ticks_fire_while_the_broker_is_away(beats, own_engines):
    beats(1)

    own_engines.valkey.stop()
    try:
        with ticking(interval=60):
            wait_for_ticks(1)
    finally:
        own_engines.valkey.start()

    assert not ScheduleTick.objects.exclude(outcome="FIRED").exists()
    check_each_tick()


def test_beat_outlives_the_database(beats, own_engines):
    cluster = beats(1)

    with ticking(overlap="QUEUE_ONE"):
        wait_for_ticks(1)
        connection.close()
        own_engines.postgres.kill()
        time.sleep(2)
        own_engines.postgres.start()
        wait_for_ticks(4)

    assert cluster.processes["beat-0"].poll() is None
    assert ScheduleTick.objects.filter(outcome="MISSED").exists()
    check_each_tick()
