"""Checks of the state directory: space, permissions, and the version of PostgreSQL's data."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from project.standalone.doctor.finding import Finding, ok, problem, warning
from project.standalone.engines import EngineError, PostgreSQL, programs
from project.standalone.state import State

# PostgreSQL's log alone may take 512 MB before a checkpoint (`max_wal_size`).
ENOUGH_BYTES = 2_000_000_000
NEEDED_BYTES = 600_000_000
SECRETS = ("running.json", "admin-password", "database-password", "secret-key")


def findings(state: State) -> Iterator[Finding]:
    """Yield the findings."""
    directory = state.directory
    # False, instead of an error, also below a directory that this user cannot enter.
    existing = next(path for path in (directory, *directory.parents) if os.path.exists(path))
    yield from _space(existing)
    if existing != directory:
        yield ok("state", f"{directory} does not exist yet. ./run creates it.")
        if not os.access(existing, os.W_OK | os.X_OK):
            yield problem(
                "permissions",
                f"{existing} is not writable.",
                "./run --state DIR, a directory of yours",
            )
        return
    yield from _permissions(directory)
    yield from _versions(directory / "postgresql")


def _space(directory: Path) -> Iterator[Finding]:
    usage = shutil.disk_usage(directory)
    text = (
        f"{usage.free / 1e9:,.1f} GB of {usage.total / 1e9:,.1f} GB are free where {directory} is."
    )
    fix = "Free disk space, or stop the stack, move the directory and start with --state DIR"
    if usage.free < NEEDED_BYTES:
        yield problem("disk", f"{text} PostgreSQL needs at least 0.6 GB.", fix)
    elif usage.free < ENOUGH_BYTES:
        yield warning("disk", text, fix)
    else:
        yield ok("disk", text)
    files = os.statvfs(directory)
    if files.f_files and files.f_favail < files.f_files // 100:
        yield problem("disk", f"{files.f_favail:,} inodes are free on the file system.", fix)


def _permissions(directory: Path) -> Iterator[Finding]:
    quoted = shlex.quote(str(directory))
    if not os.access(directory, os.W_OK | os.X_OK):
        owner = directory.stat().st_uid
        yield problem(
            "permissions",
            f"{directory} belongs to user {owner} and is not writable.",
            f"sudo chown -R {os.geteuid()} {quoted}",
        )
        return
    exposed = [
        directory / name
        for name in SECRETS
        if (directory / name).exists() and (directory / name).stat().st_mode & 0o077
    ]
    if exposed:
        names = " ".join(shlex.quote(str(path)) for path in exposed)
        yield problem("permissions", f"Other users can read {names}.", f"chmod 600 {names}")
    closed = [
        path
        for path in (directory, *directory.parents)
        if os.geteuid() == 0 and not path.stat().st_mode & 0o001
    ]
    if closed:
        yield problem(
            "permissions",
            f"Started by root, PostgreSQL runs as the user nobody, which cannot enter {closed[0]}.",
            f"chmod o+x {' '.join(shlex.quote(str(path)) for path in closed)}",
        )
    if not exposed and not closed:
        yield ok("permissions", f"{directory} is writable, and its secrets are private.")


def _versions(directory: Path) -> Iterator[Finding]:
    try:
        postgresql = PostgreSQL(directory, "")
        made_by = postgresql.made_by()
        installed = postgresql.version
    except (EngineError, OSError, subprocess.SubprocessError):
        return  # The check of the programs reports it.
    if made_by is None:
        return
    if made_by == postgresql.major:
        yield ok("data", f"PostgreSQL {made_by} made the data.")
    elif float(made_by) < float(postgresql.major) and (old := programs.postgresql_of(made_by)):
        yield warning(
            "data",
            f"PostgreSQL {made_by} made the data, and {installed} is installed.",
            f"./run upgrades it with the programs in {old}. Before: a copy of {directory}",
        )
    else:
        yield problem(
            "data",
            f"PostgreSQL {made_by} made the data, and {installed} is installed.",
            postgresql.mismatch(made_by),
        )
