"""Programs in JavaScript: what clients in browsers are made of."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from clients.generate import exclusive

HERE = Path(__file__).parent


def command(script: str) -> list[str]:
    """The command that runs a script of this folder, with its packages in place."""
    if not (node := shutil.which("node")) or not (npm := shutil.which("npm")):
        missing = pytest.fail if os.environ.get("CI") else pytest.skip
        missing(f"{script} needs node and npm")
    lock, installed = HERE / "package-lock.json", HERE / "node_modules" / ".stamp"
    with exclusive(HERE / ".packages.lock"):
        if not installed.exists() or installed.read_text() != lock.read_text():
            subprocess.run([npm, "ci", "--prefer-offline"], cwd=HERE, check=True, timeout=300)
            installed.write_text(lock.read_text())
    return [node, str(HERE / script)]
