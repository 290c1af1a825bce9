"""`./run mutants [name ...]`: each mutant is a copy of the tree with one protection removed.

A mutant is killed if one of its tests fails. One that survives is a gap in the tests.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue

from tests.mutants.protection import Protection
from tests.mutants.protections import PROTECTIONS

ROOT = Path(__file__).resolve().parents[2]
WORKERS = 2
SECONDS_MAX = 300
TESTS_FAILED = 1


def main() -> int:
    options = _parse()
    chosen = [p for p in PROTECTIONS if not options.names or p.name in options.names]
    with tempfile.TemporaryDirectory(prefix="cluster-scheduler-mutants-") as directory:
        copies: Queue[Path] = Queue()
        for number in range(WORKERS):
            copies.put(_copy_tree(Path(directory) / str(number)))
        with ThreadPoolExecutor(WORKERS) as pool:
            survivors = [name for name in pool.map(lambda p: _test(p, copies), chosen) if name]
    print(f"{len(chosen) - len(survivors)} of {len(chosen)} mutants killed")
    return 1 if survivors else 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run mutants", description=__doc__)
    names = [protection.name for protection in PROTECTIONS]
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(names))
    options = parser.parse_args()
    if unknown := set(options.names) - set(names):
        parser.error(f"There is no mutant {', '.join(sorted(unknown))}.")
    return options


def _copy_tree(copy: Path) -> Path:
    """Copy the files that git knows, also with changes that are not committed."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    return copy


def _test(protection: Protection, copies: "Queue[Path]") -> str | None:
    """Return the name of the protection if no test misses it."""
    copy = copies.get()
    file = copy / protection.file
    original = file.read_text()
    try:
        file.write_text(protection.remove_from(original))
        is_killed, output = _run_tests(copy, protection.tests)
    finally:
        file.write_text(original)
        copies.put(copy)
    print(f"{'killed  ' if is_killed else 'SURVIVED'}  {protection.name}", flush=True)
    if not is_killed:
        print(output, flush=True)
    return None if is_killed else protection.name


def _run_tests(copy: Path, tests: tuple[str, ...]) -> tuple[bool, str]:
    options = ("-qx", "-n0", "--all", "-p", "no:cacheprovider")
    command = [sys.executable, "-m", "pytest", *options, *tests]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        ended = subprocess.run(
            command,
            cwd=copy,
            env=environment,
            capture_output=True,
            text=True,
            timeout=SECONDS_MAX,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return True, ""  # A test that waits for ever has noticed, too.
    return ended.returncode == TESTS_FAILED, ended.stdout[-2_000:]


if __name__ == "__main__":
    sys.exit(main())
