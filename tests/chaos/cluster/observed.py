"""Has this process note each execution of a task, and each result that it has stored."""

import os
from collections.abc import Sequence
from typing import Any

from tasks_app import execution
from tasks_app.sql.tasks.transitions import Outcome, Transition
from tests.chaos.checks.journal import STARTED, STORED, Execution, ExecutionJournal

_work, _complete = execution._work, execution.complete


def observe(journal: ExecutionJournal) -> None:
    """From now on."""

    def note(what: str, task: Any) -> None:
        journal.note(Execution(what, str(task.id), task.run, task.attempt, os.getpid()))

    def work(task: Transition) -> bool:
        note(STARTED, task)
        return _work(task)

    def complete(outcomes: Sequence[Outcome], *, node: str) -> list[Transition]:
        changed = _complete(outcomes, node=node)
        stored = {task.id for task in changed if task.status == "SUCCESS"}
        for outcome in outcomes:
            if outcome.id in stored:
                note(STORED, outcome)
        return changed

    execution._work, execution.complete = work, complete


def stop() -> None:
    execution._work, execution.complete = _work, _complete
