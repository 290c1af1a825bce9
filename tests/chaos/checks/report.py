"""A run as a table."""

from collections import Counter
from collections.abc import Iterator
from statistics import median

from tests.chaos.campaign import Outcome
from tests.chaos.checks import gauges
from tests.chaos.checks.checker import recoveries
from tests.chaos.checks.evidence import Evidence
from tests.chaos.checks.journal import STARTED

NAME_WIDTH = 45
VIOLATIONS_SHOWN = 20
LOST, LATE = ("I1", "I10"), ("I2",)
WRONG = ("I4", "I5", "I8", "I17", "sum", "ledger")
DUPLICATED = ("I3", "I7", "I9", "I13")


def table(outcome: Outcome) -> str:
    lines = [f"{name:<{NAME_WIDTH}}{value}" for name, value in _rows(outcome)]
    lines += _faults(outcome.evidence)
    shown = outcome.violations[:VIOLATIONS_SHOWN]
    lines += [f"BROKEN {violation.promise}: {violation.what}" for violation in shown]
    if len(outcome.violations) > len(shown):
        lines.append(f"... and {len(outcome.violations) - len(shown)} more")
    return "\n".join(lines)


def _rows(outcome: Outcome) -> Iterator[tuple[str, object]]:
    found, tally = outcome.evidence, outcome.tally
    broken = Counter(violation.promise for violation in outcome.violations)
    created = len({request.id for request in found.acknowledged})
    yield "seed", outcome.seed
    yield "load, tasks a second", f"{created / outcome.seconds:.1f} of {outcome.rate:.0f} wished"
    yield "time under load and faults, s", f"{outcome.seconds:.0f}"
    yield "acknowledged tasks", created
    yield "requests repeated on purpose", tally.repeated
    yield "requests not answered", _counts(tally.unanswered)
    yield "requests with a key that were given up", tally.given_up
    yield "lost", sum(broken[promise] for promise in LOST)
    yield "late: open, or recovered after a minute", sum(broken[promise] for promise in LATE)
    yield (
        "duplicated (tasks, results, ticks, backfills)",
        sum(broken[promise] for promise in DUPLICATED),
    )
    yield "wrong (sums, histories, ticks)", sum(broken[promise] for promise in WRONG)
    yield "out of attempts, and said so", _failed(found)
    yield "executions repeated after a loss", _repeated_executions(found)
    yield "ticks", _ticks(found)
    yield "scheduled times of backfills", sum(1 for run in found.backfill_runs if run.task)
    times = [seconds for _, seconds in recoveries(found)]
    yield "time to recover, s", f"p50 {median(times):.1f}, max {max(times):.1f}"
    yield "quiet after faults and load, s", f"{found.quiet_after_seconds:.1f}"
    yield from _usage(outcome.usages)
    yield "processes that died, also by themselves", _counts(outcome.deaths)
    yield "faults, and their longest time to recover", len(found.faults)


def _faults(found: Evidence) -> Iterator[str]:
    counts = Counter(fault.name for fault in found.faults)
    longest: dict[str, float] = {}
    for name, seconds in recoveries(found):
        longest[name] = max(seconds, longest.get(name, 0.0))
    for name, count in sorted(counts.items()):
        time = f"{longest[name]:.1f} s" if name in longest else "overlapped"
        yield f"  {name:<{NAME_WIDTH - 2}}{count:<4}{time}"


def _repeated_executions(found: Evidence) -> int:
    runs = Counter((e.task, e.run) for e in found.executions if e.what == STARTED)
    return sum(count - 1 for count in runs.values())


def _failed(found: Evidence) -> int:
    return sum(task.status == "FAILED" for task in found.tasks.values())


def _ticks(found: Evidence) -> str:
    counts: Counter[str] = Counter()
    for ticks in found.ticks.values():
        for tick in ticks:
            counts[tick.outcome] += tick.times
    return _counts(counts)


def _usage(usages: list[gauges.Usage]) -> Iterator[tuple[str, object]]:
    for kind in gauges.kinds(usages):
        memory = ", ".join(f"{usage.memory.get(kind, 0):.0f}" for usage in usages)
        descriptors = ", ".join(str(usage.descriptors.get(kind, 0)) for usage in usages)
        yield f"{kind}: memory, MB; file descriptors", f"{memory}; {descriptors}"
    yield "database connections", ", ".join(str(usage.connections) for usage in usages)


def _counts(counts: Counter[str]) -> str:
    each = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
    return f"{sum(counts.values())}" + (f" ({each})" if each else "")
