"""Programs in JavaScript: what clients in browsers are made of."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def command(script: str) -> list[str]:
    """The command that runs a script of this folder, with its packages in place."""
    if not (node := shutil.which("node")) or not (npm := shutil.which("npm")):
        missing = pytest.fail if os.environ.get("CI") else pytest.skip
        missing(f"{script} needs node and npm")
    lock, installed = HERE / "package-lock.json", HERE / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        subprocess.run([npm, "ci", "--prefer-offline"], cwd=HERE, check=True, timeout=300)
    return [node, str(HERE / script)]
