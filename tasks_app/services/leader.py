"""The leader of the Beat processes: whether there is one."""

from tasks_app.sql.db import fetch

# The key of the advisory lock that the leader of the Beat processes holds.
LEADER_LOCK = 0x62656174
# The key of the lock of the Beat process that delivers webhooks. It may be another one.
WEBHOOKS_LOCK = 0x686F6F6B

# Returns whether a session holds the lock of the leader.
_IS_LED = """
    SELECT EXISTS (
        SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
         WHERE l.locktype = 'advisory' AND l.objid = %(lock)s AND l.granted
           AND d.datname = current_database())
"""


def beat_leads() -> bool:
    """Return whether one of the Beat processes is the leader."""
    [(is_led,)] = fetch(_IS_LED, {"lock": LEADER_LOCK})
    return bool(is_led)
