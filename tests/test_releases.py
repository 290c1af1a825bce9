"""What identifies a release: its version, its changelog, and its bill of materials."""

import json
import re
import subprocess
import tomllib

import pytest

from project.standalone import sbom
from project.standalone.state import BASE_DIR

VERSION = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]


def test_version_is_printed_without_an_installation(tmp_path):
    # No environment is made for it: a copy has only what the command reads.
    for name in ("run", "pyproject.toml"):
        (tmp_path / name).write_bytes((BASE_DIR / name).read_bytes())
    printed = subprocess.run(
        ["sh", "run", "--version"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert printed.stdout == f"cluster-scheduler {VERSION}\n"
    assert {path.name for path in tmp_path.iterdir()} == {"run", "pyproject.toml"}


def test_changelog_has_a_section_of_the_version():
    changelog = (BASE_DIR / "CHANGELOG.md").read_text()
    headings = re.findall(r"^## \[(.+?)\](.*)$", changelog, re.MULTILINE)
    assert headings[0] == ("Unreleased", "")
    assert headings[1][0] == VERSION
    assert re.fullmatch(r" - \d{4}-\d\d-\d\d", headings[1][1])


@pytest.fixture
def bill(tmp_path):
    file = tmp_path / "sbom.cdx.json"
    assert sbom.main([str(file)]) == 0
    return json.loads(file.read_text())


def test_bill_of_materials_has_each_locked_package_once(bill):
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["component"]["version"] == VERSION
    components = {component["purl"]: component for component in bill["components"]}
    assert len(components) == len(bill["components"])
    locked = set()
    for file in BASE_DIR.glob("requirements*.txt"):
        names = re.findall(r"^([\w.-]+)(?:\[.*\])?==([^\s;\\]+)", file.read_text(), re.MULTILINE)
        locked |= {
            f"pkg:pypi/{name.lower().replace('_', '-')}@{version}" for name, version in names
        }
    assert locked == {purl for purl in components if purl.startswith("pkg:pypi/")}
    [django] = [each for each in components.values() if each["name"] == "django"]
    assert django["scope"] == "required"
    [react] = [each for each in components.values() if each["name"] == "react"]
    assert react["scope"] == "required"
    assert len(react["hashes"][0]["content"]) == 128
    assert components[f"pkg:pypi/{pinned('ruff')}"]["scope"] == "excluded"


def pinned(name):
    text = (BASE_DIR / "requirements-dev.txt").read_text()
    return re.search(rf"^({name})==(\S+)", text, re.MULTILINE)[0].replace("==", "@")


def test_bill_of_materials_is_the_same_each_time(bill, tmp_path):
    again = tmp_path / "again.json"
    sbom.main([str(again)])
    assert json.loads(again.read_text()) == bill


def test_bill_of_materials_that_cannot_be_written_is_an_error(tmp_path):
    assert sbom.main([str(tmp_path / "missing" / "file")]) == (
        f"Cannot write {tmp_path / 'missing' / 'file'}: No such file or directory."
    )
