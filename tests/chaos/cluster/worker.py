"""The Celery app of the nodes under test: the ordinary one, observed, maybe without a protection.

CHAOS_EXECUTIONS names the journal, CHAOS_WITHOUT the protections that are missing.
"""

import os
from pathlib import Path

from celery.signals import celeryd_init, worker_process_init

from project.celery import app

__all__ = ["app"]


# In the main process, before it starts what it consists of.
@celeryd_init.connect
def _without_protections(**_: object) -> None:
    from tests.chaos import protections

    for name in filter(None, os.environ.get("CHAOS_WITHOUT", "").split(",")):
        protections.remove(name)


@worker_process_init.connect
def _observed(**_: object) -> None:
    from tests.chaos.checks import journal
    from tests.chaos.cluster import observed

    observed.observe(journal.ExecutionJournal(Path(os.environ["CHAOS_EXECUTIONS"])))
