"""The generated code of the clients is current, and type checkers accept the Python client."""

import shutil
import sys

import pytest

from clients.generate import (
    CLIENTS,
    PYTHON,
    TYPESCRIPT,
    generate_python,
    generate_typescript,
    python_environment,
    typescript_packages,
)
from tests.clients.programs import GUIDE, code_of, run
from tests.docs.pages import ROOT
from tests.node import need_node

pytestmark = pytest.mark.slow


@pytest.fixture
def copy(tmp_path):
    """A copy of the clients and the schema, without the installed packages."""
    ignored = shutil.ignore_patterns(".venv*", "node_modules", "__pycache__", ".mypy_cache")
    shutil.copytree(CLIENTS, tmp_path / "clients", ignore=ignored)
    (tmp_path / "schema").mkdir()
    shutil.copy(ROOT / "schema" / "schema.graphql", tmp_path / "schema")
    return tmp_path / "clients"


def test_generated_python_is_current(copy):
    generate_python(copy / "python")

    assert modules(copy / "python") == modules(PYTHON), "run ./run clients"


def modules(folder):
    """The generated modules by name."""
    package = folder / "cluster_scheduler_client" / "generated"
    return {module.name: module.read_text() for module in package.glob("*.py")}


def test_generated_typescript_is_current(copy):
    need_node()
    typescript_packages()
    (copy / "typescript" / "node_modules").symlink_to(TYPESCRIPT / "node_modules")
    (copy / "typescript" / "src" / "generated.ts").unlink()

    generate_typescript(copy / "typescript")

    generated, committed = (
        (folder / "src" / "generated.ts").read_text()
        for folder in (copy / "typescript", TYPESCRIPT)
    )
    assert generated == committed, "run ./run clients"


def test_types_of_the_python_client_are_strict(tmp_path):
    mypy = [sys.executable, "-m", "mypy", "--python-executable", str(python_environment())]
    config = ["--config-file", str(PYTHON / "pyproject.toml")]
    run([*mypy, *config, "-p", "cluster_scheduler_client"], cwd=PYTHON)
    for page in (PYTHON / "README.md", GUIDE):
        example = tmp_path / "example.py"
        example.write_text(code_of(page, "python"))
        run([*mypy, *config, str(example)], cwd=PYTHON)
