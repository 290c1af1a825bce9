"""The rules of the claim, over plain values."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from tasks_app import policy
from tasks_app.policy import Candidate, NodeCapacity, Occupied, choices

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def candidate(name, *, slots=1, priority=5, age=0, duration_ms=1000, queue="default"):
    return Candidate(
        queue=queue,
        slots=slots,
        runs_alone=duration_ms > 0,
        is_limited=False,
        size=1,
        id=UUID(int=name),
        priority=priority,
        due_at=NOW - age * SECOND,
        duration_ms=duration_ms,
    )


def node(slots, *occupied, name="node-1"):
    """A node whose work is given as (slots, seconds until it ends)."""
    work = [Occupied(count, NOW + seconds * SECOND) for count, seconds in occupied]
    return NodeCapacity(name, ["default"], slots, work)


def chosen(candidates, at, *peers):
    return [
        (choice.candidate.id.int, choice.max_duration_ms)
        for choice in choices(candidates, at, lambda: [at, *peers], NOW)
    ]


def test_higher_priority_then_older_task_comes_first():
    candidates = [
        candidate(1, priority=5, age=1),
        candidate(2, priority=9, age=0),
        candidate(3, priority=5, age=2),
    ]

    assert chosen(candidates, node(4)) == [(2, None), (3, None), (1, None)]


def test_task_that_does_not_fit_is_left_out():
    assert chosen([candidate(1, slots=3)], node(4, (2, 10))) == []
    assert chosen([candidate(1, slots=5)], node(4)) == []


def test_task_that_fits_no_node_reserves_nothing():
    candidates = [candidate(1, slots=5, age=9), candidate(2, duration_ms=60_000)]

    assert chosen(candidates, node(4, (2, 10))) == [(2, None)]


def test_smaller_task_goes_ahead_if_it_ends_before_the_reserved_start():
    large = candidate(1, slots=4, age=9)
    busy = node(4, (2, 10))

    assert chosen([large, candidate(2, duration_ms=9_000)], busy) == [(2, None)]
    # One that is too long may have a shorter one behind it in its group.
    assert chosen([large, candidate(2, duration_ms=11_000)], busy) == [(2, 9_900)]
    assert chosen([large, candidate(2, duration_ms=0)], busy) == [(2, None)]


def test_smaller_task_goes_ahead_on_slots_that_the_large_one_does_not_need():
    large = candidate(1, slots=3, age=9)
    long = candidate(2, duration_ms=3_600_000)

    assert chosen([large, long], node(4, (2, 10))) == [(2, None)]
    assert chosen([large, long], node(3, (1, 10))) == [(2, 9_900)]


def test_more_urgent_task_ignores_the_reservation():
    large = candidate(1, slots=4, priority=5, age=9)
    urgent = candidate(2, priority=9, duration_ms=3_600_000)

    assert chosen([large, urgent], node(4, (2, 10))) == [(2, None)]


def test_batch_does_not_delay_a_large_task_that_is_about_to_start():
    large = candidate(1, slots=2, age=9)

    # The other process has run its own batch for a moment, and ends any time now.
    assert chosen([large, candidate(2, duration_ms=0)], node(2, (1, 0))) == []


def test_only_the_node_that_can_start_the_task_first_reserves_slots():
    large, long = candidate(1, slots=4, age=9), candidate(2, duration_ms=3_600_000)
    early, late = node(4, (2, 5), name="early"), node(4, (2, 10), name="late")

    assert chosen([large, long], early, late) == [(2, 4_900)]
    assert chosen([large, long], late, early) == [(2, None)]


def test_nodes_that_could_start_it_at_the_same_time_do_not_both_reserve():
    large, long = candidate(1, slots=4, age=9), candidate(2, duration_ms=3_600_000)
    first, second = node(4, (2, 5), name="first"), node(4, (2, 5), name="second")

    assert chosen([large, long], first, second) == [(2, 4_900)]
    assert chosen([large, long], second, first) == [(2, None)]


def test_node_of_another_queue_does_not_count():
    large, long = candidate(1, slots=4, age=9), candidate(2, duration_ms=3_600_000)
    other = node(4, name="a-node")._replace(queues=["reports"])

    assert chosen([large, long], node(4, (2, 5)), other) == [(2, 4_900)]


def test_start_is_when_enough_work_has_ended():
    busy = node(4, (1, 3), (2, 5), (1, 9))

    assert busy.start_of(1, NOW) == NOW + 3 * SECOND
    assert busy.start_of(3, NOW) == NOW + 5 * SECOND
    assert busy.start_of(4, NOW) == NOW + 9 * SECOND
    assert busy.start_of(5, NOW) is None


def test_work_that_is_overdue_is_expected_to_end_now():
    assert node(2, (2, -5)).start_of(2, NOW) == NOW


@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(0, 60), st.integers(0, 30_000)), max_size=8),
    st.lists(st.tuples(st.integers(1, 4), st.integers(0, 20)), max_size=4),
)
def test_what_goes_ahead_never_delays_the_reserved_task(tasks, work):
    """Whichever choice the node makes, the reserved task can start as early as before."""
    occupied, free = [], 6
    for slots, seconds in work:
        if slots <= free:
            occupied.append((slots, seconds))
            free -= slots
    busy = node(6, *occupied)
    candidates = [
        candidate(number, slots=slots, age=age, duration_ms=duration_ms)
        for number, (slots, age, duration_ms) in enumerate(tasks)
    ]
    reservation = policy.reservation_of(busy, candidates, [busy], NOW)

    for choice in choices(candidates, busy, lambda: [busy], NOW):
        first = choice.candidate
        assert first.slots <= busy.free
        comes_later = reservation and policy.by_priority(first) > policy.by_priority(
            reservation.candidate
        )
        if comes_later:
            length = first.duration_ms if choice.max_duration_ms is None else choice.max_duration_ms
            until = NOW + timedelta(milliseconds=length)
            after = busy._replace(occupied=[*busy.occupied, Occupied(first.slots, until)])
            assert after.start_of(reservation.candidate.slots, NOW) <= reservation.starts_at
