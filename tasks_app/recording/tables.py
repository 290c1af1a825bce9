"""The tables of a recording, and the statements that read and write their rows as JSON."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.db import models

from tasks_app.models import (
    Alert,
    AlertRule,
    Backfill,
    BackfillRun,
    Calendar,
    ClusterEvent,
    GaugePeriod,
    Queue,
    ScheduleTick,
    SchedulingSettings,
    StatsPeriod,
    Task,
    TaskCount,
    TaskResult,
    TaskSchedule,
    WorkerNode,
)
from tasks_app.recording.file import RecordingError, Row
from tasks_app.sql.db import Params, fetch

BATCH = 1_000
# Transaction IDs belong to a server. The rows of django-celery-beat are not recorded, and neither
# are tokens, sessions and users.
_OMITTED = {"xid", "interval_schedule_id", "periodic_task_id"}


@dataclass(frozen=True)
class Table:
    """A table whose rows are recorded."""

    model: type[models.Model]

    @property
    def name(self) -> str:
        """The name in the file."""
        return str(self.model._meta.model_name)

    @property
    def db_table(self) -> str:
        """The name in the database."""
        return self.model._meta.db_table

    @cached_property
    def fields(self) -> "dict[str, models.Field[object, object]]":
        """The recorded columns, without those that the database generates or counts."""
        return {
            str(each.column): each
            for each in self.model._meta.concrete_fields
            if not isinstance(each, models.GeneratedField | models.AutoField)
            and each.column not in _OMITTED
        }

    @cached_property
    def times(self) -> list[str]:
        """The columns that contain a time."""
        return [
            name for name, each in self.fields.items() if isinstance(each, models.DateTimeField)
        ]

    def select(self, condition: str, params: Params) -> list[Row]:
        """Return the recorded columns of the rows that match a condition on the table `t`."""
        columns = ", ".join(f"'{name}', t.{name}" for name in self.fields)
        sql = f"SELECT jsonb_build_object({columns}) FROM {self.db_table} t WHERE {condition}"
        return [json.loads(row) for [row] in fetch(sql, params)]

    def batches(self) -> Iterator[list[Row]]:
        """Yield all rows in batches, in the order of the primary key."""
        key = self.model._meta.pk.column
        columns = ", ".join(f"'{name}', t.{name}" for name in self.fields)
        sql = f"""
            SELECT t.{key}::text, jsonb_build_object({columns})
              FROM {self.db_table} t
             WHERE %(after)s IS NULL OR t.{key} > %(after)s::{self._key_type}
             ORDER BY t.{key}
             LIMIT {BATCH}
        """
        after: str | None = None
        while rows := fetch(sql, {"after": after}):
            yield [json.loads(row) for _, row in rows]
            after = rows[-1][0]

    def write(self, rows: list[Row]) -> None:
        """Insert rows, or replace those with the same ID."""
        columns = [name for name in rows[0] if name in self.fields or name == "xid"]
        names = ", ".join(columns)
        sets = ", ".join(f"{name} = excluded.{name}" for name in columns if name != "id")
        conflict = f"ON CONFLICT (id) DO UPDATE SET {sets}" if "id" in self.fields else ""
        fetch(
            f"""
            INSERT INTO {self.db_table} ({names})
            SELECT {names}
              FROM ROWS FROM (jsonb_populate_recordset(NULL::{self.db_table}, %(rows)s::jsonb))
                   WITH ORDINALITY
             ORDER BY ordinality
            {conflict}
            """,
            {"rows": json.dumps(rows)},
        )

    def delete(self, ids: list[str], column: str = "id") -> None:
        """Delete the rows with one of these IDs in a column."""
        fetch(f"DELETE FROM {self.db_table} WHERE {column} = ANY(%(ids)s::uuid[])", {"ids": ids})

    @property
    def _key_type(self) -> str:
        return "uuid" if isinstance(self.model._meta.pk, models.UUIDField) else "bigint"


QUEUE, NODE, CALENDAR = Table(Queue), Table(WorkerNode), Table(Calendar)
SCHEDULING = Table(SchedulingSettings)
SCHEDULE, TASK = Table(TaskSchedule), Table(Task)
RESULT, TICK = Table(TaskResult), Table(ScheduleTick)
BACKFILL, BACKFILL_RUN = Table(Backfill), Table(BackfillRun)
ALERT, ALERT_RULE = Table(Alert), Table(AlertRule)
EVENT = Table(ClusterEvent)
# The statistics are recorded at the start only. A replay rolls up the events after that.
COUNT, PERIOD, GAUGE = Table(TaskCount), Table(StatsPeriod), Table(GaugePeriod)

# All tables but the events, in the order in which the state at the start is written.
STATE = (
    *(SCHEDULING, QUEUE, NODE, CALENDAR, SCHEDULE, TASK, RESULT, TICK),
    *(BACKFILL, BACKFILL_RUN, ALERT_RULE, ALERT, COUNT, PERIOD, GAUGE),
)
TABLES = {table.name: table for table in (*STATE, EVENT)}


def columns() -> dict[str, list[str]]:
    """Return the recorded columns of each table."""
    return {name: list(table.fields) for name, table in TABLES.items()}


def check(recorded: Mapping[str, list[str]], version: str) -> None:
    """Check that rows with these columns can be written to the tables of this version.

    Raises:
        RecordingError: A column is unknown, or one that the tables require is missing.
    """
    wrong = []
    for name in sorted(TABLES.keys() | recorded.keys()):
        ours = TABLES[name].fields if name in TABLES else {}
        theirs = set(recorded.get(name, ()))
        required = {
            column for column, each in ours.items() if not each.null and not each.has_db_default()
        }
        differing = (theirs - ours.keys()) | (required - theirs)
        wrong += [f"{name}.{column}" for column in sorted(differing)]
    if wrong:
        raise RecordingError(
            f"Version {version} made the recording, and the tables of this version differ in"
            f" {', '.join(wrong)}. Record it again with this version."
        )
