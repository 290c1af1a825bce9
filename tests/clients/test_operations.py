"""The operations of the clients are valid, and the README files are short."""

import pytest
from graphql import parse, validate

from schema import schema
from tests.docs.pages import ROOT

OPERATIONS = ROOT / "clients" / "python" / "operations.graphql"


def test_operations_are_valid():
    assert not validate(schema._schema, parse(OPERATIONS.read_text()))


@pytest.mark.parametrize("client", ["python", "typescript"])
def test_readme_is_short(client):
    readme = ROOT / "clients" / client / "README.md"
    assert len(readme.read_text().splitlines()) <= 60
