"""`manage.py doctor`: checks the machine, the state directory and the stack, and names fixes.

It works with the stack up, down, and partly up: each check stands alone.
"""

import json
import os
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict

from project.standalone import environment
from project.standalone.doctor import data, database, machine, stack
from project.standalone.doctor.finding import Finding, Level, problem
from project.standalone.state import State, StateError
from project.standalone.supervisor import paint

_COLOURS = {Level.OK: 32, Level.WARNING: 33, Level.PROBLEM: 31}


def main(arguments: list[str]) -> int:
    """Print the findings; return 1 if one of them is a problem, else 0."""
    is_external = "DATABASE_URL" in os.environ
    try:
        state, unreadable = environment.adopt(arguments), ""
    except StateError as error:
        state, unreadable = State(environment.state_directory()), str(error)
    options = parser().parse_args(arguments)
    findings = list(_findings(state, options.port, is_external=is_external))
    if unreadable:
        findings.insert(0, problem("state", unreadable, "Use that user, or another --state DIR"))
    has_problem = any(finding.level is Level.PROBLEM for finding in findings)
    if options.json:
        print(json.dumps({"ok": not has_problem, "findings": [asdict(each) for each in findings]}))
    else:
        print("\n".join(_table(findings)))
    return int(has_problem)


def parser() -> ArgumentParser:
    """Return the parser of the arguments, without `--state DIR`, which every command takes."""
    made = ArgumentParser(
        prog="./run doctor",
        description="Check the machine, the state directory and the stack. The exit status is 1 if"
        " there is a problem.",
    )
    made.add_argument("--port", type=int, default=8000, help="port of the web (8000)")
    made.add_argument("--json", action="store_true", help="print the findings as JSON")
    return made


def _findings(state: State, port: int, *, is_external: bool) -> Iterator[Finding]:
    yield from machine.findings(is_external=is_external)
    if not is_external or state.directory.exists():
        yield from data.findings(state)
    yield from stack.findings(state, port, is_external=is_external)
    yield from database.findings()


def _table(findings: list[Finding]) -> Iterator[str]:
    width = max(len(finding.check) for finding in findings)
    for finding in findings:
        level = paint(f"{finding.level:<7}", _COLOURS[finding.level])
        yield f"{level}  {finding.check:<{width}}  {finding.message}"
        if finding.fix:
            yield f"{'':7}  {'':{width}}  → {finding.fix}"
    counts = ", ".join(
        f"{sum(finding.level is level for finding in findings)} {level}" for level in Level
    )
    yield f"\n{counts}"
