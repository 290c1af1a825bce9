"""Programs in JavaScript: what clients in browsers are made of."""

import os
import shutil
from pathlib import Path

import pytest

from clients.generate import install_node_packages

HERE = Path(__file__).parent


def need_node() -> None:
    """Skip the test where there is no Node.js, or fail it in CI."""
    if not shutil.which("node") or not shutil.which("npm"):
        missing = pytest.fail if os.environ.get("CI") else pytest.skip
        missing("the test needs node and npm")


def install_packages() -> None:
    """Install the packages of the programs of this folder."""
    need_node()
    install_node_packages(HERE)


def command(script: str) -> list[str]:
    """The command that runs a script of this folder, with its packages in place."""
    install_packages()
    return ["node", str(HERE / script)]
