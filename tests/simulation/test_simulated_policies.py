"""Hand-computed schedules of the named policies."""

import pytest

from tasks_app.policy import orders
from tests.simulation.cases import run, spans, task

WIDE = [
    task("A", 0, 10, slots=3),
    task("B", 1, 10, slots=4),
    task("C", 2, 5, slots=1),
]


def test_fifo_without_backfill_starts_tasks_in_order_of_submission():
    result = run(WIDE, slots=(4,), backfill=False)

    assert spans(result) == {"A": (0, 10), "B": (10, 20), "C": (20, 25)}


def test_easy_backfill_starts_a_short_task_before_the_reservation():
    assert spans(run(WIDE, slots=(4,))) == {"A": (0, 10), "C": (2, 7), "B": (10, 20)}


def test_easy_backfill_leaves_a_task_waiting_that_would_delay_the_reservation():
    tasks = [*WIDE[:2], task("C", 2, 8.001, slots=1)]

    assert spans(run(tasks, slots=(4,)))["C"] == (20, 28.001)
    assert spans(run([*WIDE[:2], task("C", 2, 8)], slots=(4,)))["C"] == (2, 10)


def test_easy_backfill_uses_slots_that_the_reservation_does_not_need():
    tasks = [task("A", 0, 10, slots=2), task("B", 1, 10, slots=3), task("C", 2, 99, slots=1)]

    assert spans(run(tasks, slots=(4,))) == {"A": (0, 10), "C": (2, 101), "B": (10, 20)}


def test_backfill_without_a_wide_task_changes_nothing():
    tasks = [task(str(number), number, 10 - number) for number in range(5)]

    assert run(tasks, slots=(2,)).log == run(tasks, slots=(2,), backfill=False).log


def test_priority_starts_the_most_urgent_task_first():
    tasks = [task("A", 0, 10), task("B", 1, 10), task("C", 2, 10, priority=9)]

    assert spans(run(tasks, "priority")) == {"A": (0, 10), "C": (10, 20), "B": (20, 30)}


@pytest.mark.parametrize(("aging_s", "order"), [(1, "ABC"), (2, "ACB")])
def test_aged_priority_lets_an_old_task_overtake_an_urgent_one(aging_s, order):
    tasks = [task("A", 0, 10), task("B", 1, 1), task("C", 8, 1, priority=9)]

    # Priorities differ by 4 and submissions by 7 s: equal ages are worth 7 / 4 s a priority.
    result = spans(run(tasks, "aged-priority", aging_ms=aging_s * 1000))
    assert "".join(sorted(result, key=result.get)) == order


def test_shortest_first_starts_the_shortest_task_first():
    tasks = [task("A", 0, 10), task("B", 1, 8), task("C", 2, 3)]

    assert spans(run(tasks, "shortest-first")) == {"A": (0, 10), "C": (10, 13), "B": (13, 21)}


def test_shortest_first_goes_by_estimates():
    tasks = [task("A", 0, 10), task("B", 1, 8), task("C", 2, 3, estimate_s=9)]

    assert spans(run(tasks, "shortest-first")) == {"A": (0, 10), "B": (10, 18), "C": (18, 21)}


def test_fair_share_starts_the_owner_with_less_service_first():
    tasks = [task("A", 0, 10, owner="x"), task("B", 1, 10, owner="x"), task("C", 2, 10, owner="y")]

    assert spans(run(tasks, "fair-share")) == {"A": (0, 10), "C": (10, 20), "B": (20, 30)}


def test_fair_share_counts_slots_times_duration():
    wide = [task(f"w{n}", 0, 1, slots=4, owner="wide") for n in range(100)]
    narrow = [task(f"n{n}", 0, 1, slots=1, owner="narrow") for n in range(400)]
    result = run([*wide, *narrow], "fair-share", slots=(4,))

    first = [a for a in result.attempts if a.ended_ms <= 100_000]
    service = {"w": 0, "n": 0}
    for attempt in first:
        done = result.workload.tasks[attempt.task]
        service[done.name[0]] += done.slots
    assert service["w"] == pytest.approx(200, abs=4)
    assert service["n"] == pytest.approx(200, abs=4)


@pytest.mark.parametrize("by", ["owner", "queue"])
def test_fair_share_divides_by_weight(by):
    tasks = [task(f"{o}{n}", 0, 1, **{by: o}) for o in ("x", "y") for n in range(1000)]
    result = run(tasks, "fair-share", share_by=by, weights={"y": 3})

    starts = [line.split()[2][0] for line in result.log if " START " in line][:1000]
    assert starts.count("y") == pytest.approx(750, abs=2)


def test_fair_share_saves_no_credit_for_an_idle_owner():
    busy = [task(f"b{n}", 0, 1, owner="busy") for n in range(100)]
    late = [task(f"l{n}", 50, 1, owner="late") for n in range(20)]
    result = run([*busy, *late], "fair-share")

    starts = [line.split()[2][0] for line in result.log if " START " in line]
    assert set(starts[:50]) == {"b"}
    assert starts[50:90].count("l") == pytest.approx(20, abs=1)


def test_fair_share_of_a_single_owner_is_fifo():
    tasks = [task(str(number), number % 7, 3, slots=1 + number % 3) for number in range(40)]

    assert run(tasks, "fair-share", slots=(4,)).log == run(tasks, "fifo", slots=(4,)).log


def test_backfilled_task_does_not_put_a_new_owner_behind_the_backlog():
    tasks = [task("first", 0, 10, slots=3, owner="heavy")]
    tasks += [task(f"wide{n}", 1, 10, slots=4, owner="heavy") for n in range(9)]
    tasks += [task("short", 2, 1, owner="heavy"), task("light", 5, 10, slots=4, owner="light")]

    # "short" has the largest start tag of "heavy", and starts at once. The tag of "light" is that
    # of "wide0", which was submitted earlier.
    result = spans(run(tasks, "fair-share", slots=(4,)))
    assert result["short"] == (2, 3)
    assert result["wide0"] == (10, 20)
    assert result["light"] == (20, 30)


def test_fair_share_of_one_priority_does_not_depend_on_another():
    urgent = [task(f"u{n}", 0, 10, owner="other", priority=9) for n in range(50)]
    backlog = [task(f"b{n}", 0, 10, owner="heavy") for n in range(20)]
    result = spans(run([*urgent, *backlog, task("new", 400, 10, owner="light")], "fair-share"))

    assert result["b0"] == (500, 510)
    assert result["new"][0] <= 510


def test_unknown_policy_is_refused():
    with pytest.raises(ValueError, match="Choose one of: fifo, priority"):
        orders.make("lottery")
