"""Generate the code of the clients from the schema: `./run clients`.

The generators conflict with the packages of the server, so each client has its packages in an
environment of its own, from a locked list.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

CLIENTS = Path(__file__).resolve().parent
PYTHON = CLIENTS / "python"
TYPESCRIPT = CLIENTS / "typescript"
_INPUTS = ("requirements.txt", "pyproject.toml")


def python_environment() -> Path:
    """Make `clients/python/.venv` if it is missing or outdated, and return its interpreter."""
    return make_environment(PYTHON, install=["--no-build-isolation", "--editable", str(PYTHON)])


def make_environment(folder: Path, *, install: Sequence[str] = ()) -> Path:
    """Make `.venv` in a folder if it is missing or outdated, and return its interpreter.

    Args:
        folder: Its `requirements.txt` is the locked list of packages.
        install: What is installed besides, without dependencies: arguments of `uv pip install`.
    """
    environment = folder / ".venv"
    python, stamp = environment / "bin" / "python", environment / "stamp"
    inputs = [path for path in map(folder.joinpath, _INPUTS) if path.exists()]
    lock = "\n".join([str(folder), *(path.read_text() for path in inputs)])
    with _exclusive(folder / ".venv.lock"):
        if not stamp.exists() or stamp.read_text() != lock:
            uv = [sys.executable, "-m", "uv", "--quiet"]
            _run([*uv, "venv", "--clear", "--python", sys.executable, str(environment)])
            to_it = [*uv, "pip", "install", "--python", str(python)]
            _run([*to_it, "--require-hashes", "-r", str(folder / "requirements.txt")])
            if install:
                _run([*to_it, "--no-deps", *install])
            stamp.write_text(lock)
    return python


def generate_python(folder: Path) -> None:
    """Generate the package `generated` of the Python client anew.

    Args:
        folder: `clients/python`, or a copy of it with the schema at the same relative path.
    """
    shutil.rmtree(folder / "cluster_scheduler_client" / "generated", ignore_errors=True)
    _run([str(python_environment()), "-m", "ariadne_codegen"], folder)


def typescript_packages() -> None:
    """Build `clients/typescript` if it has changed, with its packages as they are locked."""
    install_node_packages(TYPESCRIPT)
    inputs = [TYPESCRIPT / "tsconfig.json", TYPESCRIPT / "tsconfig.build.json"]
    inputs += [TYPESCRIPT / "package-lock.json", *sorted((TYPESCRIPT / "src").rglob("*.ts"))]
    sources = "\n".join(f"{path.name}\n{path.read_text()}" for path in inputs)
    stamp = TYPESCRIPT / "dist" / ".stamp"
    with _exclusive(TYPESCRIPT / ".packages.lock"):
        if not stamp.exists() or stamp.read_text() != sources:
            _run(["npm", "run", "--silent", "build"], TYPESCRIPT)
            stamp.write_text(sources)


def install_node_packages(folder: Path) -> None:
    """Install the packages of a folder as its `package-lock.json` lists them."""
    lock, installed = folder / "package-lock.json", folder / "node_modules" / ".stamp"
    with _exclusive(folder / ".packages.lock"):
        if not installed.exists() or installed.read_text() != lock.read_text():
            _run(["npm", "ci", "--prefer-offline", "--loglevel", "error"], folder)
            installed.write_text(lock.read_text())


def generate_typescript(folder: Path) -> None:
    """Generate `src/generated.ts` of the TypeScript client anew.

    Args:
        folder: `clients/typescript`, or a copy of it with schema, operations and packages at the
            same relative paths.
    """
    _run(["npm", "run", "--silent", "generate"], folder)


@contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    """Wait until no other process makes the same environment."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _run(command: list[str], folder: Path = CLIENTS) -> None:
    # uv neither fetches a Python nor trusts other certificates than the machine does.
    variables = {"UV_PYTHON_DOWNLOADS": "never", "UV_SYSTEM_CERTS": "true"}
    subprocess.run(command, cwd=folder, env=os.environ | variables, check=True, timeout=600)


def main() -> None:
    """Generate the code of every client."""
    generate_python(PYTHON)
    typescript_packages()
    generate_typescript(TYPESCRIPT)


if __name__ == "__main__":
    main()
