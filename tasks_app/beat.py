"""The scheduler of `celery beat`: ticks our schedules, and sends the periodic tasks of others.

Any number of Beats may run, of which one leads. Whatever is wrong with a row, the database or the
broker, a Beat goes on: with the other rows, or as soon as it can.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime
from functools import cached_property, partial
from typing import Any

import psycopg2
from celery.schedules import schedule as celery_interval
from django.db import Error as DatabaseError
from django.db import connection
from django.db.models import QuerySet
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler, ModelEntry
from kombu import Connection
from kombu.exceptions import OperationalError as BrokerError

from tasks_app import dispatch, ticking
from tasks_app.services import nodes

logger = logging.getLogger(__name__)

BATCH = 500
# Between two looks at what is due, at the lead, and at the periodic tasks of others.
PASS_SECONDS = 0.2
FOLLOW_SECONDS = 1.0
OTHERS_SECONDS = 1.0
# A leader that has been silent for this long, frozen or cut off, leads no more.
SILENCE_SECONDS = 5
# A periodic task of others that is denser than this would leave no time for the rest.
DENSEST_SECONDS = 0.1
BROKER_PAUSE_SECONDS = 5.0
STOP_SECONDS = 3.0


class Leadership:
    """Is with whoever holds an advisory lock, on a connection that nobody else uses or closes.

    It only saves work. Should two Beats lead for a moment, each tick of ours still counts once.
    """

    def __init__(self) -> None:
        self._connection: psycopg2.extensions.connection | None = None
        self._held = False

    def take(self) -> bool:
        """Whether this process leads now. With the connection the lead is lost."""
        try:
            if self._connection is None:
                self._connection = _connect()
            with self._connection.cursor() as cursor:
                cursor.execute(
                    "SELECT %s OR pg_try_advisory_lock(%s)", [self._held, nodes.LEADER_LOCK]
                )
                [(self._held,)] = cursor.fetchall()
        except psycopg2.Error:
            self.give_up()
            raise
        return self._held

    def give_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection, self._held = None, False


def _connect() -> psycopg2.extensions.connection:
    params = connection.get_connection_params()
    # By this the server ends a session that is silent, and its lock with it.
    params["options"] = f"{params.get('options', '')} -c idle_session_timeout={SILENCE_SECONDS}s"
    own: psycopg2.extensions.connection = psycopg2.connect(**params)
    own.autocommit = True
    return own


class PeriodicEntry(ModelEntry):  # type: ignore[misc]
    """A periodic task of others. Of its row, Beat writes what is Beat's."""

    def __init__(self, model: PeriodicTask, app: Any = None) -> None:
        fields = ["enabled", "last_run_at", "total_run_count"]
        model.save = partial(type(model).save, model, update_fields=fields)
        super().__init__(model, app=app)
        # What cannot be sent at once stays due.
        self.options["retry"] = False

    def save(self) -> None:
        PeriodicTask.objects.filter(pk=self.model.pk, enabled=True).update(
            last_run_at=self.model.last_run_at, total_run_count=self.model.total_run_count
        )

    def check(self) -> None:
        """Raise what would otherwise be raised, or go wrong, whenever this is looked at."""
        if isinstance(self.schedule, celery_interval) and self.schedule.seconds < DENSEST_SECONDS:
            raise ValueError(f"its interval is shorter than {DENSEST_SECONDS} s")
        self.schedule.remaining_estimate(self.last_run_at)


