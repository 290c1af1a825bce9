"""Properties of every schedule, checked on random workloads."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tasks_app.policy import orders
from tasks_app.simulation.pending import DueTask, Group
from tests.simulation.cases import run, task

SIZES = (2, 4, 6)
LIMITS = {"limited": 2}

random_tasks = st.lists(
    st.builds(
        lambda submit, duration, slots, queue, owner, priority, estimate: {
            "submit_s": submit,
            "duration_s": duration,
            "slots": slots,
            "queue": queue,
            "owner": owner,
            "priority": priority,
            "estimate_s": max(0, duration + estimate),
        },
        st.integers(0, 20),
        st.integers(0, 15),
        st.integers(1, 6),
        st.sampled_from(["default", "limited"]),
        st.sampled_from(["x", "y"]),
        st.integers(4, 6),
        st.integers(-3, 3),
    ),
    min_size=1,
    max_size=25,
)


def named(rows):
    return [task(str(number), **row) for number, row in enumerate(rows)]


def at(attempts, time):
    """Return the attempts that run from a time on."""
    return [a for a in attempts if a.started_ms <= time < a.ended_ms]


@given(random_tasks, st.sampled_from(orders.NAMES), st.booleans())
def test_slots_and_limits_are_never_exceeded_and_each_task_runs_once(rows, policy, backfill):
    result = run(named(rows), policy, slots=SIZES, limits=LIMITS, backfill=backfill)
    tasks = result.workload.tasks

    assert sorted(a.task for a in result.attempts) == list(range(len(rows)))
    for attempt in result.attempts:
        submitted, duration = tasks[attempt.task].submit_ms, tasks[attempt.task].duration_ms
        assert attempt.started_ms >= submitted
        assert attempt.ended_ms - attempt.started_ms == duration
    for time in {a.started_ms for a in result.attempts}:
        running = at(result.attempts, time)
        for node, slots in enumerate(SIZES):
            assert sum(tasks[a.task].slots for a in running if a.node == node) <= slots
        limited = [a for a in running if tasks[a.task].queue == "limited"]
        assert len(limited) <= LIMITS["limited"]


@given(random_tasks, st.sampled_from(orders.NAMES))
def test_no_slot_is_idle_while_a_task_fits_unless_it_is_reserved(rows, policy):
    result = run(named(rows), policy, slots=SIZES, limits=LIMITS)
    tasks, attempts = result.workload.tasks, result.attempts
    starts = {a.task: a.started_ms for a in attempts}

    times = sorted({t.submit_ms for t in tasks} | {a.ended_ms for a in attempts})
    for time, following in pairwise(times):
        assert following > time
        running = at(attempts, time)
        held = sum(tasks[a.task].queue == "limited" for a in running) >= LIMITS["limited"]
        waiting = [
            t
            for number, t in enumerate(tasks)
            if t.submit_ms <= time < starts[number] and not (held and t.queue == "limited")
        ]
        for node, slots in enumerate(SIZES):
            free = slots - sum(tasks[a.task].slots for a in running if a.node == node)
            fitting = [t for t in waiting if t.slots <= free]
            blocked = [t for t in waiting if free < t.slots <= slots]
            assert not fitting or blocked


@given(random_tasks)
def test_backfill_never_delays_the_first_task_beyond_its_first_reservation(rows):
    """FIFO on one node with exact estimates: the first task starts when it was expected to."""
    # Tasks without duration would make several tasks the first one at the same time.
    durations = [max(1, row["duration_s"]) for row in rows]
    tasks = [
        task(str(number), **row | {"duration_s": duration, "estimate_s": duration})
        for number, (row, duration) in enumerate(zip(rows, durations, strict=True))
    ]
    result = run(tasks, slots=(6,))
    tasks = result.workload.tasks
    attempts = sorted(result.attempts, key=lambda a: a.task)

    first_at = 0
    for attempt in attempts:
        first_at = max(first_at, tasks[attempt.task].submit_ms)
        earlier = attempts[: attempt.task]
        work = [a for a in attempts if a.started_ms < first_at < a.ended_ms]
        work += [a for a in earlier if a.started_ms == first_at < a.ended_ms]
        free = 6 - sum(tasks[a.task].slots for a in work)
        reserved_at = first_at
        for release in sorted(work, key=lambda a: a.ended_ms):
            if free >= tasks[attempt.task].slots:
                break
            free += tasks[release.task].slots
            reserved_at = release.ended_ms
        assert attempt.started_ms <= reserved_at
        first_at = max(first_at, attempt.started_ms)


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9)), max_size=1_500),
    st.lists(st.one_of(st.none(), st.integers(0, 9)), max_size=60),
)
def test_group_takes_tasks_in_order_as_a_sorted_list_would(rows, takes):
    group, model = Group(), []
    for number, (key, duration) in enumerate(rows):
        due = DueTask(number, task(str(number), 0, duration), 0)
        due.key = (key, number)
        group.add(due)
        model.append(due)
    model.sort(key=lambda due: due.key)

    for limit in takes:
        longest = None if limit is None else limit * 1000
        if longest is None and not model:
            continue
        expected = next(
            (due for due in model[:1000] if longest is None or due.duration_ms <= longest), None
        )
        assert group.take(longest) is expected
        if expected:
            model.remove(expected)
    assert list(group) == model
    assert bool(group) == bool(model)
