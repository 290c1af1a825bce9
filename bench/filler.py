"""Creates many tasks: `python -m bench.filler COUNT [--in-seconds N]`."""

import argparse
from datetime import timedelta

import django

BATCH = 10_000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("count", type=int)
    parser.add_argument(
        "--in-seconds", type=float, help="all due at the same time, this much later"
    )
    options = parser.parse_args()
    django.setup()

    from tasks_app.models.base import database_now
    from tasks_app.services.tasks import NewTask, create_tasks

    run_at = None
    if options.in_seconds is not None:
        run_at = database_now() + timedelta(seconds=options.in_seconds)
    for start in range(0, options.count, BATCH):
        numbers = range(start, min(start + BATCH, options.count))
        create_tasks([NewTask(a=n, b=2 * n, run_at=run_at) for n in numbers])


if __name__ == "__main__":
    main()
