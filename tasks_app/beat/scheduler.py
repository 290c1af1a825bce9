"""The scheduler class that `celery beat` runs.

Any number of Beat processes may run; one of them leads. If a row is invalid, or the database or the
broker is unavailable, the process continues with the other rows, or as soon as it can.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime
from functools import cached_property

from django.db import Error as DatabaseError
from django.db import connection
from django.db.models import QuerySet
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler
from kombu import Connection
from kombu.exceptions import OperationalError as BrokerError

from tasks_app import backfilling, dispatch, ticking
from tasks_app.beat.leadership import Leadership
from tasks_app.beat.periodic_tasks import PeriodicEntry
from tasks_app.services import alerts
from tasks_app.threads import PeriodicThread

logger = logging.getLogger(__name__)

BATCH = 500
# A backfill starts up to 100 tasks at once.
BACKFILLS_BATCH = 20
# How often schedules that are due, the leadership, and other periodic tasks are checked.
PASS_SECONDS = 0.2
FOLLOW_SECONDS = 1.0
OTHERS_SECONDS = 1.0
# After a failure nothing is sent to the broker for this long.
BROKER_PAUSE_SECONDS = 5.0
STOP_SECONDS = 3.0


class Scheduler(DatabaseScheduler):  # type: ignore[misc]
    """Runs task schedules and backfills, and evaluates alerts.

    It extends django-celery-beat's scheduler, which sends other periodic tasks.
    """

    Entry = PeriodicEntry

    def __init__(self, *args: object, **kwargs: object) -> None:
        self._leadership = Leadership()
        self._is_set_up = False
        self._others_at = 0.0
        # In a thread, because the evaluation may take longer than a pass.
        self._alerts = PeriodicThread("alerts", self._evaluate_alerts)
        self._sent: dict[str, PeriodicEntry] = {}
        self._reported: set[tuple[int, str]] = set()
        super().__init__(*args, **kwargs)

    def tick(self, *args: object, **kwargs: object) -> float:
        """Process what is due, and return the seconds until the next call."""
        if not self._logging_errors(self._lead):
            return FOLLOW_SECONDS
        is_more_due = self._logging_errors(_tick_schedules)
        is_more_due |= self._logging_errors(_advance_backfills)
        if time.monotonic() >= self._others_at:
            is_more_due |= self._logging_errors(self._tick_others)
        return 0 if is_more_due else PASS_SECONDS

    def _logging_errors(self, step: Callable[[], bool]) -> bool:
        try:
            return step()
        except DatabaseError as error:
            logger.warning("database error: %s", str(error).strip())
            connection.close()
        except dispatch.BrokerUnavailableError as error:
            logger.warning("broker unavailable: %s", error)
        except Exception:
            logger.exception("unexpected error; Beat continues")
        return False

    def _lead(self) -> bool:
        was_leader = self._leadership.is_leader
        is_leader = self._leadership.acquire()
        if is_leader and not was_leader:
            logger.info("this Beat leads")
            # Another process has sent the other periodic tasks until now.
            self._is_set_up = False
            self._alerts.wake()
        return is_leader

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

    def _evaluate_alerts(self) -> float:
        if self._leadership.is_leader:
            alerts.evaluate()
        return alerts.EVALUATE_SECONDS

    def _reload(self) -> None:
        """Read all other periodic tasks again before the next one is sent."""
        self._last_full_sync = datetime.min  # noqa: DTZ901  it is compared with a naive time

    def setup_schedule(self) -> None:
        """Start the thread of the alerts, which waits until this process leads.

        `_tick_others` sets up the schedule then.
        """
        self._alerts.start()

    def enabled_models_qs(self) -> QuerySet[PeriodicTask]:
        """Return the periodic tasks that are not task schedules, without joins.

        Their schedules are read one by one, because one may be unreadable.
        """
        theirs: QuerySet[PeriodicTask] = self.Model.objects.filter(enabled=True, task_schedule=None)
        return theirs

    def all_as_schedule(self) -> dict[str, PeriodicEntry]:
        """Return the valid entries by name; log an error once for each invalid one."""
        self._write_sent()
        entries = {}
        for model in self.enabled_models():
            try:
                entry = self.Entry(model, app=self.app)
                entry.check()
            except DatabaseError:
                raise
            except Exception as error:  # noqa: BLE001  one invalid row must not stop the others
                self._report(model, error)
            else:
                entries[model.name] = entry
        return entries

    def reserve(self, entry: PeriodicEntry) -> PeriodicEntry:
        """Return the entry after it has been sent, without saving it."""
        following: PeriodicEntry = next(entry)
        return following

    def apply_entry(self, entry: PeriodicEntry, producer: object = None) -> None:
        """Send an entry and save that at once, so that another leader does not send it again."""
        try:
            self.apply_async(entry, producer=producer, advance=False)
        except Exception as error:
            unavailable: tuple[type[BaseException], ...] = (
                *self.connection.connection_errors,
                BrokerError,
            )
            if isinstance(error.__context__, unavailable):
                self._forget_broker()
                self._others_at = time.monotonic() + BROKER_PAUSE_SECONDS
                raise dispatch.BrokerUnavailableError(f"{entry.name} stays due: {error}") from error
            self._report(entry.model, error)
        self._sent[entry.name] = entry
        self._write_sent()

    def sync(self) -> None:
        """Save the entries that were sent."""
        self._logging_errors(self._write_sent)

    def _write_sent(self) -> bool:
        while self._sent:
            name, entry = next(iter(self._sent.items()))
            entry.save()
            del self._sent[name]
        return True

    @cached_property
    def connection(self) -> Connection:
        """The connection to the broker, which fails fast."""
        own: Connection = self.app.connection_for_write(transport_options=dispatch.FAIL_FAST)
        return own

    def _ensure_connected(self) -> Connection:
        """Return the connection; it connects when a message is sent."""
        return self.connection

    def _forget_broker(self) -> None:
        self.__dict__.pop("producer", None)
        self.__dict__.pop("connection").release()

    def _report(self, model: PeriodicTask, error: Exception) -> None:
        key = (model.pk, str(error))
        if key not in self._reported:
            self._reported.add(key)
            logger.error("cannot send the periodic task %s (%s): %r", model.pk, model.name, error)

    def close(self) -> None:
        """Release the leadership, and save and publish what is pending."""
        self._logging_errors(self._close)

    def _close(self) -> bool:
        self._finalize.cancel()
        self._alerts.stop()
        self._leadership.release()
        dispatch.wait_until_idle(STOP_SECONDS)
        super().close()
        return True


def _tick_schedules() -> bool:
    """Process schedules that are due; return whether more are due than one batch."""
    return BATCH in (ticking.tick_queued(BATCH), ticking.tick_due(BATCH))


def _advance_backfills() -> bool:
    """Advance backfills that can go on; return whether more can than one batch."""
    return backfilling.advance(BACKFILLS_BATCH) == BACKFILLS_BATCH
