"""Shell commands in the documentation work: curl and ./run commands run, options exist."""

import os
import re
import shlex
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from project.standalone import backup, doctor, environment, replay, sbom, up
from tests.deployment.test_containers import SERVICES
from tests.deployment.test_kubernetes import BASE
from tests.docs.pages import ROOT, Block, blocks
from tests.support.cluster import database_url, running_cluster
from tests.support.waiting import TIMEOUT_FACTOR

SHELL = blocks("sh")
# Other programs that appear in the guides, whose effect cannot be tried here.
OTHER = (
    *("git ", "cd ", "nice ", "npm ", "python ", "(cd ", ".venv/", "pip ", "pre-commit "),
    *("docker build ", "docker push "),
)
_ASSIGNMENTS = re.compile(r"^(?:[A-Z_]+=[^\s\"]+ )+")


def commands(block: Block) -> list[str]:
    """Return the commands of a block, each with its continuation lines."""
    text = block.code.replace("\\\n", " ")
    lines = [re.sub(r"\s+# .*$", "", line).strip() for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def executable_pages() -> list[str]:
    return sorted({block.page for block in SHELL if any(map(is_executed, commands(block)))})


@pytest.fixture
def cluster(transactional_db):
    with running_cluster() as cluster:
        cluster.start_node("node-1", slots=8)
        yield cluster


def is_executed(line: str) -> bool:
    """Return whether the command is tried against the cluster."""
    return "curl " in line or line.startswith(
        ("./run submit", "./run token", "./run simulate", "TOKEN=")
    )


@pytest.mark.slow
def test_commands_of_each_page_succeed_in_order(cluster, tmp_path):
    (tmp_path / ".curlrc").write_text("fail\n")
    (tmp_path / "run").write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT}/manage.py" "$@"\n')
    (tmp_path / "run").chmod(0o755)
    environment = os.environ | {"CURL_HOME": str(tmp_path), "DATABASE_URL": database_url()}
    for page in executable_pages():
        done = subprocess.run(
            ["bash", "-euxc", script_of(page, cluster.port)],
            cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
            timeout=180 * TIMEOUT_FACTOR,
        )  # fmt: skip

        assert done.returncode == 0, f"{page}: {done.stdout}{done.stderr}"


def script_of(page: str, port: int) -> str:
    """Return the executable commands of a page, with the cluster's address, and with less load."""
    lines = [
        line
        for block in SHELL
        if block.page == page
        for line in commands(block)
        if is_executed(line)
    ]
    script = "\n".join(lines).replace("localhost:8000", f"127.0.0.1:{port}")
    script = re.sub(r"--count \d{3,}", "--count 100", script)
    return script.replace("--max-time 3", "--max-time 1")


@pytest.mark.parametrize("block", SHELL, ids=str)
def test_commands_and_their_options_exist(block, capsys):
    for line in commands(block):
        command = _ASSIGNMENTS.sub("", line)
        if command.startswith("./run"):
            check_run(shlex.split(command)[1:])
        elif command.startswith("docker compose"):
            check_compose(shlex.split(command.split(" > ")[0].split(" < ")[0])[2:])
        elif command.startswith("kubectl"):
            check_kubectl(shlex.split(command)[1:])
        else:
            known = is_executed(command) or "url=" in command or command.startswith(OTHER)
            assert known, f"unknown command: {command}"


def check_run(arguments: list[str]) -> None:
    """Parse the arguments as `./run` would."""
    name = arguments[0] if arguments and not arguments[0].startswith("-") else None
    if arguments == ["--version"]:
        pass
    elif name is None:
        up._parser().parse_args(arguments)
    elif name in ("backup", "restore"):
        backup._parser(name, "").parse_args(arguments[1:])
    elif name == "doctor":
        environment._take_state(arguments)
        doctor.parser().parse_args(arguments[1:])
    elif name == "sbom":
        sbom.parser().parse_args(arguments[1:])
    elif name == "replay":
        replay._parser().parse_args(arguments[1:])
    elif re.search(rf"^        {name}\)$", (ROOT / "run").read_text(), re.MULTILINE):
        pass  # The case of this name in `run` passes the arguments on.
    else:
        command = load_command_class(get_commands()[name], name)
        if len(arguments) > 1:
            command.create_parser("./run", name).parse_args(arguments[1:])


def check_compose(arguments: list[str]) -> None:
    """Assert that the services that the command names exist."""
    action, *rest = arguments
    assert action in {"up", "exec", "run", "down", "stop"}
    words = [word for word in rest if not word.startswith("-")]
    if action in {"exec", "run"}:
        assert words[0] in SERVICES
    elif action == "up":
        assert all(word.partition("=")[0] in SERVICES for word in words)
    else:
        assert set(words) <= set(SERVICES)


def check_kubectl(arguments: list[str]) -> None:
    """Assert that the files and resources that the command names exist."""
    for option, value in pairwise(arguments):
        if option in {"-f", "-k"}:
            assert (ROOT / value).exists()
    kinds = {"deploy": "Deployment", "job": "Job"}
    resources = {(each["kind"], each["metadata"]["name"]) for each in BASE}
    for kind, name in re.findall(r"\b(deploy|job)/(\w+)\b(?!/)", " ".join(arguments)):
        assert (kinds[kind], name) in resources


def test_options_of_the_tables_exist():
    """`./run --option` in a table of docs/how-to/run.md is an option."""
    page = (ROOT / "docs" / "how-to" / "run.md").read_text()
    options = set(re.findall(r"`(--[a-z-]+)", page))
    known = {option for action in up._parser()._actions for option in action.option_strings}
    assert options <= known


def test_paths_in_code_exist():
    """A path of the repository that a page names exists."""
    for page in [*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")]:
        if ".packages" in page.parts or page.name == "CHANGELOG.md":
            continue
        for path in re.findall(
            r"`((?:tasks_app|schema|project|tests|bench|examples|docs)/[\w/.-]+)`", page.read_text()
        ):
            assert Path(ROOT / path).exists(), f"{page.name}: {path}"
