"""`manage.py submit`: create many tasks and wait until they have finished."""

import random
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from tqdm import tqdm

from tasks_app.models import Task
from tasks_app.services import tasks
from tasks_app.services.tasks import NewTask

BATCH = 1_000
LOOK_EVERY_SECONDS = 0.05


class Command(BaseCommand):
    """Creates many tasks and waits until they have finished."""

    # They would load the APIs, which this command does not use.
    requires_system_checks = []
    help = "Create many tasks in bulk and wait until all of them have finished."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument(
            "--count", type=int, default=1_000, help="number of tasks (default: 1000)"
        )
        parser.add_argument(
            "--rate", type=float, help="tasks to create per second (default: no limit)"
        )
        parser.add_argument(
            "--duration-ms",
            type=int,
            default=0,
            help="simulated duration of each task (default: 0)",
        )
        parser.add_argument(
            "--slots", type=int, default=1, help="slots that each task occupies (default: 1)"
        )
        parser.add_argument(
            "--queue", default="default", help="name of the queue (default: default)"
        )
        parser.add_argument(
            "--priority",
            type=int,
            default=5,
            help="priority, 0 to 9; higher starts first (default: 5)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        count, rate = options["count"], options["rate"]
        if count < 1 or (rate is not None and rate <= 0):
            raise CommandError("--count and --rate must be greater than 0.")
        options = {name: options[name] for name in ("queue", "priority", "duration_ms", "slots")}

        # A failure comes before the progress bar.
        connection.ensure_connection()
        started = time.monotonic()
        ids: list[UUID] = []
        with tqdm(total=count, desc="created ", unit="") as bar:
            for size in _batches(count, rate):
                ids += _create(size, options)
                bar.update(size)
        statuses = _follow(ids)
        seconds = time.monotonic() - started

        outcome = ", ".join(f"{n} {status}" for status, n in sorted(statuses.items()))
        self.stdout.write(f"{outcome} in {seconds:.1f} s: {count / seconds:.0f} tasks/s")


def _batches(count: int, rate: float | None) -> Iterator[int]:
    """Yield sizes of batches that add up to the count; with a rate, ten batches a second."""
    size = BATCH if rate is None else max(1, round(rate / 10))
    due = time.monotonic()
    for start in range(0, count, size):
        batch = min(size, count - start)
        yield batch
        if rate is not None:
            due += batch / rate
            time.sleep(max(0.0, due - time.monotonic()))


def _create(size: int, options: dict[str, Any]) -> list[UUID]:
    news = [
        NewTask(a=random.randrange(10**6), b=random.randrange(10**6), **options)
        for _ in range(size)
    ]
    try:
        return [id for id in tasks.create_tasks(news).ids if id is not None]
    except ValidationError as error:
        messages = {
            f"{name.split('.')[-1]}: {text}" for name, (text, *_) in error.message_dict.items()
        }
        raise CommandError("; ".join(sorted(messages))) from error


def _follow(ids: list[UUID]) -> Counter[str]:
    """Wait until all tasks have finished, and return their number by status.

    It checks the oldest ones only, because tasks finish in about this order.
    """
    statuses: Counter[str] = Counter()
    still_open = ids
    with tqdm(total=len(ids), desc="finished", unit="") as bar:
        while still_open:
            window = still_open[:BATCH]
            ended = Task.objects.filter(pk__in=window, status__in=Task.TERMINAL)
            found = dict(ended.values_list("pk", "status"))
            statuses.update(found.values())
            still_open = [id for id in window if id not in found] + still_open[BATCH:]
            bar.update(len(found))
            if len(found) < len(window):
                time.sleep(LOOK_EVERY_SECONDS)
    return statuses
