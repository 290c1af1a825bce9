"""The attempts that ended on a worker node lately, read from the log."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from tasks_app.log.cursor import GapError
from tasks_app.log.positions import position_at
from tasks_app.sql.db import fetch

# Returns the last attempts that ended on a node after a position of the log. Only events of ended
# runs have durations.
_ENDED = """
    SELECT run.task_id, event.status, run.attempt,
           event.at - run.ms * interval '1 millisecond', event.at
      FROM (
           SELECT * FROM tasks_app_clusterevent
            WHERE (xid, id) > (%(xid)s, %(id)s) AND node_id = %(node_id)s
              AND cardinality(runs_ms) > 0
            ORDER BY xid DESC, id DESC LIMIT %(count)s
      ) AS event
     CROSS JOIN unnest(event.task_ids, event.attempts, event.runs_ms)
           AS run (task_id, attempt, ms)
     ORDER BY event.xid DESC, event.id DESC
     LIMIT %(count)s
"""


class EndedRun(NamedTuple):
    """The last attempt of a run that ended."""

    task_id: UUID
    status: str
    attempt: int
    started_at: datetime
    ended_at: datetime


def ended_on(node_id: UUID, since: datetime, count: int) -> list[EndedRun]:
    """Return the last runs that ended on a node since a time, the newest first.

    The cost grows with the number of events since then.
    """
    try:
        cursor = position_at(since).cursor
    except GapError as gap:
        cursor = gap.resume
    params = {"xid": cursor.xid, "id": cursor.id, "node_id": node_id, "count": count}
    return [EndedRun._make(row) for row in fetch(_ENDED, params)]
