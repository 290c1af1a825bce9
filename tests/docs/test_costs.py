"""The examples of costs in the documentation are true."""

import json
import re

import pytest
from graphql import specified_rules

from schema import schema
from schema.execution import cost, parsing
from tests.docs.pages import ROOT

ROW = re.compile(r"^\| `(.+)` \| `(\{.*\})` \| ([\d,]+)(: refused)? \|$", re.MULTILINE)
ROWS = ROW.findall((ROOT / "docs" / "limits.md").read_text())


@pytest.mark.parametrize(("query", "variables", "expected", "refused"), ROWS)
def test_operation_has_the_cost_of_the_example(query, variables, expected, refused):
    document = parsing.read(query, schema._schema, tuple(specified_rules))

    assert document.errors == []
    found = document.cost(None, json.loads(variables))
    assert f"{found:,}" == expected
    assert (found > cost.LIMITS.cost) == bool(refused)
