"""Leader election among the Beat processes."""

from django.db import Error as DatabaseError
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from tasks_app.services import leader

# The server ends the session of a leader that is silent for this long, for example frozen.
SILENCE_SECONDS = 5


class Leadership:
    """Leader election by an advisory lock, on a database connection of its own.

    It saves work only: if two processes lead for a moment, each scheduled time still counts once.

    Args:
        lock: The key of the lock, one for each duty.

    Attributes:
        is_leader: Whether this process led when it last asked.
    """

    def __init__(self, lock: int = leader.LEADER_LOCK) -> None:
        self._lock = lock
        self._connection: BaseDatabaseWrapper | None = None
        self.is_leader = False

    def acquire(self) -> bool:
        """Return whether this process leads now. It stops leading if the connection is lost."""
        try:
            if self._connection is None:
                self._connection = _connect()
            with self._connection.cursor() as cursor:
                cursor.execute(
                    "SELECT %(is_leader)s OR pg_try_advisory_lock(%(lock)s)",
                    {"is_leader": self.is_leader, "lock": self._lock},
                )
                [(self.is_leader,)] = cursor.fetchall()
        except DatabaseError:
            self.release()
            raise
        return self.is_leader

    def release(self) -> None:
        """Close the connection, which releases the lock."""
        if self._connection is not None:
            self._connection.close()
        self._connection, self.is_leader = None, False


def _connect() -> BaseDatabaseWrapper:
    """Return a connection that only this process uses, with a timeout for silence."""
    own = connection.copy()
    options = own.settings_dict["OPTIONS"]
    timeout = f"-c idle_session_timeout={SILENCE_SECONDS}s"
    options["options"] = f"{options.get('options', '')} {timeout}"
    own.ensure_connection()
    return own
