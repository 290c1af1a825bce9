"""Programs that use a client, in the environment of that client."""

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clients.generate import PYTHON, TYPESCRIPT, python_environment, typescript_packages
from tests.docs.pages import ROOT
from tests.node import need_node
from tests.support.waiting import TIMEOUT_FACTOR

HERE = Path(__file__).parent
GUIDE = ROOT / "docs" / "how-to" / "typed-clients.md"


@dataclass(frozen=True)
class Client:
    """How to run programs of one client.

    Attributes:
        folder: The folder of the client.
        program: The command of the program with the scenarios.
        example: The command of the example in the README file.
    """

    folder: Path
    program: list[str]
    example: list[str]


def python_client(folder: Path) -> Client:
    """Return the Python client, with its example in a folder."""
    python = str(python_environment())
    example = folder / "example.py"
    example.write_text(code_of(PYTHON / "README.md", "python"))
    return Client(PYTHON, [python, str(HERE / "python_program.py")], [python, str(example)])


def typescript_client(folder: Path) -> Client:
    """Return the TypeScript client, with its programs compiled in a folder."""
    need_node()
    typescript_packages()
    packages = folder / "node_modules"
    packages.mkdir()
    (packages / "cluster-scheduler-client").symlink_to(TYPESCRIPT)
    for name in ("@types", "ws"):
        (packages / name).symlink_to(TYPESCRIPT / "node_modules" / name)
    (folder / "package.json").write_text('{"type": "module"}')
    shutil.copy(HERE / "typescript_program.ts", folder)
    (folder / "example.ts").write_text(code_of(TYPESCRIPT / "README.md", "ts"))
    (folder / "guide.ts").write_text(code_of(GUIDE, "ts"))
    compiler = TYPESCRIPT / "node_modules" / ".bin" / "tsc"
    options = ["--strict", "--target", "es2023", "--module", "nodenext", "--types", "node"]
    sources = sorted(path.name for path in folder.glob("*.ts"))
    run([str(compiler), *options, *sources], cwd=folder)
    return Client(
        TYPESCRIPT,
        ["node", str(folder / "typescript_program.js")],
        ["node", str(folder / "example.js")],
    )


def code_of(page: Path, language: str) -> str:
    """Return the only program of a page in a language."""
    [code] = re.findall(rf"```{language}\n(.*?)```", page.read_text(), re.DOTALL)
    return str(code)


def run(command: list[str], **options: Any) -> str:
    """Return the output of a command that must succeed."""
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60 * TIMEOUT_FACTOR,
        **options,
    )
    output: str = done.stdout
    assert done.returncode == 0, output
    return output


@contextmanager
def following(client: Client, url: str, after: str, **options: Any) -> Iterator[Callable[[], Any]]:
    """Run the scenario `follow`; yield a function that returns its next line."""
    command = [*client.program, "follow", url, after]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **options) as process:
        assert process.stdout
        # A change that does not come ends the output, and the test.
        timer = threading.Timer(120 * TIMEOUT_FACTOR, process.kill)
        timer.start()
        try:
            lines = iter(process.stdout)
            yield lambda: json.loads(next(lines))
        finally:
            timer.cancel()
            process.kill()
