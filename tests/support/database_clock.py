"""The clock of the database, simulated for the connection of a test."""

from datetime import datetime

from django.db import connection

# A schema before pg_catalog has functions of the same names, which statements then call.
_SETUP = """
    CREATE SCHEMA simulated_clock;
    CREATE FUNCTION simulated_clock.statement_timestamp() RETURNS timestamptz LANGUAGE sql AS
        $$ SELECT current_setting('simulated_clock.now')::timestamptz $$;
    CREATE FUNCTION simulated_clock.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS
        $$ SELECT current_setting('simulated_clock.now')::timestamptz $$;
    SET LOCAL search_path = simulated_clock, public, pg_catalog;
"""


class DatabaseClock:
    """A clock that stands still. It ends with the transaction of the test."""

    def __init__(self, now: datetime) -> None:
        self.set(now)
        with connection.cursor() as cursor:
            cursor.execute(_SETUP)

    def set(self, now: datetime) -> None:
        """Set the clock, forward or back."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('simulated_clock.now', %s, true)", [now.isoformat()])
