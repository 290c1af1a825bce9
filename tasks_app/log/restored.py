"""Keeps the order of the log when a dump is restored to another PostgreSQL server.

Events, cursors and tasks hold transaction ids of the server that wrote them. A new server counts
from a low number: new events would come before the restored ones, and readers would not see the
restored ones at all. So the new server's counter is advanced beyond the highest stored id. The
restored log then continues, and cursors that clients hold stay valid.
"""

from django.core.management import CommandError
from django.db import connection

# The server consumes about 400,000 ids a second, so this takes about four minutes.
ADVANCE_MAX = 100_000_000

_BEHIND_BY = """
    SELECT greatest(
               (SELECT max(xid) FROM tasks_app_clusterevent),
               (SELECT max(xid) FROM tasks_app_prunedlog)
           ) + 1 - pg_snapshot_xmax(pg_current_snapshot())::text::bigint
"""

# Each iteration is a transaction that takes an id and changes nothing.
_ADVANCE = """
    DO $$
    BEGIN
        FOR i IN 1..{count} LOOP
            PERFORM pg_current_xact_id();
            COMMIT;
        END LOOP;
    END $$
"""


class TooFarBehindError(CommandError):
    """The server's transaction counter cannot be advanced far enough in a reasonable time."""

    def __init__(self, count: int) -> None:
        super().__init__(
            f"The restored log is {count:,} transactions ahead of this server, and at most"
            f" {ADVANCE_MAX:,} can be made up for. Restore a physical backup (pg_basebackup) or"
            " upgrade with pg_upgrade: both keep the transaction counter."
        )


def advance_transaction_ids() -> int:
    """Advance the server's transaction counter beyond the ids that the database holds.

    Does nothing on the server that wrote them. Call it outside of a transaction, after a restore
    and before anything is written.

    Returns:
        The number of transaction ids that were consumed.

    Raises:
        TooFarBehindError: The log is too far ahead of the server.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BEHIND_BY)
        [(behind_by,)] = cursor.fetchall()
        count = max(0, behind_by or 0)
        if count > ADVANCE_MAX:
            raise TooFarBehindError(count)
        if count:
            cursor.execute(_ADVANCE.format(count=count))
    return count
