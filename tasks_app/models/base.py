"""What every row has."""

import os
import time
from datetime import datetime
from uuid import UUID

from django.db import connection, models
from django.db.models.functions import Now


def uuid7() -> UUID:
    """A UUID of version 7 (RFC 9562, method 3): it sorts by the time it was made, to 250 ns."""
    milliseconds, nanoseconds = divmod(time.time_ns(), 1_000_000)
    fraction = (nanoseconds << 12) // 1_000_000
    random = int.from_bytes(os.urandom(8), "big") & 0x3FFF_FFFF_FFFF_FFFF
    return UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | random)


def uuid7_floor(time: datetime) -> UUID:
    """What sorts before each UUID of version 7 that is made at this time or later."""
    return UUID(int=int(time.timestamp() * 1000) << 80)


def database_now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
        assert isinstance(now, datetime)
        return now


class BaseModel(models.Model):
    """An id that pages by itself, and the database's own times."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        abstract = True

    def _save_changed(self, *fields: str) -> None:
        """Write exactly these fields, and `updated_at` from the database's clock."""
        type(self)._base_manager.filter(pk=self.pk).update(
            updated_at=Now(), **{field: getattr(self, field) for field in fields}
        )
        self.refresh_from_db(fields=["updated_at", *fields])
