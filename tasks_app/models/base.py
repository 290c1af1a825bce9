"""The base class of the models, their IDs, and the clock of the database."""

import os
import time
from datetime import datetime
from uuid import UUID

from django.db import connection, models
from django.db.models.functions import Now


def uuid7() -> UUID:
    """Return a UUID of version 7 (RFC 9562, method 3), which sorts by creation time to 250 ns."""
    milliseconds, nanoseconds = divmod(time.time_ns(), 1_000_000)
    fraction = (nanoseconds << 12) // 1_000_000
    random = int.from_bytes(os.urandom(8), "big") & 0x3FFF_FFFF_FFFF_FFFF
    return UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | random)


def uuid7_floor(time: datetime) -> UUID:
    """Return a lower bound of the UUIDs of version 7 that are created at or after a time."""
    return UUID(int=int(time.timestamp() * 1000) << 80)


def database_now() -> datetime:
    """Return the current time of the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
        assert isinstance(now, datetime)
        return now


class BaseModel(models.Model):
    """A model with an ID that sorts by creation, and times of the database's clock."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        abstract = True

    def _save_changed(self, *fields: str) -> None:
        """Save only these fields and `updated_at`."""
        type(self)._base_manager.filter(pk=self.pk).update(
            updated_at=Now(), **{field: getattr(self, field) for field in fields}
        )
        self.refresh_from_db(fields=["updated_at", *fields])
