"""The command line: `./run chaos --minutes N --seed S`."""

import argparse
import random
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from bench.stack import running_engines
from tests.chaos import campaign
from tests.chaos.checks import report


def main() -> None:
    options = _parse()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    directory = Path(tempfile.mkdtemp(prefix="cluster-scheduler-chaos-"))
    # For the servers of root, which run as another user.
    directory.chmod(0o711)
    _say(f"seed {options.seed}, {options.minutes:g} minutes at {options.rate:g} tasks a second")
    with running_engines(directory) as engines:
        outcome = campaign.run(
            engines,
            directory,
            seed=options.seed,
            minutes=options.minutes,
            rate=options.rate,
            longest=20,
        )
    _say(report.table(outcome))
    if outcome.violations:
        sys.exit(f"chaos: {len(outcome.violations)} violations; logs and journals in {directory}")
    shutil.rmtree(directory)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="chaos", description="Break everything but promises.")
    parser.add_argument("--minutes", type=float, default=5, help="of load and faults (5)")
    parser.add_argument("--seed", type=int, help="the same one breaks the same things again")
    parser.add_argument("--rate", type=float, default=50, help="tasks a second (50)")
    options = parser.parse_args()
    if options.seed is None:
        options.seed = random.randrange(10**6)
    if options.minutes <= 0 or options.rate <= 0:
        parser.error("--minutes and --rate must be greater than 0")
    return options


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