class Scheduler(DatabaseScheduler):  # type: ignore[misc]
    """django-celery-beat's scheduler for the periodic tasks of others, and ours beside it."""

    Entry = PeriodicEntry

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._leadership = Leadership()
        self._leads = False
        self._is_set_up = False
        self._others_at = 0.0
        self._sent: dict[str, PeriodicEntry] = {}
        self._reported: set[tuple[int, str]] = set()
        super().__init__(*args, **kwargs)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """One pass; answers how many seconds to wait for the next."""
        if not self._guarded(self._lead):
            return FOLLOW_SECONDS
        is_more_due = self._guarded(_tick_ours)
        if time.monotonic() >= self._others_at:
            is_more_due |= self._guarded(self._tick_others)
        return 0 if is_more_due else PASS_SECONDS

    def _guarded(self, step: Callable[[], bool]) -> bool:
        try:
            return step()
        except (DatabaseError, psycopg2.Error) as error:
            logger.warning("database: %s", str(error).strip())
            connection.close()
        except dispatch.BrokerUnavailableError as error:
            logger.warning("broker: %s", error)
        except Exception:
            logger.exception("unexpected; Beat goes on")
        return False

    def _lead(self) -> bool:
        led, self._leads = self._leads, False
        self._leads = self._leadership.take()
        if self._leads and not led:
            logger.info("this Beat leads")
            # So far another one has sent the periodic tasks of others.
            self._is_set_up = False
        return self._leads

    def _tick_others(self) -> bool:
        self._others_at = time.monotonic() + OTHERS_SECONDS
        try:
            if not self._is_set_up:
                self._reload()
                super().setup_schedule()
                self._is_set_up = True
            delay = super().tick()
        except Exception:
            self._reload()
            raise
        self._others_at = time.monotonic() + min(delay, OTHERS_SECONDS)
        return bool(delay == 0)

    def _reload(self) -> None:
        """Read all periodic tasks of others anew before the next of them is sent."""
        self._last_full_sync = datetime.min  # noqa: DTZ901  as naive as what it is compared with

    def setup_schedule(self) -> None:
        """Not before this Beat leads: see `_tick_others`."""

    def enabled_models_qs(self) -> QuerySet[PeriodicTask]:
        """All but ours. Their schedules are read one by one: one may not even be readable."""
        theirs: QuerySet[PeriodicTask] = self.Model.objects.filter(enabled=True, task_schedule=None)
        return theirs

    def all_as_schedule(self) -> dict[str, PeriodicEntry]:
        """Those that make sense; of the rest, each is reported once."""
        self._write_sent()
        entries = {}
        for model in self.enabled_models():
            try:
                entry = self.Entry(model, app=self.app)
                entry.check()
            except DatabaseError:
                raise
            except Exception as error:  # noqa: BLE001  whatever it is, it is one row's fault
                self._report(model, error)
            else:
                entries[model.name] = entry
        return entries

    def reserve(self, entry: PeriodicEntry) -> PeriodicEntry:
        following: PeriodicEntry = next(entry)
        return following

    def apply_entry(self, entry: PeriodicEntry, producer: Any = None) -> None:
        """Send it, and write that down at once, so that the next leader does not send it again."""
        try:
            self.apply_async(entry, producer=producer, advance=False)
        except Exception as error:
            away: tuple[type[BaseException], ...] = (
                *self.connection.connection_errors,
                BrokerError,
            )
            if isinstance(error.__context__, away):
                self._forget_broker()
                self._others_at = time.monotonic() + BROKER_PAUSE_SECONDS
                raise dispatch.BrokerUnavailableError(f"{entry.name} stays due: {error}") from error
            self._report(entry.model, error)
        self._sent[entry.name] = entry
        self._write_sent()

    def sync(self) -> None:
        self._guarded(self._write_sent)

    def _write_sent(self) -> bool:
        while self._sent:
            name, entry = next(iter(self._sent.items()))
            entry.save()
            del self._sent[name]
        return True

    @cached_property
    def connection(self) -> Connection:
        own: Connection = self.app.connection_for_write(transport_options=dispatch.FAIL_FAST)
        return own

    def _ensure_connected(self) -> Connection:
        """It connects when something is sent, and never waits for long."""
        return self.connection

    def _forget_broker(self) -> None:
        self.__dict__.pop("producer", None)
        self.__dict__.pop("connection").release()

    def _report(self, model: PeriodicTask, error: Exception) -> None:
        fault = (model.pk, str(error))
        if fault not in self._reported:
            self._reported.add(fault)
            logger.error("periodic task %s (%s) does not work: %r", model.pk, model.name, error)

    def close(self) -> None:
        self._guarded(self._close)

    def _close(self) -> bool:
        self._finalize.cancel()
        self._leadership.give_up()
        dispatch.wait_until_idle(STOP_SECONDS)
        super().close()
        return True


def _tick_ours() -> bool:
    """Whether more was due than one look takes."""
    return BATCH in (ticking.tick_queued(BATCH), ticking.tick_due(BATCH))
