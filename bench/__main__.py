"""The command line: measures the chosen parts and prints their tables."""

import argparse
import json
import os
import platform
import signal
import sys
import tempfile
from pathlib import Path

from bench.parts import PARTS, Bench
from bench.report import Report
from bench.stack import BenchError, Engines, running_engines
from project.standalone.engines import EngineError


def main() -> None:
    options = _parse()
    for number in (signal.SIGTERM, signal.SIGHUP):
        # As Ctrl-C, which asyncio knows how to take.
        signal.signal(number, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        _measure(options)
    except (BenchError, EngineError) as error:
        sys.exit(f"bench: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description="Measure us beside the yardsticks.")
    parser.add_argument(
        "parts", nargs="*", metavar="part", help=f"{', '.join(PARTS)}; without any, all of them"
    )
    parser.add_argument("--rounds", type=int, default=3, help="of each comparison (3)")
    parser.add_argument("--count", type=int, help="how many tasks, instead of a part's own number")
    parser.add_argument("--seconds", type=int, help="how long schedules run, for the parts ticks…")
    parser.add_argument("--json", type=Path, help="write all figures to this file too")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    for name in ("rounds", "count", "seconds"):
        if (value := getattr(options, name)) is not None and value < 1:
            parser.error(f"--{name} must be greater than 0")
    return options


def _measure(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="cluster-scheduler-bench-") as name:
        directory = Path(name)
        # The engines of root run as an unprivileged user.
        directory.chmod(0o711)
        with running_engines(directory) as engines:
            machine = _machine(engines)
            print("\n".join(f"{key}: {value}" for key, value in machine.items()), flush=True)
            bench = Bench(engines, options.rounds, options.count, options.seconds)
            reports: dict[str, Report] = {}
            for part in options.parts or PARTS:
                reports[part] = PARTS[part](bench)
                print(f"\n{reports[part].table()}", flush=True)
    if options.json:
        parts = {part: report.as_dict() for part, report in reports.items()}
        options.json.write_text(json.dumps({"machine": machine, "parts": parts}, indent=2) + "\n")


def _machine(engines: Engines) -> dict[str, object]:
    return {
        "cores": os.cpu_count(),
        "Python": platform.python_version(),
        **{engine.name: engine.version for engine in (engines.postgresql, engines.valkey)},
    }


if __name__ == "__main__":
    main()
