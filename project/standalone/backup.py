"""`manage.py backup` and `manage.py restore`: the whole database as one file, by pg_dump.

A backup is consistent, and the stack goes on while it is made. A restore replaces the database in
one transaction, so that a failure changes nothing.
"""

import os
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from project.standalone import environment
from project.standalone.engines import EngineError, PostgreSQL, clients, programs
from project.standalone.state import BASE_DIR, AlreadyRunningError, State, StateError


class BackupError(Exception):
    """A backup or a restore failed. The message says what the user can do."""


def backup(arguments: list[str]) -> str | int:
    """Save the database of the running stack, or of DATABASE_URL; return the exit status."""
    environment.adopt(arguments)
    options = _parser("backup", "Save the database to a file.").parse_args(arguments)
    if "DATABASE_URL" not in os.environ:
        return environment.no_stack_message()
    try:
        _dump(options)
    except (BackupError, EngineError) as error:
        return str(error)
    say(f"Saved the database to {options.file} ({options.file.stat().st_size:,} bytes).")
    return 0


def restore(arguments: list[str]) -> str | int:
    """Replace the database with a backup; return the exit status, or what went wrong.

    The stack of the state directory must not run. With DATABASE_URL, that database is replaced.
    """
    options = _parser("restore", "Replace the database with a backup.").parse_args(arguments)
    try:
        _check_is_backup(options.file)
        if "DATABASE_URL" in os.environ:
            _load(options.file)
        else:
            _restore_embedded(options)
    except (BackupError, EngineError) as error:
        return str(error)
    except AlreadyRunningError as error:
        return f"Cannot restore: {error} Stop it first."
    except StateError as error:
        return f"Cannot restore: {error}"
    say(f"Restored {options.file}.")
    return 0


def say(message: str) -> None:
    """Print a message at once."""
    print(message, flush=True)


def _parser(name: str, description: str) -> ArgumentParser:
    parser = ArgumentParser(prog=f"./run {name}", description=description)
    parser.add_argument("file", type=Path, metavar="FILE", help="in pg_dump's custom format")
    if name == "backup":
        parser.add_argument("--force", action="store_true", help="replace FILE if it exists")
    else:
        state = environment.state_directory()
        parser.add_argument("--state", type=Path, default=state, help="directory of the data")
    return parser


def _dump(options: Namespace) -> None:
    file: Path = options.file
    if file.exists() and not options.force:
        raise BackupError(f"{file} exists. Choose another name, or replace it with --force.")
    if not file.absolute().parent.is_dir():
        raise BackupError(f"There is no directory {file.absolute().parent}.")
    unfinished = file.with_name(f"{file.name}.unfinished")
    try:
        _run("pg_dump", "--format=custom", "--no-owner", f"--file={unfinished}")
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)


def _restore_embedded(options: Namespace) -> None:
    stack = environment.prepare(State(options.state))
    postgresql = next(engine for engine in stack.engines if isinstance(engine, PostgreSQL))
    postgresql.start()
    try:
        _load(options.file)
    finally:
        postgresql.stop()


def _load(file: Path) -> None:
    _run(
        *("pg_restore", "--clean", "--if-exists", "--single-transaction", "--no-owner"),
        str(file),
    )
    # A backup of an older version, or of another server, needs what `migrate` does.
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    failed = subprocess.run(migrate, cwd=BASE_DIR, capture_output=True, text=True, check=False)
    if failed.returncode:
        raise BackupError(f"The backup is restored, but migrate failed:\n{failed.stderr.strip()}")


def _check_is_backup(file: Path) -> None:
    if not file.is_file():
        raise BackupError(f"There is no file {file}.")
    command: list[str | Path] = [programs.client("pg_restore"), "--list", file]
    listed = subprocess.run(command, capture_output=True, text=True, check=False)
    if listed.returncode or "tasks_app_task" not in listed.stdout:
        raise BackupError(f"{file} is not a backup that ./run backup has made.")


def _run(name: str, *arguments: str) -> None:
    clients.run(programs.client(name), os.environ["DATABASE_URL"], *arguments)
