"""`./run sbom`: the software bill of materials in the CycloneDX format, from the lock files.

Its components are those that the lock files pin, so that it is the same on every machine.
"""

import base64
import json
import re
import tomllib
import uuid
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict
from urllib.parse import quote

from project.standalone.state import BASE_DIR

SPEC_VERSION = "1.6"
# Tools that build, check and document the software are no part of what runs.
SCOPES = {
    "requirements.txt": "required",
    "requirements-standalone.txt": "required",
    "requirements-dev.txt": "excluded",
    "requirements-docs.txt": "excluded",
    "requirements-node.txt": "excluded",
}
_REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)


class Hash(TypedDict):
    """A hash of a component's archive."""

    alg: str
    content: str


Component = TypedDict(
    "Component",
    {
        "type": str,
        "bom-ref": str,
        "name": str,
        "version": str,
        "purl": str,
        "scope": str,
        "hashes": list[Hash],
    },
)


def main(arguments: list[str]) -> str | int:
    """Write the bill of materials; return the exit status, or why it failed."""
    options = parser().parse_args(arguments)
    file: Path = options.file
    components = list(_components(BASE_DIR))
    try:
        file.write_text(json.dumps(bill(components), indent=1) + "\n")
    except OSError as error:
        return f"Cannot write {file}: {error.strerror}."
    print(f"Wrote {len(components)} components to {file}.")
    return 0


def parser() -> ArgumentParser:
    """Return the parser of the arguments."""
    made = ArgumentParser(
        prog="./run sbom", description="Write the software bill of materials (CycloneDX, JSON)."
    )
    made.add_argument("file", type=Path, metavar="FILE", help="such as sbom.cdx.json")
    return made


def bill(components: list[Component]) -> dict[str, object]:
    """Return the document. Its serial number depends on its content only."""
    project = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]
    content = json.dumps([project["version"], components])
    return {
        "bomFormat": "CycloneDX",
        "specVersion": SPEC_VERSION,
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, content)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": project["name"],
                "name": project["name"],
                "version": project["version"],
                "description": project["description"],
                "licenses": [{"license": {"id": "BSD-3-Clause"}}],
            }
        },
        "components": components,
    }


def _components(root: Path) -> Iterator[Component]:
    """Yield each package once, required ones first."""
    seen: set[str] = set()
    for component in [*_python(root), *_javascript(root / "frontend" / "package-lock.json")]:
        if component["purl"] not in seen:
            seen.add(component["purl"])
            yield component


def _python(root: Path) -> Iterator[Component]:
    for name, scope in SCOPES.items():
        for match in _REQUIREMENT.finditer((root / name).read_text()):
            yield _component("pypi", match[1].lower().replace("_", "-"), match[2], scope)


def _javascript(lock: Path) -> Iterator[Component]:
    for path, package in json.loads(lock.read_text())["packages"].items():
        name = path.rpartition("node_modules/")[2]
        if not name or package.get("link"):
            continue  # The dashboard itself.
        scope = "excluded" if package.get("dev") else "required"
        yield _component("npm", name, package["version"], scope, package.get("integrity", ""))


def _component(kind: str, name: str, version: str, scope: str, integrity: str = "") -> Component:
    purl = f"pkg:{kind}/{quote(name)}@{quote(version)}"
    component: Component = {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
        "scope": scope,
        "hashes": [],
    }
    algorithm, _, digest = integrity.partition("-")
    if algorithm == "sha512":
        component["hashes"] = [{"alg": "SHA-512", "content": base64.b64decode(digest).hex()}]
    return component
