"""Changes tasks one by one, each in a transaction of its own: in a process next to those measured.

python -m bench.writer make N               prints the ids of N tasks that no node runs
python -m bench.writer change COUNT RATE    cancels or retries the next of them, RATE a second
"""

import json
import sys
import time
from datetime import timedelta

import django

django.setup()

from django.utils import timezone  # noqa: E402

from schema.core.relay import global_id  # noqa: E402
from tasks_app.models import Task  # noqa: E402
from tasks_app.services import tasks  # noqa: E402


def make(count: int) -> None:
    never = timezone.now() + timedelta(days=365)
    ids, _ = tasks.create_tasks([tasks.NewTask(a=n, b=n, run_at=never) for n in range(count)])
    print(json.dumps([global_id("Task", id) for id in ids if id]))


def change(count: int, rate: float) -> None:
    ids = list(Task.objects.order_by("pk").values_list("pk", flat=True))
    began = time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, began + number / rate - time.monotonic()))
        round_, index = divmod(number, len(ids))
        if round_ % 2:
            tasks.retry_task(ids[index])
        else:
            tasks.cancel_task(ids[index])


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(int(sys.argv[2]))
    else:
        change(int(sys.argv[2]), float(sys.argv[3]))
