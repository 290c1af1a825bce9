"""Checks the evidence: each guarantee is a rule, which returns its violations.

The rules are written anew from the promises, not from the code that is to keep them. What the rows
alone can show is in the statements of the ledger (`tasks_app/ledger/`), which are written so, too;
the rules here need the journals, or the whole history.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import NamedTuple

from tests.chaos.checks.evidence import Change, Evidence, Schedule, Tick
from tests.chaos.checks.journal import STARTED, STORED

QUIET_WITHIN_SECONDS = 60
ROLLING_RESTART = "rolling restart"

TERMINAL = {"SUCCESS", "FAILED", "CANCELLED"}
# The transitions of a task that no client cancels, retries or edits.
MOVES = {
    ("", "PENDING"): {"TASK_CREATED", "SCHEDULE_CREATED"},
    ("PENDING", "RUNNING"): {"TASK_STARTED"},
    ("RUNNING", "SUCCESS"): {"TASK_SUCCEEDED"},
    ("RUNNING", "FAILED"): {"TASK_FAILED"},
    ("RUNNING", "PENDING"): {"TASK_REQUEUED", "TASK_ATTEMPT_FAILED"},
    # A tick gives the task of a schedule its next run.
    ("PENDING", "PENDING"): {"TASK_TICKED"},
    ("SUCCESS", "PENDING"): {"TASK_TICKED"},
    ("FAILED", "PENDING"): {"TASK_TICKED"},
}


class Violation(NamedTuple):
    """A promise, by its number, and what broke it."""

    promise: str
    what: str


def check(evidence: Evidence) -> list[Violation]:
    return [Violation(promise, what) for promise, rule in RULES.items() for what in rule(evidence)]


def lost(evidence: Evidence) -> Iterator[str]:
    """I1: what was acknowledged exists with its parameters, and has ended."""
    for request in evidence.acknowledged:
        task = evidence.tasks.get(request.id)
        if task is None:
            yield f"{request.id} was acknowledged and is not there"
        elif (task.a, task.b) != (request.a, request.b):
            yield f"{request.id} is {task.a} + {task.b} instead of {request.a} + {request.b}"
        elif task.status not in TERMINAL:
            yield f"{request.id} was acknowledged and is still {task.status}"


def not_quiet(evidence: Evidence) -> Iterator[str]:
    """I2: a minute after the last fault nothing is open."""
    for task in evidence.tasks.values():
        if task.is_open:
            yield f"{task.id} is still {task.status}, attempt {task.attempt} of run {task.run}"
    for name, seconds in recoveries(evidence):
        if seconds > QUIET_WITHIN_SECONDS:
            yield f"after {name} it took {seconds:.0f} s until all was done that was there before"
    if evidence.quiet_after_seconds > QUIET_WITHIN_SECONDS:
        yield f"quiet only after {evidence.quiet_after_seconds:.0f} s"


def recoveries(evidence: Evidence) -> list[tuple[str, float]]:
    """Of each fault that was awaited: how long until all was terminal that had been created before
    its end, in seconds.
    """
    times = [
        (task.created_at, task.finished_at)
        for task in evidence.tasks.values()
        if not task.is_scheduled and task.finished_at
    ]
    return [
        (
            fault.name,
            max(
                (
                    (finished_at - fault.at).total_seconds()
                    for created_at, finished_at in times
                    if created_at <= fault.at < finished_at
                ),
                default=0.0,
            ),
        )
        for fault in evidence.faults
        if fault.awaited
    ]


def repeated_executions(evidence: Evidence) -> Iterator[str]:
    """I3: each attempt is executed once, each result is stored once, and was executed before."""
    did = Counter((e.what, e.task, e.run, e.attempt) for e in evidence.executions)
    for (what, id, run, attempt), number in did.items():
        if number > 1:
            yield f"attempt {attempt} of run {run} of {id} was {what} {number} times"
    stored = Counter((e.task, e.run) for e in evidence.executions if e.what == STORED)
    for (id, run), number in stored.items():
        if number > 1:
            yield f"a result of run {run} of {id} was stored {number} times"
    for result in evidence.results:
        if (STARTED, result.task, result.run, result.attempt) not in did:
            yield f"{result} was never executed"


def wrong_histories(evidence: Evidence) -> Iterator[str]:
    """I4: the log begins with the creation; each change is of its kind, in the attempt due."""
    for task in evidence.tasks.values():
        changes, attempt = evidence.changes.get(task.id, []), 0
        if not changes or (changes[0].version, changes[0].previous) != (1, ""):
            yield f"{task.id}: the log does not begin with its creation"
        for change in changes:
            if fault := _fault_of(change, attempt):
                yield f"{task.id}: {fault}"
            attempt = change.attempt


def _fault_of(change: Change, attempt: int) -> str | None:
    if change.kind not in MOVES.get((change.previous, change.status), ()):
        return f"{change.kind} from {change.previous} to {change.status}"
    wanted = {"TASK_STARTED": attempt + 1, "TASK_TICKED": 0}.get(change.kind, attempt)
    if change.attempt != wanted:
        return f"{change.kind} in attempt {change.attempt} instead of {wanted}"
    return None


def overwritten(evidence: Evidence) -> Iterator[str]:
    """I5: the result is of the attempt whose process stored it, the latest that was executed."""
    by_run = {(result.task, result.run): result.attempt for result in evidence.results}
    for execution in evidence.executions:
        attempt = by_run.get((execution.task, execution.run))
        if execution.what == STORED and attempt != execution.attempt:
            yield f"{execution} stored a result that stands as of attempt {attempt}"
        if execution.what == STARTED and attempt is not None and execution.attempt > attempt:
            yield f"{execution} came after attempt {attempt}, whose result stands"


def repeated_ticks(evidence: Evidence) -> Iterator[str]:
    """I7: each nominal time was decided on once, also those that one line has together."""
    for schedule in evidence.schedules:
        ticks = evidence.ticks.get(schedule.id, [])
        for at, number in Counter(at for tick in ticks for at in _times(schedule, tick)).items():
            if number > 1:
                yield f"{schedule.id} ticked {number} times for {at}"


def missing_ticks(evidence: Evidence) -> Iterator[str]:
    """I8: each scheduled time has an event with its outcome, and is counted."""
    for schedule in evidence.schedules:
        ticks = evidence.ticks.get(schedule.id, [])
        decided = {at for tick in ticks for at in _times(schedule, tick)}
        at = schedule.scheduled_at
        while schedule.next_run_at and at < schedule.next_run_at:
            if at not in decided:
                yield f"{schedule.id} has no line for {at}"
            at += schedule.step
        if evidence.settled_at and (schedule.next_run_at or at) <= evidence.settled_at:
            yield f"{schedule.id} is behind: its next tick is {schedule.next_run_at}"
        counts: Counter[str] = Counter()
        for tick in ticks:
            counts[tick.outcome] += tick.times
        recorded = (counts["FIRED"], counts["SKIPPED"], counts["MISSED"])
        if recorded != (schedule.fired, schedule.skipped, schedule.missed):
            yield f"{schedule.id} has other counts than lines: {schedule}, {dict(counts)}"


def repeated_backfills(evidence: Evidence) -> Iterator[str]:
    """I9: each task of a backfill is of a scheduled time of its own."""
    counts = Counter((run.backfill, run.at) for run in evidence.backfill_runs if run.backfill)
    for (backfill, at), number in counts.items():
        if number > 1:
            yield f"{backfill} ran {number} times for {at}"
    for run in evidence.backfill_runs:
        if run.backfill is None:
            yield f"{run.task} was created by a backfill, for no scheduled time"


def missing_backfills(evidence: Evidence) -> Iterator[str]:
    """I10: a backfill is done, and each scheduled time of its range has a task, which has ended."""
    for backfill in evidence.backfills:
        tasks = {run.at: run.task for run in evidence.backfill_runs if run.backfill == backfill.id}
        step = timedelta(seconds=backfill.interval)
        at = backfill.scheduled_at - (backfill.scheduled_at - backfill.since) // step * step
        while at <= backfill.until:
            task = evidence.tasks.get(tasks.pop(at, None) or "")
            if task is None or task.status not in TERMINAL:
                yield f"{backfill.id} did not run for {at}"
            at += step
        for other in tasks:
            yield f"{backfill.id} ran for {other}, which it should not"
        if backfill.state != "DONE":
            yield f"{backfill.id} is {backfill.state}"


def _times(schedule: Schedule, tick: Tick) -> Iterator[object]:
    return (tick.nominal_at - k * schedule.step for k in range(tick.times))


def repeated_creates(evidence: Evidence) -> Iterator[str]:
    """I13: a request repeated with its key is one task, and each answer names it."""
    ids = defaultdict(set)
    for task in evidence.tasks.values():
        if not task.is_scheduled:
            ids[task.a].add(task.id)
    for request in evidence.acknowledged:
        ids[request.a].add(request.id)
    for a, found in ids.items():
        if len(found) > 1:
            yield f"the request of {a} became {len(found)} tasks: {sorted(found)}"


def costly_restarts(evidence: Evidence) -> Iterator[str]:
    """I17: where all processes are restarted one by one and nothing else breaks, none loses a task.

    That is so in the beginning, if the first fault is a rolling restart.
    """
    if not evidence.faults or evidence.faults[0].name != ROLLING_RESTART:
        return
    end = evidence.faults[0].at
    for changes in evidence.changes.values():
        for change in changes:
            if change.at < end and change.kind in ("TASK_REQUEUED", "TASK_FAILED"):
                yield f"{change.task} was interrupted at {change.at}"


def wrong_sums(evidence: Evidence) -> Iterator[str]:
    """Each result is a + b, also of earlier runs of a schedule, since the campaign changes none."""
    for result in evidence.results:
        task = evidence.tasks.get(result.task)
        if task and task.is_scheduled and result.result != task.a + task.b:
            yield f"{task.a} + {task.b} came to {result.result} in {result.task}"


def violated_invariants(evidence: Evidence) -> Iterator[str]:
    """All invariants of the ledger hold, of all rows."""
    for name, what in evidence.ledger:
        yield f"{name}: {what}"


RULES: dict[str, Callable[[Evidence], Iterator[str]]] = {
    "I1": lost,
    "I2": not_quiet,
    "I3": repeated_executions,
    "I4": wrong_histories,
    "I5": overwritten,
    "I7": repeated_ticks,
    "I8": missing_ticks,
    "I9": repeated_backfills,
    "I10": missing_backfills,
    "I13": repeated_creates,
    "I17": costly_restarts,
    "sum": wrong_sums,
    "ledger": violated_invariants,
}
